"""UniFi Protect: binary frames that lie about themselves, and the table of event types."""

import json
import struct
import zlib
from typing import Any

import pytest

from ingest.adapters.unifi_protect import table
from ingest.adapters.unifi_protect.codec import decode
from ingest.adapters.unifi_protect.frames import BODY_BYTES_MAX
from ingest.message import Message, Reading, Unreadable
from schemas.event_types import event_types

ACTION = {"action": "add", "modelKey": "event", "id": "e1", "newUpdateId": "u1"}
EVENT: dict[str, Any] = {
    "id": "e1",
    "modelKey": "event",
    "start": 1_772_352_000_000,
    "camera": "c1",
}


def frame(which: int, body: bytes) -> bytes:
    packed = zlib.compress(body)
    return struct.pack(">BBBBI", which, 1, 1, 0, len(packed)) + packed


def framed(data: dict[str, Any]) -> bytes:
    return frame(1, json.dumps(ACTION).encode()) + frame(2, json.dumps(data).encode())


def read(payload: bytes) -> list[Reading]:
    return decode(Message("devices/nvr/unifi", payload, 0))


def test_frames_read_as_the_json_they_hold() -> None:
    told = {**EVENT, "type": "ring"}

    assert read(framed(told)) == read(json.dumps(told).encode())


def test_frames_cut_off_anywhere_are_refused() -> None:
    whole = framed({**EVENT, "type": "ring"})

    for end in range(9, len(whole) - 1):
        with pytest.raises(Unreadable):
            read(whole[:end])


def test_frame_that_swells_is_refused_by_name() -> None:
    bomb = frame(1, b" " * (BODY_BYTES_MAX + 1) + b"{}") + frame(2, b"{}")

    with pytest.raises(Unreadable, match="inflates to more than"):
        read(bomb)


def test_no_type_has_two_meanings() -> None:
    assert not table.CHOSEN.keys() & table.MEANINGS.keys()
    assert not table.QUIET & (table.CHOSEN.keys() | table.MEANINGS.keys())


@pytest.mark.parametrize("kind", sorted(table.MEANINGS))
def test_every_type_makes_its_event(kind: str) -> None:
    (reading,) = read(json.dumps({**EVENT, "type": kind}).encode())

    assert reading.type == table.MEANINGS[kind].type
    assert reading.type in event_types()


@pytest.mark.parametrize(
    ("kind", "word"), [(kind, word) for kind, words in table.CHOSEN.items() for word in words]
)
def test_every_word_that_settles_a_type_makes_its_event(kind: str, word: str) -> None:
    about = {name: {"text": word} for name in ("alarmType", "button", "inputState")}
    told = {**EVENT, "type": kind, "metadata": about, "smartDetectTypes": [word]}

    (reading,) = read(json.dumps(told).encode())

    assert reading.type == table.CHOSEN[kind][word].type


@pytest.mark.parametrize("kind", sorted(table.CHOSEN))
def test_a_word_nobody_knows_settles_nothing(kind: str) -> None:
    (reading,) = read(json.dumps({**EVENT, "type": kind, "smartDetectTypes": ["hum"]}).encode())

    assert reading.type == "device.state_reported"
