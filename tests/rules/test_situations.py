"""The catalogue of situations, row by row: who looks first, how grave it is, what rings.

Each row is what a rule says as shipped, then what it may rise or fall to in some scenario:
level, first handler (with whoever is told beside them), delivery. Written by hand from the
catalogue, so that a rule that says something else fails here.
"""

import pytest

from processors.core.rule import Rule
from processors.rules.catalogue import shipped_rules
from tests.rules.scenario import FILES
from tests.rules.test_texts import revisions

SITUATIONS = {
    "abandoned_vehicle": "blue property list",
    "antipassback": "blue property list",
    "backlog": "blue maintenance list",
    "barrier_forced": "yellow property push",
    "barrier_held_up": "blue property list",
    "barrier_tailing": "yellow property list",
    "blocked_credential": "yellow property list",
    "break_in": "red police push",
    "camera_blinded": "yellow maintenance list, red police push",
    "clock_skew": "blue maintenance list",
    "cloned_plate": "orange police push",
    "crowd": "orange police push",
    "device_lost": "blue maintenance list, yellow maintenance list",
    "device_tampered": "yellow property push, red police push",
    "dispute_escalates": "yellow grid_worker+mediator+police push",
    "door_forced": "yellow police list, orange police push",
    "door_held": "blue property list, yellow property push",
    "door_sweep": "orange police push",
    "duress": "red police push",
    "dwelling_unusual": "blue grid_worker+police list",
    "ebike_in_lift": "orange property push",
    "ebike_in_stairwell": "yellow property list, yellow property push",
    "escort_missing": "yellow property list",
    "fire_lane_blocked": "yellow property+police push, orange police+property push",
    "fire_unlock": "red property+fire_brigade push",
    "frequent_unknown_vehicle": "blue property list",
    "granted_no_entry": "blue property statistic",
    "help_button": "orange care_station+property push, red care_station+property+police push",
    "high_throw": "orange property push",
    "impossible_travel": "yellow police list",
    "intrusion": "orange police push, red police push",
    "lapsed_credential_used": "yellow property list",
    "loitering": "blue property list, yellow police list",
    "night_pattern": "blue property list",
    "overstay": "blue property list",
    "patrol_missed": "blue property list",
    "piled_objects": "blue property list",
    "plate_mismatch": "orange police push, blue police statistic, orange police list",
    "repeated_denial": "yellow police list, orange police push",
    "shared_credential": "blue property list",
    "smoke_or_gas": "red property+fire_brigade push",
    "stray_parking": "blue property list, yellow property list",
    "tailgating": "blue property list, blue property statistic, yellow property list",
    "timed_passback": "blue property list",
    "visitor_not_out": "blue property list",
    "watchlist_hit": "orange police push, orange police list, red police push",
    "welfare_silent": "orange person+contact+care_station+police push",
    "works_under_way": "blue property statistic",
}
OFF = {
    "antipassback", "escort_missing", "impossible_travel", "night_pattern", "patrol_missed",
    "shared_credential", "timed_passback",
}  # fmt: skip
"""Shipped, tested, switched off."""
NEVER_RINGS = {"dwelling_unusual", "granted_no_entry", "works_under_way", "backlog", "clock_skew"}
RULES = shipped_rules().rules


def row(severity: str, handler: str, also: tuple[str, ...], delivery: str) -> str:
    return f"{severity} {'+'.join((handler, *also))} {delivery}"


def test_every_situation_has_its_rule() -> None:
    assert {rule.id for rule in RULES} == set(SITUATIONS)
    assert len(SITUATIONS) == 48


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_the_catalogue_says(rule: Rule) -> None:
    plain, *_ = SITUATIONS[rule.id].split(", ")
    assert row(rule.severity, rule.handler, rule.also, rule.delivery) == plain


def test_what_is_switched_off() -> None:
    fields = {rule.id: rule.params.model_fields.get("enabled") for rule in RULES}
    assert {name for name, one in fields.items() if one is not None and not one.default} == OFF


def test_alerts_are_told_in_no_other_way() -> None:
    """And each way of the catalogue is shown by a scenario."""
    told: dict[str, set[str]] = {rule.id: set() for rule in RULES}
    for file in FILES:
        for one in revisions(file):
            told[one.rule].add(row(one.severity, one.handler, one.also, one.delivery))
    assert told == {name: set(text.split(", ")) for name, text in SITUATIONS.items()}


def test_some_never_ring() -> None:
    assert not [name for name in NEVER_RINGS if "push" in SITUATIONS[name]]


def test_red_always_rings() -> None:
    ways = [way for text in SITUATIONS.values() for way in text.split(", ")]
    assert all(way.endswith(" push") for way in ways if way.startswith("red "))


@pytest.mark.parametrize("rule", [r for r in RULES if r.handler == "police"], ids=lambda r: r.id)
def test_what_rings_the_police_is_at_least_orange(rule: Rule) -> None:
    ways = SITUATIONS[rule.id].split(", ")
    assert not [
        way for way in ways if way.endswith("push") and way.split()[0] in ("blue", "yellow")
    ]
