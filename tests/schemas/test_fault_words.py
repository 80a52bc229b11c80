"""Faults of what people wrote: what stands there, what was expected, how to mend it."""

from typing import Literal

import pytest
from pydantic import Field

from schemas.base import Model, Words
from schemas.yaml_file import FileFaults, parse, validate


class Door(Model):
    """Something in a list."""

    place: str
    way: Literal["in", "out"] = "in"


class Told(Model):
    """One of each kind of field."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="how people call it")
    name: Words
    kind: Literal["reader", "camera"]
    count: int = Field(1, gt=0, le=9)
    share: float = 0.5
    on: bool = False
    from_: str = Field("", alias="from")
    doors: tuple[Door, ...] = ()
    spots: dict[str, Door] = Field(default_factory=dict)
    either: Door | str = ""
    some: tuple[str, ...] = Field(("x",), min_length=1)


GOOD = "id: a\nname: {zh: x, en: y}\nkind: reader\n"


def faults(text: str) -> list[str]:
    with pytest.raises(FileFaults) as caught:
        validate(parse(text, "f"), Told)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "knd: camera",
            "f:4: knd: is not a name known here; did you mean kind? (there are: ",
        ),
        (
            "form: x",
            "form: is not a name known here; did you mean from? (there are: id, ",
        ),
        ("colour: red", "colour: is not a name known here; check its spelling or delete it (there"),
        (
            "doors: [{plce: d}]",
            "doors.0.plce: is not a name known here; did you mean place? (there are: place, way)",
        ),
        ("spots: {x: {Way: in, place: d}}", "spots.x.Way: is not a name known here; did you mean"),
        ("doors: [{way: in}]", "f:4: doors.0.place: is missing; add it: a text"),
        ("doors: [{place: d, way: inn}]", "'inn' is not one of 'in' or 'out'; did you mean in?"),
        ("doors: {place: d}", "doors: a mapping of names stands where a list belongs; begin each"),
        ("doors:", "doors: is empty; write a list, or delete it"),
        ("doors: [d1]", "doors.0: 'd1' stands where names with values belongs"),
        ("count: many", "f:4: count: 'many' stands where a whole number belongs"),
        ("count: 1.5", "count: 1.5 stands where a whole number belongs"),
        ("count: 0", "count: 0 is not above 0"),
        ("count: 10", "count: 10 is above 9"),
        ("share: half", "share: 'half' stands where a number belongs"),
        ("'on': maybe", "on: 'maybe' stands where true or false belongs"),
        ("from: 7", "from: 7 stands where a text belongs; put it in quotes"),
        ("from: [a]", "from: a list stands where a text belongs"),
        ("some: []", "some: is empty; fill it in"),
        ("spots: {1: {place: d}}", "spots.1: (its name) 1 stands where a text belongs; put it in"),
        (
            "either: {place: d, wy: in}",
            "either.Door.wy: is not a name known here; did you mean",
        ),
    ],
)
def test_a_fault_says_what_was_expected(text: str, said: str) -> None:
    assert any(said in line for line in faults(GOOD + text)), faults(GOOD + text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "name: {zh: x, en: y}\nkind: reader",
            "f:1: id: is missing; add it: letters, digits, dot, "
            "dash and underscore (how people call it)",
        ),
        ("id: a\nkind: reader", "f:1: name: is missing; add it: names with values (zh, en)"),
        ("id: a\nname: {zh: x, en: y}", "f:1: kind: is missing; add it: one of reader, camera"),
        (GOOD.replace("id: a", "id: a b"), "f:1: id: 'a b' has not the form asked for: letters, "),
        (GOOD.replace("en: y", "en: "), "f:2: name.en: is empty; write a text, or delete it"),
    ],
)
def test_what_is_missing_is_told_with_what_goes_there(text: str, said: str) -> None:
    assert any(line.startswith(said) for line in faults(text)), faults(text)


def test_a_long_value_is_not_repeated() -> None:
    (told,) = faults(f"{GOOD}count: {'x' * 100}")
    assert "a long text stands where a whole number" in told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "a: @.x",
            "f:1: file: is not YAML at column 4: found character that cannot start any "
            "token; put the value in quotes",
        ),
        ("a: b: c", "; put a text with a colon in quotes, or mend the indentation"),
        ("a: [b", "; close a quote, bracket or brace, or mend the indentation"),
        ("a: 1\n b: 2", "f:2: file: is not YAML at column "),
    ],
)
def test_what_is_no_yaml_is_told_with_how_to_mend_it(text: str, said: str) -> None:
    (told,) = faults(text)
    assert said in told
