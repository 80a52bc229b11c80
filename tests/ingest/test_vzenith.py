"""Vzenith: what no case can say: pictures carried, texts in base64, the tables, frames."""

import base64
import json
from datetime import datetime
from typing import Any

import pytest

from ingest.adapters.vzenith.clock import frame_times, sent_time
from ingest.adapters.vzenith.codec import decode
from ingest.adapters.vzenith.codes import PLATE_TYPES, TRIGGERS
from ingest.adapters.vzenith.plates import uncoded
from ingest.message import Message, Picture, Reading, Unreadable
from tests.ingest.cases import cases

OWN = [case for case in cases() if case.adapter == "vzenith"]
JPEG = "/9j/4AAQSkZJRgABAQEASABIAAD/2Q=="


def read(body: Any, topic: str = "") -> list[Reading]:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    return decode(Message(topic, payload, 0))


def plate(**result: Any) -> Reading:
    (reading,) = read({"AlarmInfoPlate": {"serialno": "s1", "result": {"PlateResult": result}}})
    return reading


def enveloped(name: str, payload: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "payload": payload, **more}


def frame(body: dict[str, Any], rest: bytes = b"", kind: int = 0) -> bytes:
    text = json.dumps(body, ensure_ascii=False).encode("gb2312") + b"\0" + rest
    return b"VZ" + bytes([kind, 0]) + len(text).to_bytes(4, "big") + text


@pytest.mark.parametrize("name", ["imageFile", "full_image_content"])
def test_scene_is_carried(name: str) -> None:
    reading = plate(license="A1", **{name: JPEG})

    assert reading.pictures == (Picture("scene", "scene", JPEG),)


@pytest.mark.parametrize("name", ["imageFragmentFile", "small_image_content"])
def test_close_up_of_the_plate_is_carried(name: str) -> None:
    reading = plate(license="A1", **{name: JPEG})

    assert reading.pictures == (Picture("plate", "plate", JPEG),)


def test_pictures_behind_a_frames_text() -> None:
    body = {"PlateResult": {"license": "浙F20K61"}, "fullImgSize": 3, "clipImgSize": 2}

    (reading,) = read(frame(body, b"abcde"))

    assert reading.subject == "浙F20K61"
    assert [(p.kind, p.content) for p in reading.pictures if isinstance(p, Picture)] == [
        ("scene", b"abc"), ("plate", b"de"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "sizes", [{}, {"fullImgSize": -4}, {"fullImgSize": 0}, {"clipImgSize": "x"}]
)
def test_a_frame_without_pictures(sizes: dict[str, Any]) -> None:
    (reading,) = read(frame({"PlateResult": {"license": "A1"}, **sizes}, b"abc"))

    assert reading.pictures == ()


@pytest.mark.parametrize("cut", [1, 7, 9])
def test_a_frame_that_is_cut(cut: int) -> None:
    with pytest.raises(Unreadable, match="no whole frame"):
        read(frame({"PlateResult": {"license": "A1"}})[:-cut] + b"VZ"[: cut - 1])


def test_a_frame_of_another_type() -> None:
    with pytest.raises(Unreadable, match="frame type 9"):
        read(frame({}, kind=9))


def test_too_many_frames() -> None:
    with pytest.raises(Unreadable, match="more than 1000"):
        read(b"VZ\x01\0\0\0\0\0" * 1001)


@pytest.mark.parametrize(
    ("text", "surely", "meant"),
    [
        (base64.b64encode("浙F20K61".encode()).decode(), True, "浙F20K61"),
        (base64.b64encode("浙F20K61".encode("gb18030")).decode(), True, "浙F20K61"),
        ("X+aXoF8=", False, "_无_"),
        ("B4417KTX", True, "B4417KTX"),
        ("ABC12345", False, "ABC12345"),
        ("QUFB", False, "QUFB"),
        ("QUFB", True, "AAA"),
        ("浙F20K61", True, "浙F20K61"),
        ("", True, None),
        (None, True, None),
    ],
)
def test_texts_that_may_be_base64(text: Any, surely: bool, meant: str | None) -> None:
    assert uncoded(text, surely=surely) == meant


@pytest.mark.parametrize(("kind", "word"), [*PLATE_TYPES.items(), (0, None), (27, "code_27")])
def test_kind_of_plate(kind: int, word: str | None) -> None:
    assert plate(license="A1", type=kind).fields["plate_type"] == word


@pytest.mark.parametrize(("trigger", "word"), [*TRIGGERS.items(), (85, 85)])
def test_trigger(trigger: int, word: Any) -> None:
    assert plate(license="A1", triggerType=trigger).native == f"AlarmInfoPlate/{word}"


@pytest.mark.parametrize(("brand", "seen"), [(None, None), ({"brand": 3}, "white")])
def test_body_colour_0_counts_only_beside_a_brand(brand: Any, seen: str | None) -> None:
    reading = plate(license="A1", carColor=0, car_brand=brand)

    assert reading.fields["vehicle_colour"] == seen


def test_second_form_of_the_plate() -> None:
    assert plate(license="", plates=[{"license": "浙F20K61", "color": 1}]).subject == "浙F20K61"


WALL = {"decyear": 2026, "decmon": 5, "decday": 4, "dechour": 8, "decmin": 10, "decsec": 1}


@pytest.mark.parametrize(
    ("stamp", "instant", "local"),
    [
        ({"sec": 1777853401, **WALL}, 1777853401000, True),
        ({"sec": 1777853401}, 1777853401000, False),
        ({"sec": 1777853402, **WALL}, None, True),
        ({"sec": 1777853401 - 86_400, **WALL}, None, True),
        ({"sec": 12, **WALL}, None, True),
        ({"sec": 1777853401, **WALL, "decmon": 13}, 1777853401000, False),
    ],
)
def test_frame_time(stamp: dict[str, int], instant: int | None, local: bool) -> None:
    time, _ = frame_times({"timeStamp": {"Timeval": stamp}})

    assert time is not None
    assert time.instant == instant
    assert time.local == (datetime.fromisoformat("2026-05-04T08:10:01") if local else None)


@pytest.mark.parametrize(
    ("result", "instant"),
    [
        ({"start_time": 1777853400912}, 1777853400000),
        ({"begin_time": 1777853400}, 1777853400000),
        ({"begin_time": 3}, None),
        ({"timeStamp": {"Timeval": {"sec": 0}}}, None),
        ({"timeStamp": 4}, None),
    ],
)
def test_time_without_a_frame(result: dict[str, Any], instant: int | None) -> None:
    time, _ = frame_times(result)

    assert (time and time.instant) == instant


@pytest.mark.parametrize(
    ("value", "instant"),
    [(1777853401, 1777853401000), (1777853401480, 1777853401480), (7, None), (None, None)],
)
def test_time_of_an_envelope(value: Any, instant: int | None) -> None:
    time = sent_time(value)

    assert (time and time.instant) == instant


def test_a_buffered_result_is_not_dated_by_its_envelope() -> None:
    alarm = {"result": {"PlateResult": {"license": "A1", "isoffline": 1}}}

    (reading,) = read(enveloped("ivs_result", {"AlarmInfoPlate": alarm}, timestamp=1777853401))

    assert reading.replayed
    assert reading.time is None


@pytest.mark.parametrize(
    "topic", ["device/s1/message/up/keep_alive", "s1/device/message/up/keep_alive",
              "$/device/s1/message/up/keep_alive"],
)  # fmt: skip
def test_the_topic_names_the_device_where_the_envelope_does_not(topic: str) -> None:
    (reading,) = read(enveloped("keep_alive", {}), topic)

    assert reading.device == "s1"


def test_no_reading_knows_a_password() -> None:
    for case in OWN:
        if b"not-to-be-kept" in case.payload:
            assert "not-to-be-kept" not in repr(decode(case.message))
            assert "installer" not in repr(decode(case.message))


@pytest.mark.parametrize(
    ("source", "channel"), [(0, "1"), (1, "2"), (2, "3"), (3, "4"), (4, "tcp")]
)
@pytest.mark.parametrize(
    ("value", "word"),
    [(0, "input.cleared"), (1, "input.activated"), (2, "input.activated")],
)
def test_inputs(source: int, channel: str, value: int, word: str) -> None:
    told = {"TriggerResult": {"source": source, "value": value}}

    (reading,) = read({"AlarmGioIn": {"result": told, "serialno": "s1"}})

    assert (reading.type, reading.channel) == (word, channel)


@pytest.mark.parametrize("body", [[], {}, {"AlarmInfoPlate": {}}, {"sn": "s1"}])
def test_what_is_none_of_it(body: Any) -> None:
    with pytest.raises(Unreadable):
        read(body)
