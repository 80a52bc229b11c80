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
        self._spelt = {_fold(name): name for name in content}
        self._content = {folded: content[name] for folded, name in self._spelt.items()}

    def __contains__(self, name: str) -> bool:
        return _asked(name) in self._content

    def raw(self, *names: str) -> Any:
        """The first of the names that is there, or None."""
        for name in names:
            value = self._content.get(_asked(name))
            if isinstance(value, list) and len(value) == 1:
                value = value[0]
            if value is not None:
                return value
        return None

    def text(self, *names: str) -> str | None:
        """The first of the names that says something, as text."""
        return next((text for name in names if (text := said(self.raw(name))) is not None), None)

    def whole(self, *names: str) -> int | None:
        """The first of the names that is an int."""
        return next((n for name in names if (n := whole(self.raw(name))) is not None), None)

    def flag(self, name: str) -> bool | None:
        """A flag; None where there is none."""
        return flag(self.raw(name))

    def part(self, *names: str) -> "Record | None":
        """The first of the names that is an object (of several, the first)."""
        return next((part for name in names for part in self.parts(name)), None)

    def parts(self, name: str) -> list["Record"]:
        """The objects under a name: one, several, or none."""
        value = self._content.get(_asked(name))
        found = value if isinstance(value, list) else [value]
        return [Record(item, f"{self.path}.{name}") for item in found if isinstance(item, Mapping)]

    def scalars(self) -> dict[str, str | int | float | bool]:
        """What is no object, list or blank, as it is spelt."""
        return {
            self._spelt[name]: value
            for name, value in self._content.items()
            if isinstance(value, str | int | float) and said(value) is not None
        }


def _fold(name: str) -> str:
    return name.rpartition(":")[2].lower()


@lru_cache(maxsize=1024)
def _asked(name: str) -> str:
    """A name that this adapter asks for, folded. Names of payloads are not kept here."""
    return _fold(name)
