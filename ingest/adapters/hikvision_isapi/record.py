"""Reading names out of ISAPI objects, whichever firmware or bridge wrote them."""

from collections.abc import Mapping
from typing import Any

from ingest.converters import flag, said, whole


class Record:
    """An object of a message. Names are found whatever their case and prefix.

    Bridges that turn XML into JSON wrap single values into lists; a list of one reads as that one.
    """

    def __init__(self, content: Mapping[str, Any], path: str = "$") -> None:
        """`path` is where the object stands in the payload, for reasons."""
        self.path = path
        self._as_sent = content
        self._content = {_SENT[name]: value for name, value in content.items()}
        self._parts: dict[str, list[Record]] = {}

    def __contains__(self, name: str) -> bool:
        return _ASKED[name] in self._content

    def has_none_of(self, folded: frozenset[str]) -> bool:
        """Whether none of these names, in lower case, is there."""
        return self._content.keys().isdisjoint(folded)

    def raw(self, *names: str) -> Any:
        """The first of the names that is there, or None."""
        for name in names:
            value = self._content.get(_ASKED[name])
            if value is None:
                continue
            if type(value) is not list or len(value) != 1:
                return value
            if value[0] is not None:
                return value[0]
        return None

    def text(self, *names: str) -> str | None:
        """The first of the names that says something, as text."""
        for name in names:
            value = self._content.get(_ASKED[name])
            if type(value) is list and len(value) == 1:
                value = value[0]
            if value is not None and (text := said(value)) is not None:
                return text
        return None

    def whole(self, *names: str) -> int | None:
        """The first of the names that is an int."""
        for name in names:
            value = self._content.get(_ASKED[name])
            if type(value) is list and len(value) == 1:
                value = value[0]
            if value is not None and (number := whole(value)) is not None:
                return number
        return None

    def flag(self, name: str) -> bool | None:
        """A flag; None where there is none."""
        value = self._content.get(_ASKED[name])
        return value if type(value) is bool else flag(self.raw(name))

    def part(self, *names: str) -> "Record | None":
        """The first of the names that is an object (of several, the first)."""
        for name in names:
            found = self._parts.get(name) or self.parts(name)
            if found:
                return found[0]
        return None

    def parts(self, name: str) -> list["Record"]:
        """The objects under a name: one, several, or none."""
        known = self._parts.get(name)
        if known is None:
            value = self._content.get(_ASKED[name])
            if value is None:
                return []
            path = f"{self.path}.{name}"
            found = value if isinstance(value, list) else (value,)
            known = [Record(item, path) for item in found if isinstance(item, dict)]
            self._parts[name] = known
        return known

    def scalars(self) -> dict[str, str | int | float | bool]:
        """What is no object, list or blank, as it is spelt."""
        return {
            name: value
            for name, value in self._as_sent.items()
            if isinstance(value, str | int | float) and said(value) is not None
        }


def _fold(name: str) -> str:
    return name.rpartition(":")[2].lower()


class _Folded(dict[str, str]):
    """Names by their spelling, each folded once."""

    def __missing__(self, name: str) -> str:
        folded = _fold(name)
        if len(name) <= _NAME_REMEMBERED_MAX:
            if len(self) >= _NAMES_REMEMBERED_MAX:
                self.clear()
            self[name] = folded
        return folded


_NAME_REMEMBERED_MAX, _NAMES_REMEMBERED_MAX = 64, 2048
"""Devices spell a few hundred names; longer ones, and more, are noise that must not fill the
memory."""
_ASKED, _SENT = _Folded(), _Folded()
"""What this adapter asks for, and what stands in payloads."""
