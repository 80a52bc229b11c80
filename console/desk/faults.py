"""What is wrong, in the language of whoever asks; the register and accounts say it in English."""

import re
from functools import cache
from importlib.resources import files

import yaml

from console.words import Language


@cache
def _known() -> tuple[tuple[re.Pattern[str], str], ...]:
    text = files("console.desk").joinpath("faults.yaml").read_text(encoding="utf-8")
    return tuple((re.compile(wrong, re.DOTALL), zh) for wrong, zh in yaml.safe_load(text))


def told(fault: str, language: Language) -> str:
    """A fault in a language; as it is where nobody has put it into Chinese."""
    if language == "en":
        return fault
    for pattern, zh in _known():
        if found := pattern.fullmatch(fault):
            return zh.format(*(part or "" for part in found.groups()))
    return fault


def placed(fault: str) -> tuple[str, str]:
    """A field and what is wrong with it, from one line; no field where it names none."""
    where, colon, what = fault.partition(": ")
    return (where, what) if colon and where.isidentifier() else ("", fault)


def said_of(fault: str, language: Language) -> tuple[str, str]:
    """The field that a line is about, and what it says in a language."""
    where, what = placed(fault)
    whole = told(fault, language)
    return where, whole if language == "en" or whole != fault else told(what, language)
