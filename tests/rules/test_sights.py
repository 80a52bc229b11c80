"""Things in pictures: what counts as what, where it is, and what works explain."""

from typing import Any

import pytest

from processors.core.replay import replay
from processors.core.rule import rule_set
from processors.rules.catalogue import SHIPPED, load
from processors.rules.objects import (
    BICYCLES,
    EBIKES,
    ITEMS,
    TAKEN,
    is_indoors,
    is_lift,
    is_way,
    track_of,
    watched,
    where,
    words_of,
)
from schemas.alerts import Alert
from schemas.events import Event
from schemas.place import EstateConfig
from tests.core.make import T0, config, event

NAME = {"zh": "名", "en": "Name"}
H = 3600


def seen(at_s: float = 0, place: str = "cam", **fields: Any) -> Event:
    return event("object.seen", at_s, place=place, **fields)


@pytest.mark.parametrize(
    ("object_", "label", "kinds"),
    [
        ("e-bike", "electric bicycle", EBIKES),
        ("non_motor", None, EBIKES),
        ("NonMotor", None, EBIKES),
        ("motorcycle", "motorcycle", EBIKES),
        (None, "motorcycle-verified, person", EBIKES),
        ("person,electromobile", None, EBIKES),
        ("电动 自行车", None, EBIKES),
        ("bicycle", "bicycle", BICYCLES),
        ("bicycle", None, ITEMS),
        ("left_object", None, ITEMS),
        ("bag", "suitcase", ITEMS),
        (None, "dining table", ITEMS),
        ("removed_object", None, TAKEN),
    ],
)
def test_what_makers_call_it(object_: str | None, label: str | None, kinds: frozenset[str]) -> None:
    assert not words_of(seen(object=object_, label=label)).isdisjoint(kinds)


@pytest.mark.parametrize("object_", ["person", "vehicle", "animal", "", None, "electric"])
def test_what_is_none_of_them(object_: str | None) -> None:
    assert words_of(seen(object=object_)).isdisjoint(EBIKES | ITEMS | TAKEN)


def test_no_word_means_two_things() -> None:
    assert EBIKES.isdisjoint(ITEMS | TAKEN)
    assert ITEMS.isdisjoint(TAKEN)
    for word in EBIKES | ITEMS | TAKEN:
        assert words_of(seen(object=word)) == {word}, "a word of the lists must be folded"


def test_a_track_is_one_devices() -> None:
    assert track_of(seen(track="7", device="a")) != track_of(seen(track="7", device="b"))
    assert track_of(seen()) is None


def house() -> EstateConfig:
    return config(
        places=[
            {"id": "b1", "kind": "building", "name": NAME},
            {"id": "lift", "kind": "lift", "name": NAME, "parent": "b1", "seen_by": ["cam"]},
            {"id": "c1", "kind": "corridor", "name": NAME, "seen_by": ["cam", "cam2"]},
            {"id": "z1", "kind": "zone", "name": NAME, "parent": "b1", "seen_by": ["cam2"]},
            {"id": "yard", "kind": "zone", "name": NAME},
            {"id": "d1", "kind": "door", "name": NAME, "seen_by": ["cam"]},
            {"id": "cam", "kind": "camera", "name": NAME},
            {"id": "cam2", "kind": "camera", "name": NAME},
            {"id": "cabin", "kind": "camera", "name": NAME, "parent": "lift"},
        ]
    )


@pytest.mark.parametrize(
    ("place", "fields", "lifts", "ways"),
    [
        ("cam", {}, ("lift",), ("c1",)),
        ("cam", {"zone": "c1"}, (), ("c1",)),
        ("cam", {"zone": "drawn by hand"}, ("lift",), ("c1",)),
        ("cam2", {}, (), ()),
        ("cam2", {"zones": ("z1", "c1", "z1")}, (), ("z1", "c1")),
        ("cabin", {}, ("lift",), ()),
        ("lift", {}, ("lift",), ()),
        ("yard", {}, (), ("yard",)),
        ("nowhere", {}, (), ()),
    ],
)
def test_where_it_is(
    place: str, fields: dict[str, Any], lifts: tuple[str, ...], ways: tuple[str, ...]
) -> None:
    reading = seen(place=place, **fields)
    assert where(reading, house(), is_lift) == lifts
    assert where(reading, house(), is_way) == ways


def test_what_is_inside() -> None:
    inside = [place for place in ("c1", "z1", "yard", "nowhere") if is_indoors(house(), place)]
    assert inside == ["c1", "z1"]
    assert watched(seen(place="cam2"), house(), is_way) == ("c1", "z1")


def piles_during_works(until_h: float, works: Event) -> Alert:
    rules = rule_set([load(SHIPPED / "piled_objects"), load(SHIPPED / "works_under_way")])
    log = [works, seen(H, object="left_object")]
    out = replay(log, rules, {"e": house()}, until=T0 + round(until_h * H * 1000))
    (alert,) = [alert for alert in out.alerts.values() if alert.rule == "piled_objects"]
    return alert


def works_at(place: str, until_h: float) -> Event:
    until = T0 + round(until_h * H * 1000)
    return event("register.changed", 0, place=place, record="works", valid_to=until)


def test_works_keep_piles_quiet_and_what_stays_is_told_when_they_end() -> None:
    works = works_at("c1", 30)
    during, after = piles_during_works(29, works), piles_during_works(32, works)
    assert during.suppressed is not None
    assert during.suppressed.by == "works_under_way|c1"
    assert after.suppressed is None
    assert after.id == during.id


def test_works_elsewhere_explain_nothing() -> None:
    assert piles_during_works(29, works_at("z1", 30)).suppressed is None
