"""Alerts of one visit are one incident."""

import pytest

from processors.core.incidents import NEAR_MS, SUBJECT_MS, Strand, joined, spot
from processors.core.replay import replay
from processors.rules.catalogue import shipped_rules
from schemas.alerts import Alert
from schemas.base import Words
from tests.core.live import Live
from tests.core.make import config, event

PLACES = [
    {"id": "b1", "kind": "building", "name": {"zh": "1号楼", "en": "Building 1"}},
    {"id": "d1", "kind": "door", "parent": "b1", "name": {"zh": "门", "en": "Door"}},
    {"id": "d2", "kind": "door", "parent": "b1", "name": {"zh": "门", "en": "Door"}},
    {"id": "d9", "kind": "door", "name": {"zh": "门", "en": "Door"}},
]
ESTATE = config(places=PLACES)


def alert(name: str, place: str, subject: str | None = None) -> Alert:
    return Alert(
        id=name, revision=1, rule="r", rule_version="1", estate="e", key=place, severity="yellow",
        handler="police", delivery="list", subject=subject, place=place,
        place_name=Words(zh="门", en="Door"), opened_at=0, updated_at=0,
        reason=Words(zh="", en=""),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("place", "subject", "at", "incident"),
    [
        ("d2", None, NEAR_MS, "first"),
        ("d2", None, NEAR_MS + 1, "second"),
        ("d9", None, 1, "second"),
        ("d9", "card", SUBJECT_MS, "first"),
        ("d9", "card", SUBJECT_MS + 1, "second"),
        ("d9", "other", 1, "second"),
    ],
)
def test_what_belongs_together(place: str, subject: str | None, at: int, incident: str) -> None:
    first, strands = joined((), alert("first", "d1", "card"), ESTATE, 0)
    assert first == "first"
    assert joined(strands, alert("second", place, subject), ESTATE, at)[0] == incident


def test_an_incident_goes_on_for_as_long_as_it_is_met() -> None:
    _, strands = joined((), alert("first", "d1"), ESTATE, 0)
    _, strands = joined(strands, alert("second", "d2"), ESTATE, NEAR_MS)
    assert joined(strands, alert("third", "d1"), ESTATE, 2 * NEAR_MS)[0] == "first"
    assert all(isinstance(strand, Strand) for strand in strands)


def test_a_place_without_building_or_gate_is_a_spot_of_its_own() -> None:
    assert [spot(ESTATE, place) for place in ("d1", "d9", "nowhere")] == ["b1", "d9", "nowhere"]


def test_it_outlives_a_restart() -> None:
    rules = shipped_rules()
    told = config(places=PLACES)
    log = [
        event("config.activated", 0, "e", hash=told.digest, config=told.model_dump(mode="json")),
        event("door.forced", 10, "d1"),
        event("door.forced", 70, "d2"),
        event("clock.ticked", 200, "e"),
    ]
    live = Live(rules, crash_at=(3,))
    live.run([[one] for one in log])

    first, second = sorted(live.alerts.values(), key=lambda a: a.opened_at)
    assert first.incident == second.incident == first.id
    assert {a.id: a.incident for a in replay(log, rules).alerts.values()} == {
        a.id: a.incident for a in live.alerts.values()
    }
