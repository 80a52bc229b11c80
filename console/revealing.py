"""The words of seeing a case in clear, for the desk and the phone alike."""

from typing import get_args

from console.privacy.looks import REASONS, Field
from console.words import Language, say, template

KEYS = ("title", "open", "reason", "choose", "why", "do", "none")
STATUS = (403, 422, 429, 503)


def reveal_words(language: Language) -> dict[str, str]:
    """What the form is made of; `note` keeps its brace for the number of looks that are left."""
    plain = {key: say(f"reveal_{key}", language) for key in KEYS}
    fields = {f"field_{name}": field_word(name, language) for name in get_args(Field)}
    faults = {f"fault_{code}": fault_word(code, language) for code in STATUS}
    return plain | fields | faults | {"note": template("reveal_note", language)}


def reason_words(language: Language) -> dict[str, str]:
    """The closed list of reasons."""
    return {name: say(f"reveal_reason_{name}", language) for name in REASONS}


def field_word(name: Field, language: Language) -> str:
    """What a clear value is."""
    return say(f"reveal_field_{name}", language)


def fault_word(status: int, language: Language) -> str:
    """Why a look is refused, in one line."""
    return say(f"reveal_fault_{status}", language)
