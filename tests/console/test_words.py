"""Every word is there in both languages, is used, and accuses nobody."""

import re
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

import console
from console.words import (
    LANGUAGES,
    catalogue,
    delivery_word,
    direction_word,
    event_word,
    handler_word,
    pick,
    say,
    severity_word,
    span_text,
)
from schemas.alerts import SEVERITIES, Delivery, Handler
from schemas.base import Words
from schemas.event_data import Direction
from schemas.event_types import event_types

CODE = Path(console.__file__).parent
BLAME = re.compile(
    "贼|小偷|盗|嫌疑|犯|歹徒|坏人|可疑人|作案|罪|"
    r"\b(thie(f|ves)|steal|stole|suspects?|criminals?|crimes?|burglars?|intruders?|offenders?"
    r"|culprits?|guilty|illegal|perpetrators?)\b",
    re.IGNORECASE,
)


def all_words() -> list[tuple[str, Words]]:
    words = catalogue()
    named: dict[str, Words] = {}
    for group in (words.severities, words.handlers, words.deliveries, words.directions):
        named |= {str(key): text for key, text in group.items()}
    for name, states in words.glance.items():
        named |= {f"{name}.{key}": text for key, text in states.items()}
    return [*named.items(), *words.events.items(), *words.page.items()]


def test_every_event_type_has_words() -> None:
    assert set(catalogue().events) == set(event_types())


def test_every_level_handler_delivery_and_direction_has_words() -> None:
    for language in LANGUAGES:
        assert all(severity_word(name, language) for name in SEVERITIES)
        assert all(handler_word(name, language) for name in get_args(Handler))
        assert all(delivery_word(name, language) for name in get_args(Delivery))
        assert all(direction_word(name, language) for name in get_args(Direction))


@pytest.mark.parametrize(("key", "text"), all_words())
def test_both_languages_stand_and_take_the_same_values(key: str, text: Words) -> None:
    assert text.zh.strip(), key
    assert text.en.strip(), key
    assert re.search("[\u4e00-\u9fff]", text.en) is None or key.startswith("other_language")
    taken = [
        {name for _, name, _, _ in Formatter().parse(side) if name} for side in (text.zh, text.en)
    ]
    assert taken[0] == taken[1]


@pytest.mark.parametrize(("key", "text"), all_words())
def test_no_word_accuses_anybody(key: str, text: Words) -> None:
    assert not BLAME.search(text.zh), key
    assert not BLAME.search(text.en), key


def used_keys() -> set[str]:
    """The keys that the code says, also those built from a state or a fault."""
    code = "\n".join(file.read_text(encoding="utf-8") for file in CODE.rglob("*.py"))
    keys = set(re.findall(r'say\(\s*["\'](\w+)', code))
    keys |= set(re.findall(r'"(\w+)" if [^\n]*\belse\b', code))
    keys |= set(re.findall(r'\belse "(\w+)"', code))
    # Fields and buttons of the plain forms, and what is wrong with what somebody sent there.
    keys |= set(re.findall(r'\bField\(\s*"\w+", "(\w+)"', code))
    keys |= set(re.findall(r'\bform\("/\w+", [A-Z]+, "(\w+)"', code))
    keys |= set(re.findall(r'return "(password_\w+)"', code))
    starts = re.findall(r'say\(\s*f"(\w+)_\{', code)
    return keys | {
        key for key in catalogue().page if key.startswith(tuple(f"{s}_" for s in starts))
    }


def test_every_word_of_the_page_is_used() -> None:
    assert set(catalogue().page) - used_keys() == set()


def test_every_word_said_is_in_the_catalogue() -> None:
    code = "\n".join(file.read_text(encoding="utf-8") for file in CODE.rglob("*.py"))
    # A package's own words are said by its own `Texts`, never by the bare function.
    bare = set(re.findall(r'(?<![.\w])say\(\s*"(\w+)",\s*[\w.]*language', code))
    assert bare <= set(catalogue().page)


def test_saying_fills_in_values_and_misses_none() -> None:
    assert say("estates", "zh", n=3) == "3个小区"
    assert say("estates", "en", n=3) == "Estates: 3"
    with pytest.raises(KeyError):
        say("estates", "en")
    with pytest.raises(KeyError):
        say("no_such_word", "en")


def test_an_event_type_of_a_newer_version_is_shown_as_it_is() -> None:
    assert event_word("door.sang", "zh") == "door.sang"
    assert event_word("door.opened", "zh") == "门打开"


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "0 s"),
        (119_999, "119 s"),
        (120_000, "2 min"),
        (7_199_999, "119 min"),
        (7_200_000, "2 h"),
    ],
)
def test_spans_of_time(ms: int, text: str) -> None:
    assert span_text(ms, "en") == text


def test_picking_a_language() -> None:
    assert [pick(Words(zh="门", en="door"), language) for language in LANGUAGES] == ["门", "door"]
