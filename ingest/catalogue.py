"""The adapters on disk: found by scanning folders, validated whole, chosen by topic or content.

An adapter is a folder with `adapter.yaml` and, where picking and renaming are not enough, a
`codec.py` with `decode(message)`. There is no list of adapters to edit.
"""

import importlib
import importlib.util
import re
import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path as FilePath
from traceback import extract_tb
from types import ModuleType
from typing import Literal

from pydantic import Field, model_validator

from ingest.generic import GenericMap, generic_codec
from ingest.message import Codec, Message
from ingest.topics import TOPIC_REMEMBERED_MAX, matches
from schemas.base import Model
from schemas.yaml_file import Document, Fault, FileFaults, parse, validate

SHIPPED = FilePath(__file__).parent / "adapters"


class Recognise(Model):
    """Content that gives an adapter away: all `contains` strings, and none of `lacks`.

    Where there are no words to hold on to (lines of columns, binary records), `pattern` says how
    the bytes begin.
    """

    contains: tuple[str, ...] = Field((), description="Texts that must all stand in it")
    lacks: tuple[str, ...] = Field((), description="Texts of which none may stand in it")
    pattern: str | None = Field(
        None, description="A regular expression over the bytes, from the first on; . is any byte"
    )

    @model_validator(mode="after")
    def _says_something(self) -> "Recognise":
        if not self.contains and self.pattern is None:
            raise ValueError("needs contains: or pattern:")
        try:
            self._begins  # noqa: B018
        except (re.error, UnicodeEncodeError) as error:
            raise ValueError(f"pattern: is no regular expression over bytes: {error}") from error
        return self

    @cached_property
    def _begins(self) -> re.Pattern[bytes] | None:
        return None if self.pattern is None else re.compile(self.pattern.encode("ascii"), re.DOTALL)

    @cached_property
    def _bytes(self) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
        return (
            tuple(word.encode() for word in self.contains),
            tuple(word.encode() for word in self.lacks),
        )

    def holds(self, payload: bytes) -> bool:
        """Whether the payload reads so."""
        wanted, unwanted = self._bytes
        for word in wanted:  # Plain loops: every message is asked by every adapter on its topic.
            if word not in payload:
                return False
        for word in unwanted:
            if word in payload:
                return False
        return self._begins is None or self._begins.match(payload) is not None


class People(Model):
    """What stands about people in a body, so that the bridge seals it before MQTT.

    `names` are members, elements and fields, in any case; `patterns` are for values without a name
    (columns), each a regular expression over the bytes whose first group is the value.
    """

    names: tuple[str, ...] = Field((), description="Names of members, elements or fields")
    patterns: tuple[str, ...] = Field((), description="Expressions whose first group is a value")

    @model_validator(mode="after")
    def _compiles(self) -> "People":
        for pattern in self.patterns:
            try:
                groups = re.compile(pattern.encode()).groups
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
            if groups != 1:
                raise ValueError(f"{pattern!r} needs one group: the value")
        return self


class AdapterSpec(Model):
    """`adapter.yaml`: who this adapter understands, how strong the evidence is, and how to know it.

    `topics` are MQTT filters where its messages arrive by default. `map` is a mapping without
    Python; without it the folder holds a `codec.py`.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_]*$", description="Its name, as its folder's")
    title: str = Field(description="What it understands, in one line")
    title_zh: str | None = Field(None, description="The same in Chinese, for the documents")
    make: str = Field(description="The maker, as people call it")
    models: tuple[str, ...] = Field((), description="Which devices and firmware")
    evidence: Literal["A", "B", "C"] = Field(
        description="A: documentation and captures; B: one of them; C: hearsay"
    )
    topics: tuple[str, ...] = Field((), description="MQTT filters it speaks on by default")
    topic_decides: bool = Field(False, description="Whether its topics are nobody else's")
    recognise: tuple[Recognise, ...] = Field((), description="Content that gives it away; any one")
    heartbeat_s: int | None = Field(
        default=None, gt=0, description="How often a device says that it is alive, in seconds"
    )
    recognises_faces: bool = Field(
        default=False, description="Whether all devices it understands recognise faces"
    )
    people: People = Field(People(), description="What in its messages is about people")
    map: GenericMap | None = Field(None, description="A mapping; without it a codec.py stands here")

    @cached_property
    def by_first_word(self) -> tuple[tuple[bytes, tuple[Recognise, ...]], ...]:
        """The content that gives it away, by the first of its words: each is looked for once."""
        found: dict[bytes, list[Recognise]] = {}
        for sign in self.recognise:
            found.setdefault("".join(sign.contains[:1]).encode(), []).append(sign)
        return tuple((word, tuple(signs)) for word, signs in found.items())


@dataclass(frozen=True, slots=True, eq=False)
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
        for first, signs in self.spec.by_first_word:
            if first in payload:
                for sign in signs:
                    if sign.holds(payload):
                        return True
        return False


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """All adapters, by name."""

    adapters: dict[str, Adapter]

    @property
    def face_adapters(self) -> frozenset[str]:
        """The adapters all of whose devices recognise faces."""
        return frozenset(name for name, a in self.adapters.items() if a.spec.recognises_faces)

    def choose(self, message: Message, name: str | None = None) -> Adapter | str:
        """The adapter of a message, or one line that says why there is none.

        `name` is an adapter's, or a make with several adapters. The topic narrows the choice, then
        the content decides; a topic alone is enough only for an adapter that says so
        (`topic_decides`), because devices of one make share topics.
        """
        if name in self.adapters:
            return self.adapters[name]  # What a site registered needs no look at topic or content.
        on_topic: Sequence[Adapter] = self._on_topic(message.topic)
        asked: Collection[Adapter] = self.adapters.values()
        if name is not None:
            asked = self.named(name)
            if len(asked) < 2:
                return next(iter(asked), self._unknown(name))
            on_topic = [a for a in on_topic if a in asked]
        pool = on_topic or asked
        found = [a for a in pool if a.claims_content(message.payload)]
        found = found or [a for a in on_topic if a.spec.topic_decides]
        if len(found) == 1:
            return found[0]
        if not found:
            who = "no adapter" if name is None else f"no adapter of {name!r}"
            where = f"topic {message.topic!r}" if message.topic else "no topic was given"
            return f"{who} knows this topic and content ({where})"
        names = ", ".join(sorted(a.spec.name for a in found))
        return f"several adapters claim it ({names}); name one with adapter: in the site file"

    def _on_topic(self, topic: str) -> tuple[Adapter, ...]:
        short = len(topic) <= TOPIC_REMEMBERED_MAX
        return _remembered(self, topic) if short else _speaking_on(self, topic)

    def named(self, name: str) -> list[Adapter]:
        """The adapter of this name, or else those of the make or family of this name."""
        folded = name.strip().lower().replace("-", "_").replace(" ", "_")
        if folded in self.adapters:
            return [self.adapters[folded]]
        return [
            a for a in self.adapters.values()
            if a.spec.name.startswith(folded + "_") or a.spec.make.lower() == name.strip().lower()
        ]  # fmt: skip

    def _unknown(self, name: str) -> str:
        return f"there is no adapter {name!r}; there are: {', '.join(sorted(self.adapters))}"


def _speaking_on(catalogue: Catalogue, topic: str) -> tuple[Adapter, ...]:
    return tuple(a for a in catalogue.adapters.values() if a.claims_topic(topic))


_remembered = lru_cache(maxsize=8192)(_speaking_on)
"""Topics are few and messages many, so the answer is kept."""


def load_catalogue(folders: Iterable[FilePath] = ()) -> Catalogue:
    """The shipped adapters and those of the given folders. Raises FileFaults with every fault."""
    adapters: dict[str, Adapter] = {}
    faults: list[Fault] = []
    for root in (SHIPPED, *folders):
        for folder in _adapter_folders(root, faults):
            try:
                adapter = load_adapter(folder)
            except FileFaults as error:
                faults.extend(error.faults)
                continue
            if adapter.spec.name in adapters:
                other = adapters[adapter.spec.name].folder
                what = f"{adapter.spec.name!r} is also the name of {other}; take another"
                faults.append(_document(folder / "adapter.yaml").fault(("name",), what))
            adapters.setdefault(adapter.spec.name, adapter)
    if faults:
        raise FileFaults(faults)
    return Catalogue(adapters)


def _adapter_folders(root: FilePath, faults: list[Fault]) -> list[FilePath]:
    """The folders with an adapter below a root, or the root itself if it is one.

    A folder with code and no `adapter.yaml` is told as a fault: somebody means it to be loaded.
    Folders whose name begins with `_` hold what several adapters share.
    """
    if (root / "adapter.yaml").is_file():
        return [root]
    if not root.is_dir():
        faults.append(Fault(str(root), 1, "file", "is no folder; give one that holds adapters"))
        return []
    folders = sorted(f for f in root.iterdir() if f.is_dir() and not f.name.startswith(("_", ".")))
    faults.extend(
        Fault(str(folder), 1, "file", "has a codec.py and no adapter.yaml; add one")
        for folder in folders
        if (folder / "codec.py").is_file() and not (folder / "adapter.yaml").is_file()
    )
    return [folder for folder in folders if (folder / "adapter.yaml").is_file()]


def load_adapter(folder: FilePath) -> Adapter:
    """One adapter from its folder. Raises FileFaults."""
    document = _document(folder / "adapter.yaml")
    spec = validate(document, AdapterSpec)
    code = folder / "codec.py"
    if (spec.map is None) is not code.is_file():
        what = f"stands here, and there is {code} too; keep one of them" if spec.map else (
            f"is missing; add it: how the messages are read, or write {code} with decode(message)"
        )  # fmt: skip
        raise FileFaults([document.fault(("map",), what)])
    if spec.map is not None:
        return Adapter(spec, generic_codec(spec.map), folder)
    return Adapter(spec, _decoder(code, spec.name), folder)


def _document(file: FilePath) -> Document:
    return parse(_text(file), str(file))


def _text(file: FilePath) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FileFaults([Fault(str(file), 1, "file", "is not UTF-8; save it as UTF-8")]) from error
    except OSError as error:
        what = f"cannot be read ({error.strerror}); check its name and rights"
        raise FileFaults([Fault(str(file), 1, "file", what)]) from error


def _decoder(code: FilePath, name: str) -> Codec:
    """The `decode` of a codec.py. Whatever its import raises is a fault of that file."""
    try:
        decode: Codec = _load_module(code, name).decode
    except Exception as error:
        what = f"cannot be loaded: {type(error).__name__}: {error}; write decode(message) into it"
        raise FileFaults([Fault(str(code), _line_in(code, error), "decode", what)]) from error
    return decode


def _line_in(code: FilePath, error: Exception) -> int:
    """The line of a file that an error of its import came from."""
    if isinstance(error, SyntaxError):
        return error.lineno or 1
    steps = extract_tb(error.__traceback__)
    return next((s.lineno or 1 for s in reversed(steps) if s.filename == str(code)), 1)


def _load_module(code: FilePath, name: str) -> ModuleType:
    if code.is_relative_to(SHIPPED):
        return importlib.import_module(f"ingest.adapters.{code.parent.name}.codec")
    module_name = f"operator_adapter_{name}"
    found = importlib.util.spec_from_file_location(module_name, code)
    if found is None or found.loader is None:
        raise ImportError("is no Python file")
    module = importlib.util.module_from_spec(found)
    sys.modules[module_name] = module
    found.loader.exec_module(module)
    return module
