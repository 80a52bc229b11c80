"""The adapters on disk: found by scanning folders, validated whole, chosen by topic or content.

An adapter is a folder with `adapter.yaml` and, where picking and renaming are not enough, a
`codec.py` with `decode(message)`. There is no list of adapters to edit.
"""

import importlib.util
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from types import ModuleType
from typing import Literal

from pydantic import Field

from ingest.generic import GenericMap, generic_codec
from ingest.message import Codec, Message
from ingest.topics import matches
from schemas.base import Model
from schemas.yaml_file import Fault, FileFaults, parse, validate

SHIPPED = FilePath(__file__).parent / "adapters"


class Recognise(Model):
    """Content that gives an adapter away: all `contains` strings, and none of `lacks`."""

    contains: tuple[str, ...] = Field(min_length=1)
    lacks: tuple[str, ...] = ()

    def holds(self, payload: bytes) -> bool:
        """Whether the payload reads so."""
        return all(word.encode() in payload for word in self.contains) and not any(
            word.encode() in payload for word in self.lacks
        )


class AdapterSpec(Model):
    """`adapter.yaml`: who this adapter understands, how strong the evidence is, and how to know it.

    `topics` are MQTT filters where its messages arrive by default. `map` is a mapping without
    Python; without it the folder holds a `codec.py`.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_]*$")
    title: str
    make: str
    models: tuple[str, ...] = ()
    evidence: Literal["A", "B", "C"] = Field(
        description="A: documentation and captures; B: one of them; C: hearsay"
    )
    topics: tuple[str, ...] = ()
    topic_decides: bool = False
    recognise: tuple[Recognise, ...] = ()
    heartbeat_s: int | None = Field(default=None, gt=0)
    map: GenericMap | None = None


@dataclass(frozen=True, slots=True)
class Adapter:
    """A loaded adapter: its specification, its codec, its folder."""

    spec: AdapterSpec
    decode: Codec
    folder: FilePath

    def claims_topic(self, topic: str) -> bool:
        """Whether the topic is one of the adapter's."""
        return any(matches(pattern, topic) for pattern in self.spec.topics)

    def claims_content(self, payload: bytes) -> bool:
        """Whether the payload reads like the adapter's."""
        return any(sign.holds(payload) for sign in self.spec.recognise)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All adapters, by name."""

    adapters: dict[str, Adapter]

    def choose(self, message: Message) -> Adapter | str:
        """The adapter of a message, or one line that says why there is none.

        The topic narrows the choice, then the content decides; a topic alone is enough only for an
        adapter that says so (`topic_decides`), because devices of one make share topics.
        """
        on_topic = [a for a in self.adapters.values() if a.claims_topic(message.topic)]
        pool = on_topic or list(self.adapters.values())
        found = [a for a in pool if a.claims_content(message.payload)]
        found = found or [a for a in on_topic if a.spec.topic_decides]
        if len(found) == 1:
            return found[0]
        if not found:
            return f"no adapter knows this topic and content (topic {message.topic or '-'!r})"
        names = ", ".join(sorted(a.spec.name for a in found))
        return f"several adapters claim it ({names}); name one with adapter: in the site file"


def load_catalogue(folders: Iterable[FilePath] = ()) -> Catalogue:
    """The shipped adapters and those of the given folders. Raises FileFaults with every fault."""
    adapters: dict[str, Adapter] = {}
    faults: list[Fault] = []
    for folder in _adapter_folders([SHIPPED, *folders]):
        try:
            adapter = load_adapter(folder)
        except FileFaults as error:
            faults.extend(error.faults)
            continue
        if adapter.spec.name in adapters:
            what = f"{adapter.spec.name!r} is also in {adapters[adapter.spec.name].folder}"
            faults.append(Fault(str(folder / "adapter.yaml"), 1, "name", what))
        adapters[adapter.spec.name] = adapter
    if faults:
        raise FileFaults(faults)
    return Catalogue(adapters)


def _adapter_folders(roots: Sequence[FilePath]) -> list[FilePath]:
    return [
        folder
        for root in roots
        for folder in sorted([root, *root.iterdir()] if root.is_dir() else [])
        if (folder / "adapter.yaml").is_file()
    ]


def load_adapter(folder: FilePath) -> Adapter:
    """One adapter from its folder. Raises FileFaults."""
    file = folder / "adapter.yaml"
    document = parse(file.read_text(encoding="utf-8"), str(file))
    spec = validate(document, AdapterSpec)
    if spec.map is not None:
        return Adapter(spec, generic_codec(spec.map), folder)
    code = folder / "codec.py"
    if not code.is_file():
        raise FileFaults([document.fault((), "has neither map: nor a codec.py beside it")])
    return Adapter(spec, _load_module(code, spec.name).decode, folder)


def _load_module(code: FilePath, name: str) -> ModuleType:
    if code.is_relative_to(SHIPPED):
        return importlib.import_module(f"ingest.adapters.{code.parent.name}.codec")
    module_name = f"operator_adapter_{name}"
    found = importlib.util.spec_from_file_location(module_name, code)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[module_name] = module
    found.loader.exec_module(module)
    return module
