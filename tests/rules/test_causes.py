"""Suppression by cause: what a fire signal or registered works keep quiet, and what they never do.

Several rules run side by side here, which a scenario of one rule cannot show.
"""

from typing import Any

import pytest

from processors.core.effects import OpenAlert
from processors.core.replay import alerts_in_order, replay
from processors.core.rule import Scope, Situation, rule_set
from processors.rules.catalogue import shipped_rules
from processors.rules.causes import by_fire, by_fire_or_works, by_works, by_works_unless_red
from schemas.alerts import Alert
from schemas.base import Words
from tests.rules.scenario import START_MS, activation, build, estate_config, plate_ref

CONFIG = estate_config(
    {
        "places": [
            {"id": "b1", "kind": "building", "name": {"zh": "1号楼", "en": "Building 1"}},
            {"id": "d1", "kind": "door", "name": {"zh": "大门", "en": "door"}, "parent": "b1"},
            {"id": "d2", "kind": "door", "name": {"zh": "后门", "en": "back"}, "parent": "b1"},
            {"id": "d9", "kind": "door", "name": {"zh": "北门", "en": "North Door"}},
            {"id": "cam", "kind": "camera", "name": {"zh": "像", "en": "cam"}, "parent": "b1"},
        ],
        "devices": [
            {
                "id": "r1", "place": "d1", "kind": "reader", "heartbeat_s": 60,
                "name": {"zh": "读卡器", "en": "Reader"},
            }
        ],
    }
)  # fmt: skip
Item = dict[str, Any]
FIRE: Item = {"at": 0, "type": "device.state_reported", "state": {"fire_relay": True}}
RESTORED: Item = {"at": 60, "type": "device.state_reported", "state": {"fire_relay": False}}
WORKS: Item = {
    "at": 0, "type": "register.changed", "place": "b1", "record": "works", "valid_to": 3000,
}  # fmt: skip
RULES = (
    "fire_unlock", "works_under_way", "door_forced", "door_held", "tailgating", "device_lost",
    "device_tampered", "break_in", "smoke_or_gas", "duress", "help_button", "intrusion",
)  # fmt: skip


def alerts(*items: Item, until: int) -> list[Alert]:
    """What these rules say in the end, by opening time."""
    rules = rule_set(shipped_rules().by_id[name] for name in RULES)
    events = [build(item, at, START_MS) for at, item in enumerate(items)]
    log = [activation(CONFIG, START_MS - 10_000), *events]
    return alerts_in_order(replay(log, rules, until=START_MS + until * 1000).alerts.values())


def of_rule(found: list[Alert], rule: str) -> list[str | None]:
    """What suppresses each alert of a rule."""
    mine = (alert for alert in found if alert.rule == rule)
    return [alert.suppressed.by if alert.suppressed else None for alert in mine]


def test_a_fire_signal_keeps_forced_and_held_doors_of_its_building_quiet() -> None:
    found = alerts(
        FIRE,
        {"at": 5, "type": "door.opened", "place": "d2"},
        {"at": 6, "type": "door.opened", "place": "d9"},
        until=100,
    )
    assert of_rule(found, "door_forced") == ["fire_unlock|b1", None]
    assert of_rule(found, "door_held") == ["fire_unlock|b1", None]
    assert of_rule(found, "fire_unlock") == [None]


def test_tailgating_is_quiet_while_everybody_runs() -> None:
    people = [{"at": 8 + n, "type": "person.passed", "place": "d1"} for n in range(3)]
    grant = {"at": 6, "type": "access.granted", "place": "d1", "subject": "card-1"}
    opened = {"at": 7, "type": "door.opened", "place": "d1"}
    assert of_rule(alerts(FIRE, grant, opened, *people, until=100), "tailgating") == [
        "fire_unlock|b1"
    ]


@pytest.mark.parametrize(("opened_at", "cause"), [(655, "fire_unlock|b1"), (661, None)])
def test_it_ends_ten_minutes_after_the_restoring(opened_at: int, cause: str | None) -> None:
    opened = {"at": opened_at, "type": "door.opened", "place": "d2"}
    found = alerts(FIRE, RESTORED, opened, until=opened_at + 10)
    assert of_rule(found, "door_forced") == [cause]


def test_a_door_still_open_when_the_fire_is_over_is_told_then() -> None:
    opened = {"at": 5, "type": "door.opened", "place": "d2"}
    at_the_end = alerts(FIRE, RESTORED, opened, until=650)
    assert of_rule(at_the_end, "door_held") == ["fire_unlock|b1"]
    later = alerts(FIRE, RESTORED, opened, until=1300)
    assert of_rule(later, "door_held") == [None]
    held = next(alert for alert in later if alert.rule == "door_held")
    assert (held.severity, held.delivery) == ("yellow", "push")


def test_a_door_that_was_told_is_not_told_again_for_nothing() -> None:
    opened = {"at": 5, "type": "door.opened", "place": "d9"}
    soon, late = (alerts(opened, until=until) for until in (400, 90_000))
    assert [a for a in soon if a.rule == "door_held"] == [a for a in late if a.rule == "door_held"]


def test_a_released_door_makes_no_break_in_and_no_red_tampering() -> None:
    found = alerts(
        FIRE,
        {"at": 2, "type": "device.tampered", "place": "d2"},
        {"at": 5, "type": "door.opened", "place": "d2"},
        {"at": 6, "type": "motion.started", "place": "cam"},
        {"at": 7, "type": "object.seen", "place": "cam", "object": "person"},
        until=100,
    )
    assert of_rule(found, "break_in") == []
    assert [a.severity for a in found if a.rule == "device_tampered"] == ["yellow"]


def test_fire_never_keeps_duress_help_smoke_or_intrusion_quiet() -> None:
    found = alerts(
        FIRE,
        {"at": 5, "type": "access.duress", "place": "d1", "subject": "card-1"},
        {"at": 6, "type": "help.requested", "place": "d1"},
        {"at": 7, "type": "fire.detected", "place": "d1", "hazard": "smoke"},
        {"at": 8, "type": "barrier.forced", "place": "d1"},
        until=60,
    )
    for rule in ("duress", "help_button", "smoke_or_gas", "intrusion"):
        assert of_rule(found, rule) == [None], rule


def test_works_keep_held_doors_lost_devices_and_opened_housings_quiet() -> None:
    found = alerts(
        WORKS,
        {"at": 1, "type": "device.heartbeat", "place": "d1", "device": "r1"},
        {"at": 5, "type": "access.granted", "place": "d2", "subject": "card-1"},
        {"at": 6, "type": "door.opened", "place": "d2"},
        {"at": 9, "type": "device.tampered", "place": "d2"},
        until=600,
    )
    for rule in ("door_held", "device_lost", "device_tampered"):
        assert of_rule(found, rule) == ["works_under_way|b1"], rule


def test_what_outlasts_the_works_is_told_then() -> None:
    found = alerts(
        WORKS,
        {"at": 1, "type": "device.heartbeat", "place": "d1", "device": "r1"},
        {"at": 5, "type": "access.granted", "place": "d2", "subject": "card-1"},
        {"at": 6, "type": "door.opened", "place": "d2"},
        until=4000,
    )
    assert of_rule(found, "door_held") == [None]
    assert of_rule(found, "device_lost") == [None]


def test_works_never_keep_forced_doors_smoke_or_red_tampering_quiet() -> None:
    found = alerts(
        WORKS,
        {"at": 5, "type": "door.opened", "place": "d2"},
        {"at": 6, "type": "fire.detected", "place": "d2", "hazard": "smoke"},
        {"at": 9, "type": "device.tampered", "place": "d2"},
        {"at": 20, "type": "device.tampered", "place": "d1"},
        {"at": 30, "type": "access.denied", "place": "d1"},
        until=600,
    )
    assert of_rule(found, "door_forced") == [None]
    assert of_rule(found, "smoke_or_gas") == [None]
    reds = [a for a in found if a.rule == "device_tampered"]
    assert [(a.severity, a.suppressed) for a in reds] == [("red", None)] * 2


@pytest.mark.parametrize("silent", [True, False])
def test_one_press_rings_once(silent: bool) -> None:
    found = alerts({"at": 0, "type": "help.requested", "silent": silent}, until=60)
    assert [alert.rule for alert in found] == ["duress" if silent else "help_button"]


@pytest.mark.parametrize("hazard", ["fire", "smoke", "gas", "heat", "unknown"])
def test_one_fire_signal_rings_once(hazard: str) -> None:
    found = alerts({"at": 0, "type": "fire.detected", "hazard": hazard}, until=60)
    assert len(found) == 1


def test_one_tampering_rings_once() -> None:
    for zone in (None, "3"):
        found = alerts({"at": 0, "type": "device.tampered", "zone": zone}, until=60)
        assert [alert.rule for alert in found] == ["intrusion" if zone else "device_tampered"]


def test_a_break_in_is_one_incident_with_its_doors() -> None:
    found = alerts(
        {"at": 0, "type": "door.opened", "place": "d1"},
        {"at": 5, "type": "motion.started", "place": "cam"},
        {"at": 6, "type": "object.seen", "place": "cam", "object": "person"},
        {"at": 9, "type": "vehicle.exited", "place": "d9", "plate": plate_ref("鄂FK7704")},
        until=20,
    )
    assert {alert.rule for alert in found} == {"door_forced", "break_in"}
    assert len({alert.incident for alert in found}) == 1


def test_causes_are_looked_for_at_the_place_around_it_and_in_the_estate() -> None:
    now = Situation(None, CONFIG, Scope("door", "d1"), "d1", START_MS, 2_000)
    told = OpenAlert("d1", "d1", Words(zh="", en=""), ())
    assert by_fire(now, told) == tuple(("fire_unlock", at) for at in ("d1", "b1", "riverside"))
    assert [rule for rule, _ in by_works(now, told)] == ["works_under_way"] * 3
    assert by_fire_or_works(now, told) == by_fire(now, told) + by_works(now, told)
    red = OpenAlert("d1", "d1", Words(zh="", en=""), (), severity="red")
    assert by_works_unless_red(now, red) == ()
    assert by_works_unless_red(now, told) == by_works(now, told)
    assert {rule for rule, _ in by_fire_or_works(now, told)} <= set(shipped_rules().by_id)
