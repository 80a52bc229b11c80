"""Templates of models that lie beside the adapters, ready to be copied into a site.

A site file names only templates that stand in its own files: what it means must not change with an
upgrade of the program.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ingest.catalogue import Catalogue
from schemas.device_site import DeviceTemplate
from schemas.yaml_file import Fault, FileFaults, parse

FILE = "templates.yaml"


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """One adapter's templates: their text as it stands, comments and all, and what they say."""

    adapter: str
    text: str
    content: dict[str, dict[str, Any]]


def template_files(catalogue: Catalogue) -> list[TemplateFile]:
    """The templates of all adapters that have some. Raises FileFaults with every fault."""
    faults: list[Fault] = []
    found = []
    for name, adapter in sorted(catalogue.adapters.items()):
        path = adapter.folder / FILE
        if path.is_file():
            told = _read(name, path, faults)
            found.append(told)
    if faults:
        raise FileFaults(faults)
    return found


def _read(adapter: str, path: Path, faults: list[Fault]) -> TemplateFile:
    text = path.read_text(encoding="utf-8")
    document = parse(text, str(path))
    content = document.content if isinstance(document.content, dict) else {}
    for name, words in content.items():
        try:
            template = DeviceTemplate.model_validate(words)
        except ValidationError as error:
            faults.append(document.fault((name,), str(error.errors()[0]["msg"])))
            continue
        if template.adapter != adapter:
            faults.append(document.fault((name, "adapter"), f"must be {adapter}, as its folder"))
    return TemplateFile(adapter, text, content)
