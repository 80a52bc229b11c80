"""The words of the office's page, from `words.yaml` beside this module."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from console.words import Language, Texts


@cache
def texts() -> Texts:
    """All of them."""
    return Texts("console.pages")


@dataclass(frozen=True, slots=True)
class Saying:
    """Says things in one language."""

    language: Language

    def text(self, key: str, **values: object) -> str:
        """A text. Raises KeyError for an unknown key or a missing value."""
        return texts().say(key, self.language, **values)

    def templates(self, keys: Iterable[str]) -> dict[str, str]:
        """Texts by key with their braces unfilled, for the browser to fill."""
        return {key: texts().template(key, self.language) for key in keys}
