"""What rules share: night, plates, people, places, devices, words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from processors.core.effects import evidence
from processors.core.patterns import recent
from processors.core.rule import Scope, Situation
from processors.core.words import week_words
from processors.rules.catalogue import shipped_rules
from processors.rules.devices import (
    BLIND,
    COARSE,
    RESTS_ON,
    beat_ms,
    children,
    is_whole_estate,
    parents,
    patience_ms,
    rests_on,
)
from processors.rules.night import NightParams, at_night
from processors.rules.people import joined, passage_of, people_count, risen
from processors.rules.places import at_door, at_lane, in_zone, of_device, of_vehicle
from processors.rules.plates import Vehicle, likeness, plate_of, with_reading
from schemas.base import parse_instant
from schemas.place import EstateConfig
from tests.core.make import T0, config, event
from tests.rules.scenario import plate_ref

NAME = {"zh": "名", "en": "Name"}


def situation(time: str, params: NightParams) -> Situation:
    at = parse_instant(f"2026-03-01T{time}:00+08:00")
    return Situation(params, config(), Scope("door", "d1"), "d1", at, 2_000)


@pytest.mark.parametrize(
    ("time", "night"),
    [("21:59", False), ("22:00", True), ("00:00", True), ("05:59", True), ("06:00", False)],
)
def test_night_goes_over_midnight(time: str, night: bool) -> None:
    assert at_night(situation(time, NightParams())) is night


@pytest.mark.parametrize(
    ("time", "night"), [("00:59", False), ("01:00", True), ("04:59", True), ("05:00", False)]
)
def test_night_within_one_day(time: str, night: bool) -> None:
    params = NightParams(night_from="01:00", night_to="05:00")
    assert at_night(situation(time, params)) is night


def test_equal_times_are_never_night() -> None:
    params = NightParams(night_from="22:00", night_to="22:00")
    assert not any(at_night(situation(time, params)) for time in ("21:59", "22:00", "03:00"))


def test_an_hour_without_quotes_is_read_as_it_was_meant() -> None:
    assert NightParams.model_validate({"night_from": 22 * 60}).night_from == "22:00"
    for wrong in ("25:00", "7:00", "22.00", 24 * 60, -1, True):
        with pytest.raises(ValidationError):
            NightParams.model_validate({"night_from": wrong})


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("鄂F·A1238", "鄂FA1238", "same"),
        ("鄂FA1238", "鄂FAI23B", "look_alike"),
        ("鄂FA1238", "鄂FA1938", "one_apart"),
        ("鄂FA1238", "鄂FA1998", None),
        ("鄂FA1238", "鄂FA128", None),
        ("鄂FA1238", "鄂FA2138", None),
    ],
)
def test_how_alike_plates_are(one: str, other: str, found: str | None) -> None:
    assert likeness(plate_ref(one), plate_ref(other)) == found
    assert likeness(plate_ref(other), plate_ref(one)) == found


def test_a_reading_without_references_matches_itself_alone() -> None:
    read = plate_of(event("plate.read", 0, subject="p1"))
    assert read is not None
    assert likeness(read, read) == "same"
    assert likeness(read, plate_ref("p2")) is None
    assert plate_of(event("plate.read", 0)) is None
    assert plate_of(event("door.opened", 0, subject="p1")) is None


def vehicle(at_s: float, plate: str | None, word: str = "plate.read") -> Vehicle:
    item = evidence("vehicle", event(word, at_s, plate=plate and plate_ref(plate)))
    return Vehicle(item, plate_ref(plate) if plate else None)


def test_readings_of_one_vehicle_are_one_vehicle() -> None:
    found: tuple[Vehicle, ...] = ()
    for reading in (
        vehicle(0, None), vehicle(2, "鄂FA1238"), vehicle(9, "鄂FAI238"),
        vehicle(10, "鄂FA1238", "vehicle.entered"), vehicle(14, None), vehicle(15, "鄂FK7704"),
    ):  # fmt: skip
        found = with_reading(found, reading, same_within_ms=3_000)
    assert [one.plate and one.plate.ref for one in found] == ["ref-鄂FA1238", "ref-鄂FK7704"]
    assert found[0].item.type == "vehicle.entered"


def test_people_are_those_who_come_in_and_can_be_told_apart() -> None:
    assert passage_of(event("person.passed", 0)) is not None
    assert passage_of(event("person.passed", 0, direction="out")) is None
    assert passage_of(event("object.seen", 0, object="person", track="7")) is not None
    assert passage_of(event("object.seen", 0, object="person")) is None
    assert passage_of(event("object.seen", 0, object="vehicle", track="7")) is None


def test_two_devices_that_saw_the_same_do_not_add_up() -> None:
    passages = ()
    for place, track in (("c1", "7"), ("c1", "7"), ("c1", "8"), ("c2", "7")):
        seen = passage_of(event("object.seen", 0, place=place, object="person", track=track))
        assert seen is not None
        passages = joined(passages, seen)  # type: ignore[assignment]
    assert people_count(passages) == 2
    assert people_count(()) == 0


def test_a_running_total_tells_of_people_only_since_its_last_report() -> None:
    totals, passage = risen((), event("person.counted", 0, entered=100), since=T0)
    assert passage is None, "a first total is no crowd"
    totals, passage = risen(totals, event("person.counted", 5, entered=103), since=T0)
    assert passage is not None
    assert passage.count == 3
    assert risen(totals, event("person.counted", 9, entered=103), since=T0)[1] is None
    assert risen(totals, event("person.counted", 9, entered=2), since=T0)[1] is None
    assert risen(totals, event("person.counted", 9, entered=104), since=T0 + 6_000)[1] is None
    assert risen(totals, event("person.counted", 9, exited=4), since=T0) == (totals, None)


def places() -> EstateConfig:
    return config(
        places=[
            {"id": "g1", "kind": "gate", "name": NAME, "seen_by": ["cam"]},
            {"id": "l1", "kind": "lane", "name": NAME, "parent": "g1", "seen_by": ["cam"]},
            {"id": "arm", "kind": "barrier", "name": NAME, "parent": "l1"},
            {"id": "d1", "kind": "door", "name": NAME, "seen_by": ["cam", "cam2"]},
            {"id": "z1", "kind": "zone", "name": NAME, "seen_by": ["cam"]},
            {"id": "z2", "kind": "zone", "name": NAME, "seen_by": ["cam"]},
            {"id": "z3", "kind": "zone", "name": NAME, "seen_by": ["cam2"]},
            {"id": "cam", "kind": "camera", "name": NAME},
            {"id": "cam2", "kind": "camera", "name": NAME},
        ],
        devices=[
            {"id": "r1", "name": NAME, "place": "d1", "heartbeat_s": 60},
            {"id": "r2", "name": NAME, "place": "d1"},
        ],
    )


@pytest.mark.parametrize(
    ("word", "place", "doors"),
    [
        ("door.opened", "d1", ["d1"]),
        ("door.opened", "nowhere", ["nowhere"]),
        ("object.seen", "cam", ["g1", "d1"]),
        ("object.seen", "cam2", ["d1"]),
        ("object.seen", "d1", ["d1"]),
        ("object.seen", "nowhere", []),
    ],
)
def test_doors(word: str, place: str, doors: list[str]) -> None:
    assert [scope.id for scope in at_door(event(word, 0, place=place), places())] == doors


@pytest.mark.parametrize(
    ("place", "lane"),
    [("l1", "l1"), ("arm", "l1"), ("cam", "l1"), ("cam2", "cam2"), ("nowhere", "nowhere")],
)
def test_lanes(place: str, lane: str) -> None:
    (scope,) = at_lane(event("barrier.opened", 0, place=place), places())
    assert scope == Scope("lane", lane)


@pytest.mark.parametrize(
    ("place", "zone", "found"),
    [("cam", "z2", "z2"), ("cam", "yard", "cam"), ("cam2", None, "z3"), ("cam2", "d1", "z3")],
)
def test_zones(place: str, zone: str | None, found: str) -> None:
    (scope,) = in_zone(event("object.seen", 0, place=place, zone=zone), places())
    assert scope == Scope("zone", found)


def test_vehicles_and_devices() -> None:
    read = event("plate.read", 0, plate=plate_ref("鄂FA1238"))
    assert of_vehicle(read, places()) == (Scope("vehicle", "ref-鄂FA1238"),)
    permit = event("register.changed", 0, holder=plate_ref("鄂FA1238"))
    assert of_vehicle(permit, places()) == of_vehicle(read, places())
    assert of_vehicle(event("plate.read", 0), places()) == ()
    assert of_device(event("plate.read", 0, device="x"), places()) == (Scope("device", "x"),)
    assert of_device(event("config.activated", 0), places()) == (Scope("device", "r1"),)


def chain(*beats: int | None) -> EstateConfig:
    """Devices that hang on each other, the first on nothing."""
    return config(
        devices=[
            {"id": f"n{at}", "name": NAME, "place": "p", "heartbeat_s": beat}
            | ({"parent": f"n{at - 1}"} if at else {})
            for at, beat in enumerate(beats)
        ]
    )


@given(
    beats=st.lists(st.none() | st.integers(1, 600), min_size=2, max_size=4),
    head_start=st.integers(0, 30_000),
)
def test_what_a_device_hangs_on_is_judged_first(beats: list[int | None], head_start: int) -> None:
    """Even if the parent spoke last and the child was silent for a whole heartbeat already."""
    estate, goodbye = chain(*beats), 30_000
    for at, beat in enumerate(beats):
        wait = patience_ms(estate, f"n{at}", 3, head_start, goodbye)
        if beat is None:
            assert wait == 0
            continue
        assert wait >= 3 * beat * 1000
        earliest = wait - beat * 1000
        for above in range(at):
            own = beat_ms(estate.device_by_id[f"n{above}"])
            told = patience_ms(estate, f"n{above}", 3, head_start, goodbye) + own // COARSE
            assert earliest >= (told if own else goodbye) + head_start


def test_a_ring_of_parents_ends() -> None:
    ring = config(
        devices=[
            {"id": "a", "name": NAME, "place": "p", "heartbeat_s": 10, "parent": "b"},
            {"id": "b", "name": NAME, "place": "p", "heartbeat_s": 10, "parent": "a"},
        ]
    )
    assert [parent.id for parent in parents(ring, "a")] == ["b"]
    assert patience_ms(ring, "a", 3, 0, 0) > 0


def test_the_whole_estate() -> None:
    star = chain(60, 60, 60)
    assert [child.id for child in children(star, "n0")] == ["n1", "n2"]
    assert is_whole_estate(star, "n0")
    assert not is_whole_estate(star, "n1")
    assert not is_whole_estate(chain(60, 60), "n0"), "one child is no estate"
    assert not is_whole_estate(star, "unknown")


def test_what_rests_on_a_device_are_rules_that_exist() -> None:
    named = {rule for rules in RESTS_ON.values() for rule in rules}
    assert named <= set(shipped_rules().by_id)
    assert set(RESTS_ON) == set(BLIND)
    assert rests_on(chain(60, 60), "unknown") == ()


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, ""), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (21, "21st")],
)
def test_how_often_this_week(count: int, said: str) -> None:
    words = week_words(count)
    assert words.en == (f"; {said} this week" if said else "")
    assert (words.zh == "") == (said == "")


def test_recent_times() -> None:
    assert recent((0, 10, 20), 30, span_ms=20) == (20, 30)
    assert recent((0, 10, 20), 30, span_ms=21) == (10, 20, 30)
    assert recent((1, 2, 3), 4, span_ms=100, keep=2) == (3, 4)
