"""Objects under every spelling of their lists, and ids that stand for a device."""

import json
from typing import Any

import pytest

from ingest.adapters.gat1400.codec import decode, readers
from ingest.adapters.gat1400.record import Record
from ingest.message import Message, Unreadable

DEVICE = "33010000001190000042"
FACE = {"FaceID": DEVICE + "0220260410160003000010600001", "DeviceID": DEVICE}


def message(content: Any) -> Message:
    text = content if isinstance(content, str) else json.dumps(content)
    return Message("devices/library/gat1400", text.encode(), 1_775_808_000_000)


@pytest.mark.parametrize(
    "content",
    [
        {"FaceListObject": {"FaceObject": [FACE]}},
        {"FaceListObject": {"FaceObject": FACE}},
        {"FaceObjectList": {"FaceObject": [FACE]}},
        {"FaceObject": FACE},
        {"FaceList": {"Face": [FACE]}},
        {"proxyType": 1, "FaceListObject": {"FaceObject": [FACE]}},
    ],
)
def test_object_is_found_under_each_spelling(content: dict[str, Any]) -> None:
    assert [reading.type for reading in decode(message(content))] == ["face.seen"]


def test_empty_list_tells_nothing() -> None:
    assert decode(message({"FaceListObject": {"FaceObject": []}})) == []


@pytest.mark.parametrize("name", sorted(readers()))
def test_blank_object_of_each_kind_is_read(name: str) -> None:
    assert len(readers()[name](Record(name, {}, "$"))) <= 1


@pytest.mark.parametrize("content", ['{"a": 1}', "[]", '{"FaceListObject": {"x": [{}]}}', "{"])
def test_other_json_is_refused(content: str) -> None:
    with pytest.raises(Unreadable):
        decode(message(content))


@pytest.mark.parametrize(
    ("fields", "device"),
    [
        ({"DeviceID": "d", "TollgateID": "t"}, "d"),
        ({"DeviceID": "", "TollgateID": "t"}, "t"),
        ({"FaceID": DEVICE + "02" * 14}, DEVICE),
        ({"FaceID": DEVICE}, DEVICE),
        ({"FaceID": "short", "SourceID": DEVICE + "0" * 21}, None),
        ({"FaceID": "", "SourceID": DEVICE + "0" * 21}, DEVICE),
        ({}, None),
    ],
)
def test_device_of_a_record(fields: dict[str, str], device: str | None) -> None:
    assert Record("Face", fields, "$").device("FaceID") == device


def test_record_that_lost_more_than_brackets_is_refused() -> None:
    whole = json.dumps({"FaceListObject": {"FaceObject": [FACE]}})

    assert decode(message(whole[:-2]))[0].type == "face.seen"
    with pytest.raises(Unreadable):
        decode(message(whole[:-5]))
