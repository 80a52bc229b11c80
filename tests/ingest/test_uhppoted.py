"""What the boards' cases cannot show one by one: zones, reasons, and one record in all forms."""

from datetime import datetime
from typing import Any

import orjson
import pytest

from ingest.adapters.uhppoted.clock import board_time
from ingest.adapters.uhppoted.codec import decode
from ingest.message import Message, Reading, Unreadable
from schemas.base import parse_instant

RECORD = {"device-id": 405419917, "event-id": 7, "event-type": 1, "access-granted": True,
          "door-id": 3, "direction": 2, "card-number": 8165917, "event-reason": 1,
          "timestamp": "2026-03-02 08:15:07 UTC"}  # fmt: skip


def read(**parts: Any) -> list[Reading]:
    return decode(
        Message("", orjson.dumps(RECORD | {k.replace("_", "-"): v for k, v in parts.items()}), 0)
    )


SURE = [("PDT", "15:15:07"), ("EST", "13:15:07"), ("CEST", "06:15:07"), ("HKT", "00:15:07"),
        ("+08", "00:15:07"), ("+0530", "02:45:07"), ("-03:30", "11:45:07"),
        ("Z", "08:15:07")]  # fmt: skip


@pytest.mark.parametrize(("zone", "utc"), SURE)
def test_zone_that_one_place_uses_is_an_offset(zone: str, utc: str) -> None:
    time = board_time(f"2026-03-02 08:15:07 {zone}", "$")

    assert time is not None
    assert time.instant == parse_instant(f"2026-03-02T{utc}Z")


@pytest.mark.parametrize("zone", ["CST", "IST", "XYZ", ""])
def test_zone_that_says_nothing_leaves_wall_clock(zone: str) -> None:
    time = board_time(f"2026-03-02 08:15:07 {zone}", "$")

    assert time is not None
    assert (time.instant, time.maybe) == (None, None)
    assert time.local == datetime(2026, 3, 2, 8, 15, 7)  # noqa: DTZ001


def test_likely_zone_is_no_more_than_likely() -> None:
    time = board_time("2026-03-02 08:15:07 PST", "$")

    assert time is not None
    assert (time.instant, time.maybe) == (None, parse_instant("2026-03-02T16:15:07Z"))


@pytest.mark.parametrize("text", ["2026-02-30 08:15:07 UTC", "08:15:07", "2026-03-02", "now"])
def test_text_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="time"):
        board_time(text, "$")


@pytest.mark.parametrize(
    ("reason", "why"),
    [(5, "other"), (6, "no_permission"), (7, "wrong_pin"), (8, "anti_passback"), (9, "other"),
     (10, "mode"), (11, "mode"), (12, "interlock"), (13, "wrong_time"), (15, "wrong_time"),
     (18, "unknown"), (1, "unknown"), (0, "unknown")],
)  # fmt: skip
def test_reasons_of_refusals(reason: int, why: str) -> None:
    (reading,) = read(event_reason=reason, access_granted=False)

    assert (reading.type, reading.fields["reason"]) == ("access.denied", why)
    assert (reading.subject, reading.direction) == ("8165917", "out")


@pytest.mark.parametrize("reason", [20, 23, 24, 28, 37, 38, 39, 40, 41, 42, 43, 44, 45])
def test_what_no_card_was_shown_for_names_no_card(reason: int) -> None:
    (reading,) = read(event_reason=reason)

    assert (reading.subject, reading.direction) == (None, None)


@pytest.mark.parametrize("reason", [4, 14, 16, 17, 19, 21, 22, 26, 27, 30, 35, 36, 46, 99])
def test_reasons_nobody_documents_are_refused(reason: int) -> None:
    with pytest.raises(Unreadable, match="event reason"):
        read(event_reason=reason)


def test_type_that_is_overwritten_with_a_time_is_no_record_of_a_swipe() -> None:
    assert read(event_type=255, timestamp="") == []


@pytest.mark.parametrize("text", ['{"device-id": 1, "event-id": 2', "[1]", "{} {}", '"x"', "", "{"])
def test_what_is_cut_off_or_no_object_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        decode(Message("", text.encode(), 0))
