"""Points: counted at a gate or a building, never finer, and never twice."""

from processors.core.series import event_points
from schemas.measurements import QUARTER_MS, check_point
from tests.core.make import T0, config, event

PLACES = [
    {"id": "b1", "kind": "building", "name": {"zh": "1号楼", "en": "Building 1"}},
    {"id": "u1", "kind": "door", "parent": "b1", "name": {"zh": "门", "en": "door"}},
    {"id": "g1", "kind": "gate", "name": {"zh": "东门", "en": "East Gate"}},
    {"id": "l1", "kind": "lane", "parent": "g1", "name": {"zh": "道", "en": "lane"}},
]
CONFIG = config(places=PLACES)


def test_inside_a_building_the_minute_is_not_told() -> None:
    (point,) = event_points(event("access.granted", 100, "u1", subject="p1:x"), CONFIG)
    assert point.tags == {"estate": "e", "place": "b1", "result": "granted"}
    blurred_ms = point.time_ns // 1_000_000
    assert T0 <= blurred_ms < T0 + QUARTER_MS
    assert "p1:x" not in point.model_dump_json()


def test_at_a_gate_the_second_is_told() -> None:
    (point,) = event_points(event("plate.read", 100, "l1", direction="in", confidence=0.9), CONFIG)
    assert point.time_ns // 1_000_000 == T0 + 100_000
    assert point.tags == {"estate": "e", "place": "g1", "direction": "in"}
    assert point.fields == {"count": 1, "confidence": 0.9}
    check_point(point)


def test_the_same_event_is_the_same_point_and_two_at_one_instant_are_two() -> None:
    one = event("plate.read", 1, "l1", id="one")
    two = event("plate.read", 1, "l1", id="two")
    assert event_points(one, CONFIG) == event_points(one, CONFIG)
    assert event_points(one, CONFIG)[0].time_ns != event_points(two, CONFIG)[0].time_ns


def test_retained_and_uncounted_events_make_no_point() -> None:
    assert event_points(event("plate.read", 1, "l1", retained=True), CONFIG) == ()
    assert event_points(event("door.opened", 1, "u1"), CONFIG) == ()
