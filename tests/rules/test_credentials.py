"""What the rules of credentials share: areas, entries, distances, passages, the switch."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.core.effects import Deadline, SetDeadline
from processors.core.rule import Scope, Situation
from processors.rules.areas import area_name, area_of, is_closed, ways
from processors.rules.catalogue import shipped_rules
from processors.rules.devices import CREDENTIAL_RULES, SWITCHED_RULES, rests_on
from processors.rules.distances import metres_between, position_of
from processors.rules.impossible_travel.learned import KEPT, Learned, learned, least_ms
from processors.rules.lapsed_credential_used.entries import (
    ENTRIES_MAX,
    Entries,
    changed,
    in_force,
    last_ended,
)
from processors.rules.night import next_clock
from processors.rules.places import of_credential
from processors.rules.switch import SwitchedParams, is_on_somewhere, switched, where_on
from schemas.base import parse_instant
from schemas.event_data import RegisterChanged
from schemas.events import Event
from schemas.place import EstateConfig, Position
from tests.core.make import T0, config, event
from tests.rules.scenario import plate_ref

NAME = {"zh": "名", "en": "Name"}
DAY_S = 86_400


def estate() -> EstateConfig:
    def place(name: str, kind: str, parent: str | None = None, read: bool = False) -> object:
        return {"id": name, "kind": kind, "name": NAME, "parent": parent, "exits_read": read}

    return config(
        places=[
            place("root", "estate"),
            place("g1", "gate", "root"),
            place("g1d", "door", "g1", read=True),
            place("g2", "gate", "root", read=True),
            place("b1", "building", "root"),
            place("hall", "corridor", "b1"),
            place("b1d", "door", "hall", read=True),
            place("u1", "unit", "b1"),
            place("u1d", "door", "u1"),
            place("u2", "unit", "b1"),
        ]
    )


@pytest.mark.parametrize(
    ("place", "area"),
    [("g1d", "e"), ("g2", "e"), ("b1d", "b1"), ("u1d", "u1"), ("u1", "u1"), ("nowhere", "e")],
)
def test_what_a_door_leads_into(place: str, area: str) -> None:
    assert area_of(estate(), place) == area


@pytest.mark.parametrize(
    ("area", "doors", "closed"),
    [("e", ["g1d", "g2"], True), ("b1", ["b1d"], True), ("u1", ["u1d"], False), ("u2", [], False)],
)
def test_the_ways_of_an_area(area: str, doors: list[str], closed: bool) -> None:
    assert [way.id for way in ways(estate(), area)] == doors
    assert is_closed(estate(), area) is closed


def test_the_name_of_an_area() -> None:
    assert area_name(estate(), "e").en == "Estate"
    assert area_name(estate(), "u1").en == "Name Name"


def test_whose_credential() -> None:
    read = event("access.granted", 0, subject="card-1")
    assert of_credential(read, estate()) == (Scope("credential", "card-1"),)
    assert of_credential(event("access.granted", 0), estate()) == ()
    assert of_credential(event("access.granted", 0, subject="p", method="plate"), estate()) == ()
    for record in ("permit", "pass"):
        car = event("register.changed", 0, subject="p", record=record, holder=plate_ref("鄂FA1238"))
        assert of_credential(car, estate()) == ()
    guest = event("register.changed", 0, subject="card-1", record="pass")
    assert of_credential(guest, estate()) == (Scope("credential", "card-1"),)


def told(entries: Entries, at_s: float, **more: Any) -> Entries:
    """The entries after a change; `begins` and `ends` in seconds."""
    for name, short in (("valid_from", "begins"), ("valid_to", "ends")):
        if short in more:
            more[name] = T0 + more.pop(short) * 1000
    more = {"record": "credential", "subject": "card-1"} | more
    change = event("register.changed", at_s, **more)
    assert isinstance(change.data, RegisterChanged)
    return changed(entries, change, change.data)


def holds(entries: Entries, at_s: float) -> bool:
    return in_force(entries, T0 + round(at_s * 1000))


def test_an_entry_counts_from_its_event_on() -> None:
    entries = told((), 100, begins=-1000, ends=200)
    assert [holds(entries, at) for at in (99, 100, 199, 200)] == [False, True, True, False]


def test_a_credential_has_one_entry_at_a_time() -> None:
    entries = told(told((), 0, ends=1000), 100, ends=200)
    assert not holds(entries, 300)
    entries = told(told((), 0, ends=1000), 100, begins=500, ends=600)
    assert [holds(entries, at) for at in (499, 500, 600)] == [True, True, False]


def test_passes_stand_beside_each_other() -> None:
    entries = told((), 0, record="pass", begins=100, ends=200)
    entries = told(entries, 1, record="pass", begins=300, ends=400)
    assert [holds(entries, at) for at in (150, 250, 350)] == [True, False, True]
    entries = told(entries, 2, record="pass", begins=300, ends=350)
    assert [holds(entries, at) for at in (349, 350)] == [True, False]
    entries = told(entries, 3, record="pass", begins=300, change="ended")
    assert [holds(entries, at) for at in (150, 320)] == [True, False]


def test_an_end_the_register_never_set_is_known_as_well() -> None:
    ended = last_ended(told((), 100, change="ended", credential_class="tenant"), T0 + 100_000)
    assert ended is not None
    assert (ended.until, ended.credential_class) == (T0 + 100_000, "tenant")
    assert told((), 100, change="ended", begins=200) == ()
    assert len(told((), 100, change="ended", begins=100)) == 1


def test_one_entry_stays_one() -> None:
    assert len(told(told((), 0), 10, change="ended")) == 1
    assert len(told(told((), 5, ends=9), 5, ends=20)) == 1


changes = st.lists(
    st.fixed_dictionaries(
        {
            "record": st.sampled_from(["credential", "pass"]),
            "change": st.sampled_from(["set", "set", "ended"]),
            "begins": st.none() | st.integers(0, 50),
            "ends": st.none() | st.integers(0, 50),
        }
    ),
    max_size=30,
)


@given(changes)
def test_the_register_stays_bounded_and_looks_forward_only(items: list[dict[str, object]]) -> None:
    entries: Entries = ()
    for at, item in enumerate(items):
        before = entries
        entries = told(entries, at, **{k: v for k, v in item.items() if v is not None})
        assert len(entries) <= ENTRIES_MAX
        assert all(e.since >= T0 for e in entries)
        if item["change"] == "ended" and item["begins"] is None:
            kinds = {e.record for e in entries if e.holds(T0 + at * 1000)}
            assert item["record"] not in kinds
        gone = {e for e in before if e.until is not None and e.until <= T0 + at * 1000}
        assert last_ended(entries, T0 + at * 1000) is not None or not gone


def test_distances() -> None:
    one, other = Position(lat=30.0, lon=114.0), Position(lat=30.001, lon=114.0)
    assert metres_between(one, one) == 0
    assert metres_between(one, other) == pytest.approx(111.2, abs=0.1)
    east = Position(lat=30.0, lon=114.001)
    assert metres_between(one, east) == pytest.approx(96.3, abs=0.1)
    far = Position(lat=-30.0, lon=-66.0)
    assert metres_between(one, far) == pytest.approx(20_015_115, rel=1e-4)


def test_a_place_is_where_it_stands_or_what_it_stands_in() -> None:
    here = {"lat": 30.0, "lon": 114.0}
    site = config(
        places=[
            {"id": "b1", "kind": "building", "name": NAME, "position": here},
            {"id": "d1", "kind": "door", "name": NAME, "parent": "b1"},
            {"id": "d2", "kind": "door", "name": NAME},
        ]
    )
    assert position_of(site, "d1") == Position.model_validate(here)
    assert position_of(site, "d2") is None
    assert position_of(site, "nowhere") is None


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=400), st.sampled_from([1.0, 5.0, 10.0]))
def test_the_percentile_is_exact_until_its_room_is_full(took: list[int], percentile: float) -> None:
    known = Learned()
    for one in took:
        known = learned(known, one, percentile)
        assert len(known.quickest) <= KEPT
    assert known.count == len(took)
    rank = max(1, -(-len(took) * int(percentile) // 100))
    assert least_ms(known, percentile) == sorted(took)[rank - 1]


def test_its_room_is_used_whole() -> None:
    known = Learned()
    for took in range(499):
        known = learned(known, took, 10)
    assert (known.count, least_ms(known, 10)) == (499, 49)
    assert learned(known, 499, 10).count == 250


def test_what_was_learned_long_ago_weighs_less() -> None:
    known = Learned()
    for _ in range(100_000):
        known = learned(known, 60_000, 1)
        assert len(known.quickest) <= KEPT
        assert known.count <= 5_000
    assert least_ms(known, 1) == 60_000
    shortcut = 0
    while least_ms(known, 1) == 60_000:
        known, shortcut = learned(known, 20_000, 1), shortcut + 1
    assert 20 <= shortcut <= 100


@pytest.mark.parametrize(
    ("at", "time", "zone", "next_at"),
    [
        ("2026-03-01T03:59:59+08:00", "04:00", "Asia/Shanghai", "2026-03-01T04:00:00+08:00"),
        ("2026-03-01T04:00:00+08:00", "04:00", "Asia/Shanghai", "2026-03-02T04:00:00+08:00"),
        ("2028-02-28T12:00:00+08:00", "04:00", "Asia/Shanghai", "2028-02-29T04:00:00+08:00"),
        ("2026-12-31T23:59:59+08:00", "00:00", "Asia/Shanghai", "2027-01-01T00:00:00+08:00"),
        ("2026-03-28T12:00:00+01:00", "04:00", "Europe/Berlin", "2026-03-29T04:00:00+02:00"),
        ("2026-03-28T12:00:00+01:00", "02:30", "Europe/Berlin", "2026-03-29T03:30:00+02:00"),
        ("2026-10-24T12:00:00+02:00", "02:30", "Europe/Berlin", "2026-10-25T02:30:00+02:00"),
        ("2026-10-25T02:40:00+02:00", "02:30", "Europe/Berlin", "2026-10-26T02:30:00+01:00"),
    ],
)
def test_the_wall_clock_next_shows(at: str, time: str, zone: str, next_at: str) -> None:
    assert next_clock(parse_instant(at), time, zone) == parse_instant(next_at)


def test_a_lost_reader_blinds_the_rules_that_are_on() -> None:
    off = {
        rule.id
        for rule in shipped_rules().rules
        if rule.id in CREDENTIAL_RULES and issubclass(rule.params, SwitchedParams)
    }
    assert off == set(SWITCHED_RULES)
    reader = {"id": "r1", "name": NAME, "place": "d1", "kind": "reader"}
    blind = rests_on(config(devices=[reader]), "r1")
    assert set(CREDENTIAL_RULES) - set(blind) == off
    on = {"antipassback": {"enabled": True}}
    assert "antipassback" in rests_on(config(devices=[reader], rules=on), "r1")


def switched_step(
    now: Situation, state: int, told: Event | Deadline
) -> tuple[int, tuple[SetDeadline, ...]]:
    return state + 1, (SetDeadline("soon", 1),)


def test_a_switched_off_rule_does_nothing_on_an_event() -> None:
    step = switched("rule", switched_step)
    read = event("access.granted", 0)
    register = event("register.changed", 0)
    off, on = SwitchedParams(), SwitchedParams(enabled=True)
    elsewhere = config(areas=[{"place": "d9", "rules": {"rule": {"enabled": True}}}])
    off_there = config(areas=[{"place": "d9", "rules": {"rule": {"enabled": False}}}])

    def after(params: SwitchedParams, site: EstateConfig, told: Event | Deadline) -> int:
        now = Situation(params, site, Scope("credential", "card-1"), "d1", T0, 2_000)
        return step(now, 0, told)[0]

    assert after(on, config(), read) == 1
    assert after(off, config(), read) == 0
    assert after(off, elsewhere, read) == 0
    assert after(off, elsewhere, register) == 1
    assert after(off, off_there, register) == 0
    assert after(off, config(), Deadline("soon", T0)) == 1, "what was begun comes to its end"
    there = where_on("rule", of_credential)
    read = event("access.granted", 0, subject="card-1")
    assert there(read, elsewhere) == of_credential(read, elsewhere) != ()
    assert there(read, off_there) == ()
    assert is_on_somewhere(config(rules={"rule": {"enabled": True}}), "rule")
    assert not is_on_somewhere(config(rules={"other": {"enabled": True}}), "rule")
