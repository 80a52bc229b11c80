"""YAML that people write: read safely, validated whole, every fault with its path and line."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

T = TypeVar("T", bound=BaseModel)
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a file: where it stands, and what is wrong in words that say how to mend it."""

    file: str
    line: int
    path: str
    what: str

    def __str__(self) -> str:
        """As a compiler prints it: file:line: path: what."""
        return f"{self.file}:{self.line}: {self.path}: {self.what}"


class FileFaults(ValueError):
    """A file that does not hold: all its faults at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Keeps the faults as a tuple in `faults`."""
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: its plain content, and the line of every path in it."""

    file: str
    content: Any
    lines: dict[Path, int]

    def fault(self, path: Path, what: str) -> Fault:
        """A fault at a path; the nearest known line above it is used."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        text = ".".join(map(str, path)) or "file"
        return Fault(self.file, self.lines.get(known, 1), text, what)


def parse(text: str, file: str) -> Document:
    """The content of a YAML text and the line of each part. Raises FileFaults."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise FileFaults([Fault(file, line, "file", f"is not YAML: {what}")]) from error
    lines: dict[Path, int] = {}
    if node is not None:
        _walk(node, (), lines)
    return Document(file, content, lines)


def _walk(node: yaml.Node, path: Path, lines: dict[Path, int]) -> None:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _walk(value, (*path, str(key.value)), lines)
            lines[(*path, str(key.value))] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _walk(value, (*path, index), lines)


def validate(document: Document, model: type[T]) -> T:
    """The content as a model. Raises FileFaults with every fault, not only the first."""
    if not isinstance(document.content, dict):
        raise FileFaults([document.fault((), "is empty; it must hold keys and values")])
    try:
        return model.model_validate(document.content)
    except ValidationError as error:
        faults = [
            document.fault(tuple(item["loc"]), _say(item["type"], item["msg"]))
            for item in error.errors(include_url=False)
        ]
        raise FileFaults(faults) from error


def _say(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "is not a name known here; check its spelling or delete it"
    if kind == "missing":
        return "is missing; add it"
    return message.removeprefix("Value error, ")
