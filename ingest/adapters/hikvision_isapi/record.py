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
        self._content = {_fold(name): value for name, value in content.items()}
        self._parts: dict[str, list[Record]] = {}

    def __contains__(self, name: str) -> bool:
        return _asked(name) in self._content

    def raw(self, *names: str) -> Any:
        """The first of the names that is there, or None."""
        for name in names:
            value = self._content.get(_asked(name))
            if type(value) is list and len(value) == 1:
                value = value[0]
            if value is not None:
                return value
        return None

    def text(self, *names: str) -> str | None:
        """The first of the names that says something, as text."""
        for name in names:
            if (text := said(self.raw(name))) is not None:
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
            value = self._content.get(_asked(name))
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


@lru_cache(maxsize=1024)
def _asked(name: str) -> str:
    """A name that this adapter asks for, folded. Names of payloads are not kept here."""
    return _fold(name)
