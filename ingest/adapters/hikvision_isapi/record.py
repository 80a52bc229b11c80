"""Reading names out of ISAPI objects, whichever firmware or bridge wrote them."""

from collections.abc import Mapping
from functools import lru_cache
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
        self._content = {_known(name): value for name, value in content.items()}
        self._parts: dict[str, list[Record]] = {}

    def __contains__(self, name: str) -> bool:
        return _ASKED[name] in self._content

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
            if (found := self.raw(name)) is not None and (number := whole(found)) is not None:
                return number
        return None

    def flag(self, name: str) -> bool | None:
        """A flag; None where there is none."""
        return flag(self.raw(name))

    def part(self, *names: str) -> "Record | None":
        """The first of the names that is an object (of several, the first)."""
        for name in names:
            if found := self.parts(name):
                return found[0]
        return None

    def parts(self, name: str) -> list["Record"]:
        """The objects under a name: one, several, or none."""
        known = self._parts.get(name)
        if known is None:
            value = self._content.get(_ASKED[name])
            if value is None:
                return []
            found = value if isinstance(value, list) else [value]
            known = self._parts[name] = [
                Record(item, f"{self.path}.{name}") for item in found if isinstance(item, Mapping)
            ]
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


class _Asked(dict[str, str]):
    """The names that this adapter asks for, folded; names of payloads never come here."""

    def __missing__(self, name: str) -> str:
        folded = self[name] = _fold(name)
        return folded


_ASKED = _Asked()
_remembered = lru_cache(maxsize=2048)(_fold)
_NAME_REMEMBERED_MAX = 64
"""Devices spell a few hundred names; longer ones are noise that must not fill the memory."""


def _known(name: str) -> str:
    return _remembered(name) if len(name) <= _NAME_REMEMBERED_MAX else _fold(name)
