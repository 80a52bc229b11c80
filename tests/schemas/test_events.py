"""Events: strict at the edge, the same again after a round trip."""

import pytest

from schemas.base import format_instant, parse_instant
from schemas.events import (
    ENVELOPE_EVENTS_MAX,
    EventError,
    decode,
    decode_line,
    encode,
    event_id,
    make_event,
    order_key,
    pack,
)

DATA = {"device": "r1", "place": "d1", "received_at": 1_000}


def grant(number: int = 0):  # type: ignore[no-untyped-def]
    return make_event("access.granted", id=str(number), source="/e/r1", time=number, data=DATA)


def test_round_trip() -> None:
    events = [grant(number) for number in range(3)]
    assert decode(encode(events)) == events


def test_an_envelope_holds_at_most_256_events() -> None:
    packed = [decode(body) for body in pack([grant(n) for n in range(600)])]
    assert [len(events) for events in packed] == [ENVELOPE_EVENTS_MAX, ENVELOPE_EVENTS_MAX, 88]


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ('{"type":"door.exploded"}', "0: type 'door.exploded' is not in the table"),
        ('{"id":"1","source":"/e/r","type":"door.opened","time":"2026-03-01T00:00:00",'
         '"specversion":"1.0","data":{"device":"r","place":"d","received_at":0}}', "has no offset"),
        ('{"id":"1","source":"/e/r","type":"door.opened","time":0,"specversion":"1.0",'
         '"data":{"device":"r","place":"d","received_at":0,"colour":"red"}}', "data.colour"),
        ("nonsense", "Invalid JSON"),
    ],
)  # fmt: skip
def test_what_is_no_event_says_where(line: str, where: str) -> None:
    with pytest.raises(EventError, match=where.replace(".", r"\.")):
        decode_line(line)


def test_an_unknown_word_is_an_error() -> None:
    with pytest.raises(EventError, match="not in the table"):
        make_event("door.exploded", id="1", source="/e/r", time=0, data=DATA)


def test_cause_goes_before_effect_at_one_instant() -> None:
    opened = make_event("door.opened", id="a", source="/e/r", time=5, data=DATA)
    granted = make_event("access.granted", id="z", source="/e/r", time=5, data=DATA)
    assert sorted([opened, granted], key=order_key) == [granted, opened]


def test_an_id_is_of_what_the_device_says() -> None:
    assert event_id("e", "d", 1, "t", None) == event_id("e", "d", "1", "t", None)
    assert event_id("e", "d1", "") != event_id("e", "d", "1")


@pytest.mark.parametrize("text", ["2026-03-01T08:00:00.5+08:00", "2026-03-01T00:00:00.500Z"])
def test_instants(text: str) -> None:
    assert format_instant(parse_instant(text)) == "2026-03-01T00:00:00.500Z"
