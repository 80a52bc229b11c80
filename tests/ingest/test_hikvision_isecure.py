"""Callbacks of the platform: sources, status, direction, people's data."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.adapters.hikvision_isecure.codec import decode
from ingest.message import Rejected
from schemas.event_data import AccessGranted, FireDetected
from tests.ingest.hikvision import outcome, platform_event, read, read_one, reason


def linked(*sources: str) -> dict[str, Any]:
    callback = platform_event(0)
    details = [{"eventType": 254104, "srcIndex": source, "data": {}} for source in sources]
    callback["params"]["events"][0] |= {"eventDetails": details, "srcIndex": "rule"}
    return callback


def test_linked_event_is_told_by_each_source_and_not_by_its_rule() -> None:
    found = read(linked("camera-1", "camera-2"))

    assert not isinstance(found, Rejected)
    assert [event.data.device for event in found] == ["camera-1", "camera-2"]
    assert all(isinstance(event.data, FireDetected) for event in found)


def test_several_events_in_one_callback() -> None:
    callback = platform_event(198914, ExtEventCardNo="77")
    callback["params"]["events"] += platform_event(198657)["params"]["events"]

    found = read(callback)

    assert not isinstance(found, Rejected)
    assert [event.type for event in found] == ["access.granted", "door.forced"]


@pytest.mark.parametrize("again", [4, 5])
def test_event_told_again_with_a_picture_has_the_same_id(again: int) -> None:
    first = read_one(platform_event(198914, 0, ExtEventCardNo="77"))
    later = read_one(
        platform_event(198914, again, ExtEventCardNo="77", ExtEventPictureURL="/pic?1")
    )

    assert later.id == first.id
    assert later.data.pictures == ("/pic?1",)


@pytest.mark.parametrize(("told", "direction"), [(1, "in"), (0, "out"), (-1, None), (None, None)])
def test_direction(told: int | None, direction: str | None) -> None:
    assert read_one(platform_event(198914, ExtEventInOut=told)).data.direction == direction


@pytest.mark.parametrize(
    ("kind", "card", "person", "subject"),
    [
        (198914, "77", "9", "77"),
        (198914, 77, 0, "77"),
        (196893, "77", "9", "9"),
        (196893, "77", "0", "77"),
        (198657, "77", "9", None),
    ],
)
def test_subject(kind: int, card: Any, person: Any, subject: str | None) -> None:
    data = {"ExtEventCardNo": card, "ExtEventPersonNo": person}

    assert read_one(platform_event(kind, **data)).subject == subject


def test_of_an_identity_card_only_the_name_is_read() -> None:
    card = {"Name": "Zhou Min", "IdNum": "SECRET", "Address": "SECRET"}
    picture = "data:image/jpeg;base64,SECRET"

    event = read_one(
        platform_event(197162, ExtEventIdentityCardInfo=card, ExtEventPictureURL=picture)
    )

    assert isinstance(event.data, AccessGranted)
    assert event.data.person == "Zhou Min"
    assert b"SECRET" not in event.to_json()


def test_end_of_an_alarm_without_an_opposite_word_is_a_state() -> None:
    event = read_one(platform_event(254104, 2))

    assert event.type == "device.state_reported"
    assert getattr(event.data, "state", None) == {"fire.detected": "ended"}


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ("not JSON", "is not JSON"),
        ("[]", "no JSON object"),
        ({"method": "OnOther"}, "is not OnEventNotify"),
        ({"method": "OnEventNotify"}, "no JSON object"),
        ({"method": "OnEventNotify", "params": {"events": [1]}}, "no JSON object"),
        ({"method": "OnEventNotify", "params": {"events": [{}] * 1001}}, "1 to 1000"),
        (platform_event(198914, 7), "unknown status 7"),
    ],
)
def test_what_is_rejected_and_why(payload: Any, said: str) -> None:
    assert said in reason(payload, "hikvision_isecure")


@settings(max_examples=200)
@given(st.binary(max_size=40), st.integers(0, 400))
def test_broken_callbacks_are_unreadable_and_nothing_else(noise: bytes, at: int) -> None:
    whole = json.dumps(linked("camera-1")).encode()

    assert outcome(decode, whole[:at] + noise + whole[at:])
