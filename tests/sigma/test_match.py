"""Which readings a selection means."""

from typing import Any

import pytest

from schemas.place import EstateConfig
from tests.core.make import config, event
from tests.sigma.make import counted, rule

NAME = {"zh": "名", "en": "Name"}
PLACES = [
    {"id": "b1", "kind": "building", "name": NAME, "key": True},
    {"id": "u1", "kind": "unit", "parent": "b1", "name": NAME},
    {"id": "d1", "kind": "door", "parent": "u1", "name": NAME},
    {"id": "g1", "kind": "gate", "name": NAME},
]
ESTATE: EstateConfig = config(places=PLACES)
PLATE = {"type": "plate.read"}
READ = {
    "vehicle_type": "Truck-5", "plate_colour": "blue", "confidence": 0.93, "channel": "1",
    "direction": "in", "subject": "p1", "sequence": 7,
}  # fmt: skip


def means(selection: Any, word: str = "plate.read", place: str = "g1", **more: Any) -> bool:
    told = rule(counted(selection, **{"group-by": []}))
    fields = READ if word == "plate.read" and not more else more
    return word in told.inputs and bool(told.scopes(event(word, 0, place, **fields), ESTATE))


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ({"vehicle_type": "truck-5"}, True),
        ({"vehicle_type": "truck"}, False),
        ({"vehicle_type": ["car", "TRUCK-5"]}, True),
        ({"vehicle_type|cased": "truck-5"}, False),
        ({"vehicle_type|contains": "uck"}, True),
        ({"vehicle_type|startswith": ["bus", "tru"]}, True),
        ({"vehicle_type|endswith": "-5"}, True),
        ({"vehicle_type|endswith": "-6"}, False),
        ({"vehicle_type|contains|all": ["tr", "-5"]}, True),
        ({"vehicle_type|contains|all": ["tr", "-6"]}, False),
        ({"vehicle_type": "tr*-?"}, True),
        ({"vehicle_type": "tr*-??"}, False),
        ({"vehicle_type": r"tr\*-5"}, False),
        ({"vehicle_type|re": "^Truck-[0-9]$"}, True),
        ({"vehicle_type|re": "^truck-[0-9]$"}, False),
        ({"vehicle_type|re|i": "^truck-[0-9]$"}, True),
        ({"vehicle_type|neq": "truck-5"}, False),
        ({"vehicle_type|neq": ["car", "bus"]}, True),
        ({"vehicle_colour|exists": False}, True),
        ({"vehicle_type|exists": True}, True),
        ({"vehicle_colour": "red"}, False),
        ({"vehicle_colour|neq": "red"}, True),
        ({"confidence|gte": 0.93}, True),
        ({"confidence|gt": 0.93}, False),
        ({"confidence|lt": 0.94}, True),
        ({"confidence|lte": 0.92}, False),
        ({"sequence": 7}, True),
        ({"sequence": "7"}, True),
        ({"channel": 1}, True),
        ({"direction": "in"}, True),
        ({"direction": "out"}, False),
        ({"subject|exists": True}, True),
        ({"place": "g*"}, True),
        ({"place_kind": "gate"}, True),
        ({"place_kind": ["door", "lane"]}, False),
        ({"not": {"plate_colour": "blue"}}, False),
        ({"not": {"plate_colour": "blue", "direction": "out"}}, True),
        ({"not": [{"plate_colour": "red"}, {"direction": "in"}]}, False),
    ],
)
def test_lines(line: dict[str, Any], meant: bool) -> None:
    assert means(PLATE | line) is meant


@pytest.mark.parametrize(
    ("line", "place", "meant"),
    [
        ({"place|below": "b1"}, "d1", True),
        ({"place|below": "d1"}, "d1", True),
        ({"place|below": "g1"}, "d1", False),
        ({"place|below|all": ["b1", "u1"]}, "d1", True),
        ({"place|below|all": ["b1", "g1"]}, "d1", False),
        ({"key_place": True}, "d1", True),
        ({"key_place": True}, "g1", False),
        ({"key_place": False}, "g1", True),
        ({"place|below": "b1"}, "nowhere", False),
    ],
)
def test_places(line: dict[str, Any], place: str, meant: bool) -> None:
    assert means({"type": "door.opened"} | line, "door.opened", place) is meant


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ({"time": "08:00-09:00"}, True),
        ({"time": "07:00-08:00"}, False),
        ({"time": "22:00-08:01"}, True),
        ({"time": ["01:00-02:00", "07:59-08:01"]}, True),
        ({"time|neq": "08:00-09:00"}, False),
        ({"weekday": "sun"}, True),
        ({"weekday": ["mon", "sat"]}, False),
    ],
)
def test_the_wall_clock_is_the_estates(line: dict[str, Any], meant: bool) -> None:
    """The first second is eight on a Sunday morning where the estate stands."""
    assert means({"type": "door.opened"} | line, "door.opened") is meant


def test_one_of_several_maps_is_enough() -> None:
    either = [{"type": "door.opened"}, {"type": "plate.read", "direction": "out"}]
    assert means(either, "door.opened")
    assert not means(either)
    assert not means(either, "door.closed")


def test_types_may_be_told_by_their_beginning() -> None:
    told = rule(counted({"type": "vehicle.*", "not": {"type": "vehicle.seen"}}))
    assert told.inputs >= {"vehicle.entered", "vehicle.exited"}
    assert not told.inputs & {"plate.read", "door.opened"}
    assert told.scopes(event("vehicle.entered", 0, subject="p"), ESTATE)
    assert not told.scopes(event("vehicle.seen", 0), ESTATE)


def test_what_stands_in_a_table_is_found_by_its_name() -> None:
    selection = {"type": "device.state_reported", "state.battery|lt": 20}
    assert means(selection, "device.state_reported", state={"battery": 12})
    assert not means(selection, "device.state_reported", state={"battery": 55})
    assert not means(selection, "device.state_reported", state={"battery": "low"})
    assert not means(selection, "device.state_reported", state={})


def test_what_is_remembered_of_a_value_is_of_that_value_alone() -> None:
    told = rule(counted({"type": "device.state_reported", "state.open": 1}))
    for value, meant in ((True, False), (1, True), (1.0, True), ("1", True), (True, False)):
        one = event("device.state_reported", 0, state={"open": value})
        assert bool(told.scopes(one, ESTATE)) is meant


def test_of_several_values_in_a_field_one_is_enough() -> None:
    selection = {"type": "object.seen", "zones": ["yard", "pond"]}
    assert means(selection, "object.seen", zones=("door", "pond"))
    assert not means(selection, "object.seen", zones=("door",))
    assert not means(selection, "object.seen", zones=())


def test_only_the_beginning_of_a_long_value_is_looked_at() -> None:
    selection = {"type": "plate.read", "vehicle_type|contains": "end"}
    assert not means(selection, "plate.read", vehicle_type="x" * 300 + "end")
