"""The network-library bridge's events."""

import json
from typing import Any

import pytest

from ingest.adapters.dahua_access.codec import decode
from ingest.message import Message, Reading, Unreadable
from tests.ingest.cases import adapters, cases

OWN = [case for case in cases() if case.adapter == "dahua_access"]


def one(kind: str, **data: Any) -> Reading:
    row = {"deviceId": "t1", "data": {"eventType": kind, "alarmEventType": "ENTRY", **data}}
    (reading,) = decode(Message("devices/d/dahua", json.dumps(row).encode(), 0))
    return reading


@pytest.mark.parametrize(
    ("success", "word"),
    [(True, "access.granted"), (False, "access.denied"), (None, "access.presented")],
)
def test_success_decides(success: bool | None, word: str) -> None:
    assert one("Face", isSuccess=success).type == word


@pytest.mark.parametrize(
    ("kind", "word"),
    [("BreakIn", "door.forced"), ("DoorNotClosed", "door.held"), ("Duress", "access.duress"),
     ("ChassisIntrusion", "device.tampered"), ("UrgencyAlarm", "help.requested")],
)  # fmt: skip
def test_alarms_are_no_refusals(kind: str, word: str) -> None:
    assert one(kind, isSuccess=False, alarmEventType="ALARM_X").type == word


@pytest.mark.parametrize("kind", ["RepeatEnter", "MaliciousOpening", "Other(99)"])
def test_unknown_alarms_are_refused(kind: str) -> None:
    with pytest.raises(Unreadable, match="event type"):
        one(kind, alarmEventType="ALARM_X", isSuccess=False)


@pytest.mark.parametrize(
    ("kind", "method"),
    [("Face", "face"), ("Card+Face", "combination"), ("UserID+Password", "pin"),
     ("Other(99)", "unknown"), ("LocalButton", "button")],
)  # fmt: skip
def test_methods(kind: str, method: str) -> None:
    assert one(kind, isSuccess=True).fields["method"] == method


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(Unreadable):
        decode(Message("devices/d/dahua", b'{"events": []}', 0))


@pytest.mark.parametrize("case", OWN, ids=lambda case: case.name)
def test_exactly_one_adapter_claims_each_message(case: Any) -> None:
    assert [a.spec.name for a in adapters() if a.claims_content(case.payload)] == ["dahua_access"]
