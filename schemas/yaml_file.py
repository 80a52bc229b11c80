"""YAML that people write: read safely, validated whole, every fault with its path and line.

Read with libyaml where PyYAML has it (ten times faster than without). Lines are looked for only
when there is a fault to tell, because a large site has half a million of them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from schemas.fault_words import path_of, words

T = TypeVar("T", bound=BaseModel)
Path = tuple[str | int, ...]
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT = "tag:yaml.org,2002:str"
_MERGE = "tag:yaml.org,2002:merge"
_MENDS = {
    "cannot start any token": "put the value in quotes",
    "mapping values are not allowed": "put a text with a colon in quotes, or mend the indentation",
    "could not find expected ':'": "write NAME: VALUE, with a blank behind the colon",
    "did not find expected key": "mend the indentation, or close a quote, bracket or brace",
    "did not find expected": "close a quote, bracket or brace, or mend the indentation",
}
"""How to mend what libyaml complains of, by its words."""


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


class Source(Protocol):
    """Content that knows where each part of it was written."""

    @property
    def content(self) -> Any:
        """Plain dicts, lists and scalars."""

    def fault(self, path: Path, what: str) -> Fault:
        """A fault at a path of the content."""


@dataclass(frozen=True)
class Document:
    """A parsed file: its plain content, and how to find the line of every path in it."""

    file: str
    content: Any
    find_lines: Callable[[], dict[Path, int]] = field(repr=False, compare=False)

    @cached_property
    def lines(self) -> dict[Path, int]:
        """The line of each path, from 1."""
        return self.find_lines()

    def fault(self, path: Path, what: str) -> Fault:
        """A fault at a path; the nearest known line above it is used."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        text = ".".join(map(str, path)) or "file"
        return Fault(self.file, self.lines.get(known, 1), text, what)


def parse(text: str, file: str) -> Document:
    """The content of a YAML text, and the lines of its parts. Raises FileFaults.

    A key that stands twice in one place is a fault: YAML would let the last one win, and a second
    `devices:` would make the first one's devices disappear.
    """
    loader: yaml.SafeLoader | None = None
    try:
        loader = _LOADER(text)
        node = loader.get_single_node()
        content = None if node is None else _plain(node, loader)
    except yaml.YAMLError as error:
        raise FileFaults([_no_yaml(file, error)]) from error
    except _Twice as error:
        raise FileFaults([Fault(file, error.line, error.key, "stands here twice")]) from error
    except RecursionError as error:
        raise FileFaults([Fault(file, 1, "file", "holds itself, or is nested too deep")]) from error
    finally:
        if loader is not None:
            loader.dispose()
    return Document(file, content, lambda: _lines(text))


def _no_yaml(file: str, error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    mend = next((f"; {how}" for sign, how in _MENDS.items() if sign in what), "")
    where = f" at column {mark.column + 1}" if mark else ""
    return Fault(file, mark.line + 1 if mark else 1, "file", f"is not YAML{where}: {what}{mend}")


class _Twice(Exception):
    """A key that stands twice in one mapping."""

    def __init__(self, key: str, line: int) -> None:
        super().__init__(key)
        self.key, self.line = key, line


def _plain(node: yaml.Node, loader: yaml.SafeLoader) -> Any:
    """The content of a node; PyYAML's own way through generators takes three times as long."""
    if isinstance(node, yaml.ScalarNode):
        return node.value if node.tag == _TEXT else loader.construct_object(node)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, loader) for child in node.value]
    if not isinstance(node, yaml.MappingNode) or _is_special(node):
        return loader.construct_object(node, deep=True)
    found: dict[Any, Any] = {}
    for key, value in node.value:
        found[_plain(key, loader)] = _plain(value, loader)
    if len(found) < len(node.value):
        raise _second_key(node)
    return found


def _is_special(node: yaml.MappingNode) -> bool:
    """Whether a mapping borrows from another (`<<`) or has a key that is no scalar."""
    return any(key.tag == _MERGE or not isinstance(key, yaml.ScalarNode) for key, _ in node.value)


def _second_key(node: yaml.MappingNode) -> _Twice:
    seen: set[str] = set()
    for key, _ in node.value:
        if key.value in seen:
            break
        seen.add(key.value)
    return _Twice(str(key.value), key.start_mark.line + 1)


def _lines(text: str) -> dict[Path, int]:
    node = yaml.compose(text, Loader=_LOADER)
    return {} if node is None else dict(_walk(node, (), node.start_mark.line + 1))


def _walk(node: yaml.Node, path: Path, line: int) -> Iterator[tuple[Path, int]]:
    yield path, line
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _walk(value, (*path, str(key.value)), key.start_mark.line + 1)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _walk(value, (*path, index), value.start_mark.line + 1)


def validate(source: Source, model: type[T]) -> T:
    """The content as a model. Raises FileFaults with every fault, not only the first."""
    if not isinstance(source.content, dict):
        raise FileFaults([source.fault((), "is empty; it must hold keys and values")])
    try:
        return model.model_validate(source.content)
    except ValidationError as error:
        found = error.errors(include_url=False)
        faults = [source.fault(path_of(item), words(item, model)) for item in found]
        raise FileFaults(dict.fromkeys(faults)) from error
