"""What is advised to do in each situation, from `advice.yaml` beside this module."""

from functools import cache
from importlib.resources import files

import yaml
from pydantic import TypeAdapter

from console.words import Language, pick
from schemas.alerts import Handler
from schemas.base import Model, Words


class Advice(Model):
    """By situation; for situations of an operator's own, by who comes first."""

    situations: dict[str, tuple[Words, ...]]
    handlers: dict[Handler, tuple[Words, ...]]


@cache
def advice() -> Advice:
    """All of it."""
    text = files("console").joinpath("advice.yaml").read_text(encoding="utf-8")
    return TypeAdapter(Advice).validate_python(yaml.safe_load(text))


def advice_for(kind: str, handler: Handler, language: Language) -> list[str]:
    """What is advised for a situation, in order."""
    known = advice()
    said = known.situations.get(kind) or known.handlers.get(handler, ())
    return [pick(words, language) for words in said]
