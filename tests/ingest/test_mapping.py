"""The pure mapping: time, place, inputs, identity, and that nothing a device sends can raise."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.catalogue import Adapter, AdapterSpec, Catalogue
from ingest.device_clock import resolve_time
from ingest.mapping import Mapper
from ingest.message import DeviceTime, Message, Reading, Rejected, Unreadable
from ingest.registry import Placement, Registry
from schemas.base import parse_instant
from schemas.events import Event
from schemas.site import ClockFault, Site
from tests.ingest.cases import cases, shipped

AT = parse_instant("2026-03-01T08:00:00Z")
SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
NOWHERE = Placement("estate", "d", "d")


def wall(text: str, raw: str = "raw", **more: int) -> DeviceTime:
    return DeviceTime(raw, local=datetime.fromisoformat(text), **more)


def spot(
    zone: ZoneInfo | None = None, fault: ClockFault | None = None, shift_ms: int = 0
) -> Placement:
    return replace(NOWHERE, zone=zone, clock_fault=fault, clock_shift_ms=shift_ms)


TIMES = {
    "no clock at all": (None, spot(SHANGHAI), None),
    "sure instant": (DeviceTime("r", instant=AT), spot(BERLIN), "2026-03-01T08:00:00Z"),
    "wall clock in the zone": (wall("2026-03-01T16:00"), spot(SHANGHAI), "2026-03-01T08:00:00Z"),
    "wall clock without a zone": (wall("2026-03-01T16:00"), spot(), None),
    "wall clock in summer": (wall("2026-07-01T10:00"), spot(BERLIN), "2026-07-01T08:00:00Z"),
    "hour told twice is the first": (
        wall("2026-10-25T02:30"), spot(BERLIN), "2026-10-25T00:30:00Z"
    ),
    "skipped hour is not lost": (wall("2026-03-29T02:30"), spot(BERLIN), "2026-03-29T01:30:00Z"),
    "claimed UTC with nothing against it": (
        DeviceTime("r", maybe=AT), spot(), "2026-03-01T08:00:00Z"
    ),
    "claimed UTC equal to the wall clock": (wall("2026-03-01T08:00", maybe=AT), spot(), None),
    "claimed UTC with the factory's zone": (wall("2026-03-01T16:00", maybe=AT), spot(), None),
    "claimed UTC with a zone of its own": (
        wall("2026-03-01T10:00", maybe=AT), spot(), "2026-03-01T08:00:00Z"
    ),
    "claimed UTC an hour off in winter": (
        wall("2026-03-01T09:00", maybe=AT), spot(), "2026-03-01T08:00:00Z"
    ),
    "claimed UTC an hour off in summer": (
        wall("2026-07-01T09:00", maybe=parse_instant("2026-07-01T08:00:00Z")), spot(), None
    ),
    "claimed UTC not a quarter away": (wall("2026-03-01T10:07", maybe=AT), spot(), None),
    "the zone goes before a claim": (
        wall("2026-03-01T16:00", maybe=AT - 1), spot(SHANGHAI), "2026-03-01T08:00:00Z"
    ),
    "fault: wall clock written as epoch": (
        DeviceTime("r", instant=AT + 8 * 3_600_000 + 250), spot(SHANGHAI, "local_as_epoch"),
        "2026-03-01T08:00:00.250Z",
    ),
    "fault: wall clock claimed as UTC": (
        wall("2026-03-01T16:00", maybe=AT + 8 * 3_600_000), spot(SHANGHAI, "utc_is_local"),
        "2026-03-01T08:00:00Z",
    ),
    "fault: offset that lost its sign": (
        wall("2026-03-01T03:00", instant=AT - 10 * 3_600_000),
        spot(ZoneInfo("America/New_York"), "lost_offset_sign"), "2026-03-01T08:00:00Z",
    ),
    "fault: factory zone, in summer": (
        DeviceTime("r", instant=parse_instant("2026-07-01T02:00:00Z")),
        spot(BERLIN, "factory_zone"), "2026-07-01T08:00:00Z",
    ),
    "fault: factory zone where it is right": (
        DeviceTime("r", instant=AT), spot(SHANGHAI, "factory_zone"), "2026-03-01T08:00:00Z"
    ),
    "fault: factory zone in a claim": (
        wall("2026-03-01T09:00", maybe=AT - 7 * 3_600_000), spot(BERLIN, "factory_zone"),
        "2026-03-01T08:00:00Z",
    ),
    "fault: an hour off in summer": (
        DeviceTime("r", instant=parse_instant("2026-07-01T09:00:00.250Z")),
        spot(BERLIN, "no_summer_time"), "2026-07-01T08:00:00.250Z",
    ),
    "fault: an hour off in summer, in winter": (
        DeviceTime("r", instant=AT), spot(BERLIN, "no_summer_time"), "2026-03-01T08:00:00Z"
    ),
    "fault: an hour off in summer, in its first hour": (
        DeviceTime("r", instant=parse_instant("2026-03-29T02:30:00Z")),
        spot(BERLIN, "no_summer_time"), "2026-03-29T01:30:00Z",
    ),
    "fault: a fixed shift of what is sure": (
        DeviceTime("r", instant=AT + 90_000), spot(BERLIN, "fixed_shift", 90_000),
        "2026-03-01T08:00:00Z",
    ),
    "fault: a fixed shift of a wall clock": (
        wall("2026-03-01T15:00"), spot(SHANGHAI, "fixed_shift", -3_600_000), "2026-03-01T08:00:00Z"
    ),
    "fault: a fixed shift and nothing to shift": (
        wall("2026-03-01T15:00"), spot(None, "fixed_shift", 60_000), None
    ),
    "fault named and no zone to mend it": (
        DeviceTime("r", instant=AT), spot(None, "local_as_epoch"), "2026-03-01T08:00:00Z"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TIMES)
def test_time_is_what_can_be_known_of_the_device_clock(name: str) -> None:
    time, placement, wanted = TIMES[name]

    found = resolve_time(time, placement)

    assert found == (None if wanted is None else parse_instant(wanted))


SITE = Site.model_validate({
    "version": 1,
    "estates": [{
        "id": "willow", "name": {"zh": "柳苑", "en": "Willow Court"},
        "places": [
            {"id": "gate", "kind": "gate", "name": {"zh": "门", "en": "Gate"}},
            {"id": "lane-2", "kind": "lane", "name": {"zh": "二车道", "en": "Lane 2"}},
        ],
        "devices": [{
            "id": "panel", "adapter": "fake", "ids": ["AA-01"], "place": "gate",
            "direction": "in", "channels": {"2": {"place": "lane-2", "direction": "out"}},
            "inputs": {"1": "loop.occupied", "3": "door.opened", "4": "help.requested"},
        }],
    }],
})  # fmt: skip


def mapper(decode: Callable[[Message], list[Reading]], site: Site | None = None) -> Mapper:
    spec = AdapterSpec(
        name="fake", title="Fake", make="none", evidence="C", topics=("t/#",), topic_decides=True
    )
    return Mapper(Catalogue({"fake": Adapter(spec, decode, Path())}), Registry(site))


def read(*readings: Reading, site: Site | None = None, at: int = AT) -> list[Event]:
    found = mapper(lambda message: list(readings), site).read(Message("t/x", b"", at))
    assert not isinstance(found, Rejected), found
    return found


def one(reading: Reading, site: Site | None = None, at: int = AT) -> Event:
    return read(reading, site=site, at=at)[0]


DOOR = Reading("door.opened", "AA:01", DeviceTime("r", instant=AT - 500), "2", 7)


def test_reading_is_placed_by_the_site() -> None:
    event = one(DOOR, SITE)

    assert event.source == "/willow/panel"
    assert (event.data.place, event.data.direction) == ("lane-2", "out")


def test_direction_of_the_device_goes_before_that_of_the_site() -> None:
    event = one(replace(DOOR, direction="in"), SITE)

    assert event.data.direction == "in"


def test_unknown_device_stands_for_its_own_place() -> None:
    event = one(replace(DOOR, device="10/20"), SITE)

    assert (event.source, event.data.place) == ("/estate/10.20", "10.20")


def test_event_says_where_its_time_came_from() -> None:
    sure, heard = one(DOOR), one(replace(DOOR, time=None))

    assert (sure.time, sure.data.time_from) == (AT - 500, "device")
    assert (heard.time, heard.data.time_from) == (AT, "received")


INPUTS = {
    ("input.activated", "1"): "loop.occupied",
    ("input.cleared", "1"): "loop.cleared",
    ("input.activated", "3"): "door.opened",
    ("input.cleared", "3"): "door.closed",
    ("input.activated", "4"): "help.requested",
    ("input.cleared", "4"): "input.cleared",
    ("input.activated", "9"): "input.activated",
    ("motion.started", "1"): "motion.started",
}


@pytest.mark.parametrize(("kind", "channel"), INPUTS)
def test_wired_input_means_what_the_site_says(kind: str, channel: str) -> None:
    event = one(Reading(kind, "AA-01", channel=channel), SITE)

    assert event.type == INPUTS[kind, channel]


DIFFERENT = {
    "type": replace(DOOR, type="door.closed"),
    "device": replace(DOOR, device="AA:02"),
    "channel": replace(DOOR, channel="1"),
    "time": replace(DOOR, time=DeviceTime("r", instant=AT - 499)),
    "sequence": replace(DOOR, sequence=8),
    "subject": replace(DOOR, subject="card"),
    "key": replace(DOOR, key="object 1"),
}


@pytest.mark.parametrize("what", DIFFERENT)
def test_readings_that_differ_have_other_ids(what: str) -> None:
    assert one(DIFFERENT[what]).id != one(DOOR).id


SAME = {
    "heard later": (DOOR, AT + 60_000),
    "raw text of the clock": (replace(DOOR, time=DeviceTime("other", instant=AT - 500)), AT),
    "confidence": (replace(DOOR, confidence=0.5), AT),
    "direction": (replace(DOOR, direction="in"), AT),
    "native code": (replace(DOOR, native="7/1"), AT),
    "replayed": (replace(DOOR, replayed=True), AT),
    "pictures": (replace(DOOR, pictures=("http://x/1.jpg",)), AT),
}


@pytest.mark.parametrize("what", SAME)
def test_other_telling_of_one_reading_has_the_same_id(what: str) -> None:
    reading, at = SAME[what]

    assert one(reading, at=at).id == one(DOOR).id


def test_spelling_of_a_device_does_not_change_its_ids() -> None:
    assert one(replace(DOOR, device="aa-01"), SITE).id == one(DOOR, SITE).id


def test_reading_without_a_clock_is_told_apart_by_when_it_was_heard() -> None:
    still = replace(DOOR, time=None)

    assert one(still, at=AT).id != one(still, at=AT + 1).id


def test_wall_clock_tells_readings_apart_though_its_instant_is_unknown() -> None:
    first = replace(DOOR, time=wall("2026-03-01T16:00:00"))
    second = replace(DOOR, time=wall("2026-03-01T16:00:01"))

    assert one(first).id != one(second).id
    assert one(first, at=AT + 5).id == one(first).id


def raising(error: Exception) -> Callable[[Message], list[Reading]]:
    def decode(message: Message) -> list[Reading]:
        raise error

    return decode


@pytest.mark.parametrize(
    "error", [ValueError("x"), KeyError("x"), IndexError("x"), TypeError("x"), AttributeError("x"),
              RecursionError("x"), OverflowError("x"), UnicodeDecodeError("utf-8", b"", 0, 1, "x")],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_fault_of_a_payload_becomes_a_rejection(error: Exception) -> None:
    found = mapper(raising(error)).read(Message("t/x", b"", AT))

    assert found == Rejected(
        "has not the shape this adapter knows; see its README", "$", adapter="fake"
    )


def test_fault_of_ours_is_not_hidden() -> None:
    with pytest.raises(AssertionError):
        mapper(raising(AssertionError("ours"))).read(Message("t/x", b"", AT))


def test_unreadable_message_keeps_its_reason_and_path() -> None:
    found = mapper(raising(Unreadable("has no door", "$.door"))).read(Message("t/x", b"", AT))

    assert found == Rejected("has no door", "$.door", "fake")


def test_word_outside_the_table_is_rejected() -> None:
    found = mapper(lambda message: [Reading("door.ajar", "d")]).read(Message("t/x", b"", AT))

    assert isinstance(found, Rejected)
    assert "'door.ajar' is not in the table" in found.reason


def test_field_of_another_type_is_rejected() -> None:
    wrong = Reading("door.opened", "d", fields={"plate_colour": "blue"})

    found = mapper(lambda message: [wrong]).read(Message("t/x", b"", AT))

    assert isinstance(found, Rejected)
    assert "plate_colour" in found.reason


NAMES = sorted(shipped().adapters)
TOPICS = ["", "frigate/events", "frigate/gate/person", "esprfid/send", "devices/d/hikvision",
          "devices/d/dahua", "acme/plates/p/csv", "/", "a/b/c/d"]  # fmt: skip
MAPPER = Mapper(shipped(), Registry(SITE))


def check(found: list[Event] | Rejected) -> None:
    if isinstance(found, Rejected):
        assert found.reason
        assert "\n" not in found.reason
        assert len(found.reason) < 400
    else:
        assert all(event.to_json() for event in found)


@settings(max_examples=300)
@given(
    payload=st.binary(max_size=200),
    topic=st.sampled_from(TOPICS) | st.text(max_size=30),
    name=st.sampled_from([None, *NAMES]),
)
def test_any_bytes_become_events_or_a_rejection(
    payload: bytes, topic: str, name: str | None
) -> None:
    check(MAPPER.read(Message(topic, payload, AT), name))


SEEDS = [case.message for case in cases() if len(case.payload) < 20_000]


@settings(max_examples=400)
@given(seed=st.sampled_from(SEEDS), chance=st.randoms(use_true_random=False))
def test_mutated_message_becomes_events_or_a_rejection(
    seed: Message, chance: random.Random
) -> None:
    payload = bytearray(seed.payload)
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(payload))
        until = min(len(payload), at + chance.choice([0, 1, 8, 64]))
        payload[at:until] = chance.choice([b"", b"\x00", b'"', b"{", b"9" * 30, b"\xff", b"<a>"])

    check(MAPPER.read(replace(seed, payload=bytes(payload))))


def objects(seed: Message) -> bool:
    return seed.payload.lstrip()[:1] == b"{" and seed.payload.rstrip()[-1:] == b"}"


STRANGE = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.lists(st.none() | st.integers(), max_size=2) | st.dictionaries(st.text(), st.none())
)  # fmt: skip


@settings(max_examples=400)
@given(
    seed=st.sampled_from([seed for seed in SEEDS if objects(seed)]),
    value=STRANGE,
    chance=st.randoms(use_true_random=False),
)
def test_strange_value_in_a_field_becomes_events_or_a_rejection(
    seed: Message, value: object, chance: random.Random
) -> None:
    try:
        content = json.loads(seed.payload)
    except ValueError:
        return  # a case of broken JSON: the test above has it
    _put(content, value, chance)

    check(MAPPER.read(replace(seed, payload=json.dumps(content).encode())))


def _put(content: Any, value: object, chance: random.Random) -> None:
    """Writes the value over one that stands somewhere in the content."""
    while True:
        keys = list(content) if isinstance(content, dict) else list(range(len(content)))
        if not keys:
            return
        key = chance.choice(keys)
        if not isinstance(content[key], dict | list) or chance.random() < 0.3:
            content[key] = value
            return
        content = content[key]
