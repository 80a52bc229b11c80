"""What the rules about vehicles share: looks, ways, permits, zones; and what keeps them quiet."""

from typing import Any, get_args

import pytest

from processors.core.replay import replay
from processors.core.rule import rule_set
from processors.rules.catalogue import shipped_rules
from processors.rules.lanes import area_behind, exits_are_read, is_sure, lanes_of, way_of
from processors.rules.looks import (
    COLOURS,
    KINDS,
    Looks,
    are_two_plates,
    differ,
    difference_words,
    folded,
)
from processors.rules.parking import is_fire_lane, is_open_ground
from processors.rules.permits import NO_PERMIT, Permit, permit_after
from processors.rules.plates import likeness
from schemas.alerts import Alert
from schemas.place import EstateConfig, PlaceKind
from tests.core.make import T0, event
from tests.rules.scenario import START_MS, activation, build, estate_config, plate_ref

NAME = {"zh": "名", "en": "Name"}


@pytest.mark.parametrize(
    ("written", "colour"),
    [
        ("white", "white"), ("White", "white"), ("silver-gray", "silver"), ("Gray", "grey"),
        ("darkBlue", "blue"), ("cyan", "blue"), ("gold", "yellow"), ("other", None), ("", None),
        (None, None), ("unknown", None),
    ],
)  # fmt: skip
def test_a_colour_in_our_words(written: str | None, colour: str | None) -> None:
    assert folded(written, None, None).colour == colour


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("Sedan", "car"), ("SUVMPV", "car"), ("sedan-compact", "car"), ("K33", "car"),
        ("小型车", "car"), ("small_car", "car"), ("K11", "bus"), ("H11", "truck"), ("H31", "van"),
        ("truck", "truck"), ("Tricycle", "cycle"), ("non_motor", "cycle"), ("code_27", None),
        (None, None),
    ],
)  # fmt: skip
def test_a_kind_in_our_words(written: str | None, kind: str | None) -> None:
    assert folded(None, written, None).kind == kind


def test_what_is_near_is_no_difference() -> None:
    pairs = [("white", "silver"), ("silver", "grey"), ("grey", "black"), ("white", "grey")]
    for one, other in pairs:
        assert not differ(Looks(one), Looks(other))
        assert not differ(Looks(other), Looks(one))
    assert differ(Looks("white"), Looks("black"))
    assert differ(Looks("silver"), Looks("black"))
    assert differ(Looks("red"), Looks("white"))
    assert differ(Looks(None, "car"), Looks(None, "truck"))
    assert not differ(Looks(None, "car"), Looks(None, "van"))
    assert not differ(Looks("white"), Looks(None, "truck")), "what nobody said is no difference"


def test_every_colour_and_kind_is_said_in_words() -> None:
    for table, name in ((COLOURS, "colour"), (KINDS, "kind")):
        for one in table:
            other = next(word for word in table if word != one)
            said = difference_words(Looks(**{name: one}), Looks(**{name: other}))
            assert said is not None
            assert table[one].zh in said.zh
            assert table[other].en in said.en
    assert difference_words(Looks("white"), Looks("white")) is None


def test_one_number_on_a_blue_and_a_yellow_plate() -> None:
    blue, yellow = Looks(plate="blue"), Looks(plate="yellow")
    assert are_two_plates(blue, yellow)
    assert not are_two_plates(blue, Looks(plate="green"))
    assert not are_two_plates(blue, Looks())


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("鄂A·D12345", "鄂AD12345", "same"),  # new energy, 8 characters
        ("鄂A·D12345", "鄂AO12345", "look_alike"),
        ("鄂A·D12345", "鄂AF12345", "one_apart"),
        ("鄂A·D12345", "鄂A12345", None),
        ("鄂A1234警", "鄂A1Z34警", "look_alike"),
        ("鄂A1234警", "鄂A1234学", "one_apart"),
        ("鄂A·临1234", "鄂A临1239", "one_apart"),
        ("鄂A12345", "A12345", "one_apart"),  # its province character is lost
        ("鄂A12345", "A12346", None),
        ("鄂A12345", "粤A12345", "one_apart"),
    ],
)
def test_plates_of_every_kind(one: str, other: str, found: str | None) -> None:
    assert likeness(plate_ref(one), plate_ref(other)) == found
    assert likeness(plate_ref(other), plate_ref(one)) == found


def gates(*read: str) -> EstateConfig:
    places: list[dict[str, Any]] = [
        {"id": "estate", "kind": "estate", "name": NAME},
        {"id": "east", "kind": "gate", "name": NAME, "parent": "estate"},
        {"id": "e-in", "kind": "lane", "name": NAME, "parent": "east"},
        {"id": "e-out", "kind": "lane", "name": NAME, "parent": "east"},
        {"id": "west", "kind": "gate", "name": NAME, "parent": "estate"},
        {"id": "w", "kind": "lane", "name": NAME, "parent": "west"},
        {"id": "walk", "kind": "gate", "name": NAME, "parent": "estate"},
        {"id": "park", "kind": "car_park", "name": NAME, "parent": "estate"},
        {"id": "ramp", "kind": "lane", "name": NAME, "parent": "park"},
        {"id": "arm", "kind": "barrier", "name": NAME, "parent": "ramp"},
    ]
    for place in places:
        place["exits_read"] = place["id"] in read
    devices = [
        {"id": "cam", "place": "e-in", "name": NAME},
        {"id": "box", "place": "arm", "name": NAME},
        {"id": "reader", "place": "walk", "name": NAME},
    ]
    return estate_config({"estate": "estate", "places": places, "devices": devices})


@pytest.mark.parametrize(
    ("read", "closed"),
    [(("east", "west"), True), (("e-out", "w"), True), (("east",), False), (("walk",), False),
     ((), False)],
)  # fmt: skip
def test_exits_are_read_if_those_of_every_vehicle_gate_are(
    read: tuple[str, ...], closed: bool
) -> None:
    assert exits_are_read(gates(*read), "estate") is closed


def test_a_car_park_has_its_own_ways() -> None:
    config = gates("ramp")
    assert [lane.id for lane in lanes_of(config, "park")] == ["ramp"]
    assert exits_are_read(config, "park")
    assert not exits_are_read(config, "nowhere")
    found = [area_behind(config, name) for name in ("cam", "box", "reader", "unknown")]
    assert found == ["estate", "park", None, None]


@pytest.mark.parametrize(
    ("word", "direction", "way"),
    [("vehicle.entered", None, "in"), ("vehicle.exited", "in", "out"), ("plate.read", "in", "in"),
     ("plate.read", "out", "out"), ("plate.read", None, None)],
)  # fmt: skip
def test_ways(word: str, direction: str | None, way: str | None) -> None:
    assert way_of(event(word, 0, direction=direction)) == way


def test_sure() -> None:
    assert is_sure(event("plate.read", 0), 0.9)
    assert is_sure(event("plate.read", 0, confidence=0.9), 0.9)
    assert not is_sure(event("plate.read", 0, confidence=0.89), 0.9)


def test_permits() -> None:
    permit = permit_after(NO_PERMIT, event("register.changed", 10, record="pass"))
    assert permit == Permit(T0 + 10_000, None)
    assert permit.covers(T0 + 10_000)
    assert not permit.covers(T0 + 9_999)
    ended = permit_after(permit, event("register.changed", 20, record="pass", change="ended"))
    assert ended is not None
    assert (ended.covers(T0 + 19_999), ended.covers(T0 + 20_000)) == (True, False)
    nothing = event("register.changed", 20, change="ended")
    assert permit_after(NO_PERMIT, nothing) == NO_PERMIT
    assert permit_after(permit, event("register.changed", 20, record="away_note")) is None


def test_grounds() -> None:
    config = estate_config(
        {
            "places": [
                {"id": "p", "kind": "car_park", "name": NAME},
                {"id": "bays", "kind": "zone", "name": NAME, "parent": "p"},
                {"id": "lane", "kind": "zone", "name": NAME},
                {"id": "yard", "kind": "zone", "name": NAME},
            ],
            "areas": [{"place": "lane", "rules": {"fire_lane_blocked": {"fire_lane": True}}}],
        }
    )
    assert [is_open_ground(config, p) for p in ("bays", "lane", "yard", "p")] == [
        False, False, True, False,
    ]  # fmt: skip
    assert [is_fire_lane(config, p) for p in ("lane", "yard")] == [True, False]


LANE = {"id": "l1", "kind": "lane", "name": {"zh": "入口", "en": "in"}, "parent": "east"}
EAST = {"id": "east", "kind": "gate", "name": {"zh": "东门", "en": "East Gate"}}


def alerts(*items: dict[str, Any], rules: tuple[str, ...]) -> list[Alert]:
    config = estate_config({"places": [EAST, LANE]})
    chosen = rule_set(shipped_rules().by_id[name] for name in rules)
    log = [activation(config, START_MS - 10_000)]
    log += [build(item, at, START_MS) for at, item in enumerate(items)]
    return list(replay(log, chosen, until=START_MS + 900_000).alerts.values())


@pytest.mark.parametrize("rule", ["barrier_forced", "barrier_held_up"])
@pytest.mark.parametrize("fire", [True, False])
def test_arms_that_a_fire_signal_raised_ring_nobody(rule: str, fire: bool) -> None:
    relay = {"at": 0, "type": "device.state_reported", "place": "l1", "state": {"fire_relay": fire}}
    up = {"at": 5, "type": "barrier.opened", "place": "l1"}
    found = alerts(relay, up, rules=(rule, "fire_unlock"))
    (mine,) = [alert for alert in found if alert.rule == rule]
    assert (mine.suppressed is not None) is fire


def test_both_halves_of_a_copy_that_looks_different_are_told() -> None:
    """Another vehicle under the plate, and in while inside: two things, both true."""
    gate = EAST | {"exits_read": True}
    config = estate_config({"places": [gate, LANE]})
    names = ("plate_mismatch", "device_lost", "cloned_plate")
    chosen = rule_set(shipped_rules().by_id[name] for name in names)
    plate = {"type": "vehicle.entered", "place": "l1", "plate": "鄂F·A1238"}
    items = [
        plate | {"at": 0, "vehicle_colour": "white"},
        plate | {"at": 900, "vehicle_colour": "red"},
    ]
    log = [activation(config, START_MS - 10_000)]
    log += [build(item, at, START_MS) for at, item in enumerate(items)]
    told = replay(log, chosen, until=START_MS + 2_000_000).alerts.values()
    pushed = {alert.rule for alert in told if alert.delivery == "push"}
    assert pushed == {"plate_mismatch", "cloned_plate"}


PLACE_KINDS = get_args(PlaceKind)


@pytest.mark.parametrize("above", ["estate", "gate", "lane"])
@pytest.mark.parametrize("kind", [None, *PLACE_KINDS])
def test_what_was_forced_rings_once(kind: str | None, above: str) -> None:
    """A people's gate for the police, a vehicle's arm for the property; never both, never none."""
    parent = {"id": "up", "kind": above, "name": NAME}
    places = [parent] if kind is None else [parent, {"id": "x", "kind": kind, "name": NAME,
                                                     "parent": "up"}]  # fmt: skip
    chosen = rule_set(shipped_rules().by_id[name] for name in ("barrier_forced", "intrusion"))
    log = [
        activation(estate_config({"places": places}), START_MS - 10_000),
        build({"at": 0, "type": "barrier.forced", "place": "x"}, 0, START_MS),
    ]
    told = replay(log, chosen, until=START_MS + 900_000).alerts.values()
    expected = "intrusion" if kind in ("door", "gate") else "barrier_forced"
    assert [alert.rule for alert in told] == [expected]
