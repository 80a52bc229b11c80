"""The words of the page and the terminal, Chinese and English, from `words.yaml` beside it."""

from functools import cache
from importlib.resources import files
from typing import Literal, get_args

import yaml
from pydantic import TypeAdapter

from schemas.alerts import Delivery, Handler, Severity
from schemas.base import MS_PER_S, Model, Words
from schemas.event_data import Direction

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_TEXTS = TypeAdapter(dict[str, Words])


class Catalogue(Model):
    """All words, by what they name."""

    severities: dict[Severity, Words]
    handlers: dict[Handler, Words]
    deliveries: dict[Delivery, Words]
    directions: dict[Direction, Words]
    events: dict[str, Words]
    glance: dict[str, dict[str, Words]]
    page: dict[str, Words]


@cache
def catalogue() -> Catalogue:
    """The words of the file."""
    text = files("console").joinpath("words.yaml").read_text(encoding="utf-8")
    return Catalogue.model_validate(yaml.safe_load(text))


class Texts:
    """The words of one package of the console, from `words.yaml` beside its modules."""

    def __init__(self, package: str) -> None:
        """`package` is the package's name: `console.phone`."""
        text = files(package).joinpath("words.yaml").read_text(encoding="utf-8")
        self._words = _TEXTS.validate_python(yaml.safe_load(text))

    def __contains__(self, key: object) -> bool:
        """Whether there is a text of that name."""
        return key in self._words

    def template(self, key: str, language: Language) -> str:
        """A text with its braces unfilled. Raises KeyError for an unknown key."""
        return pick(self._words[key], language)

    def say(self, key: str, language: Language, **values: object) -> str:
        """A text. Raises KeyError for an unknown key or a missing value."""
        return self.template(key, language).format(**values)


def pick(words: Words, language: Language) -> str:
    """The text in one language."""
    return words.zh if language == "zh" else words.en


def template(key: str, language: Language) -> str:
    """A text of the page with its braces unfilled, for the browser to fill."""
    return pick(catalogue().page[key], language)


def say(key: str, language: Language, **values: object) -> str:
    """A text of the page. Raises KeyError for an unknown key or a missing value."""
    return template(key, language).format(**values)


def severity_word(severity: Severity, language: Language) -> str:
    """A level's colour as a word."""
    return pick(catalogue().severities[severity], language)


def handler_word(handler: Handler, language: Language) -> str:
    """Who is to look after an alert."""
    return pick(catalogue().handlers[handler], language)


def delivery_word(delivery: Delivery, language: Language) -> str:
    """How an alert reaches its handler."""
    return pick(catalogue().deliveries[delivery], language)


def direction_word(direction: Direction, language: Language) -> str:
    """In or out."""
    return pick(catalogue().directions[direction], language)


def glance_word(group: str, name: str, language: Language) -> str:
    """A state or reason of a read model. Raises KeyError for one that has no word."""
    return pick(catalogue().glance[group][name], language)


def event_word(event_type: str, language: Language) -> str:
    """What a reading of a type says; the type itself where a newer version wrote it."""
    words = catalogue().events.get(event_type)
    return pick(words, language) if words else event_type


def span_text(ms: int, language: Language) -> str:
    """A span of time as people say it: seconds below two minutes, then minutes, then hours."""
    seconds = ms // MS_PER_S
    if seconds < 120:
        return say("span_s", language, n=seconds)
    if seconds < 7200:
        return say("span_min", language, n=seconds // 60)
    return say("span_h", language, n=seconds // 3600)
