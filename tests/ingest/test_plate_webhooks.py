"""Plate software and further parking cameras: pictures carried, secrets, what cases cannot say."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from ingest.adapters.huaxia.codec import decode as huaxia
from ingest.adapters.milesight.codec import decode as milesight
from ingest.adapters.openalpr.codec import decode as openalpr
from ingest.adapters.platerecognizer.codec import decode as platerecognizer
from ingest.adapters.qianyi.codec import decode as qianyi
from ingest.adapters.xinlutong.codec import decode as xinlutong
from ingest.message import Codec, Message, Picture, Reading, Unreadable
from tests.ingest.cases import cases

JPEG = "/9j/4AAQSkZJRgABAQEASABIAAD/2Q=="
ALL: tuple[Codec, ...] = (huaxia, milesight, openalpr, platerecognizer, qianyi, xinlutong)


def read(decode: Codec, body: Any) -> list[Reading]:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    return decode(Message("", payload, 0))


def carried(reading: Reading) -> list[tuple[str, Any]]:
    return [(p.kind, p.content) for p in reading.pictures if isinstance(p, Picture)]


def test_qianyi_pictures() -> None:
    body = {"cmd": "result", "plate_num": "A1", "full_pic": JPEG, "plate_pic": "p/1.jpg",
            "full_pic_path": "f/1.jpg"}  # fmt: skip

    (reading,) = read(qianyi, body)

    assert carried(reading) == [("scene", JPEG)]
    assert reading.pictures[1:] == ("p/1.jpg", "f/1.jpg")


@pytest.mark.parametrize("written", [JPEG, JPEG.replace("/", "_").replace("=", "."),
                                     JPEG.replace("=", "")])  # fmt: skip
def test_huaxia_pictures_are_told_in_the_common_alphabet(written: str) -> None:
    form = urlencode({"type": "online", "plate_num": "A1", "picture": written})

    (reading,) = read(huaxia, form.encode())

    ((kind, content),) = carried(reading)
    assert kind == "scene"
    assert content.rstrip("=") == JPEG.rstrip("=")


def test_huaxia_never_names_a_camera_by_its_address() -> None:
    (reading,) = read(huaxia, b"type=heartbeat&cam_ip=192.0.2.41")

    assert reading.device is None


def test_huaxia_form_with_too_many_fields() -> None:
    with pytest.raises(Unreadable, match="more than 100 fields"):
        read(huaxia, b"&".join(b"type=online" for _ in range(101)))


def test_milesight_pictures() -> None:
    (reading,) = read(milesight, {"plate": "A1", "plate_image": JPEG, "full_image": JPEG})

    assert carried(reading) == [("scene", JPEG), ("plate", JPEG)]


@pytest.mark.parametrize(
    ("value", "share"), [("0.93", 0.93), ("87", 0.87), ("-", None), ("1", 1.0), ("0", None)]
)
def test_milesight_confidence(value: str, share: float | None) -> None:
    (reading,) = read(milesight, {"plate": "A1", "confidence": value})

    assert reading.confidence == share


def test_milesight_list_that_is_too_long() -> None:
    with pytest.raises(Unreadable, match="1 to 1000"):
        read(milesight, "\n".join(f"plate_{at}=A{at}" for at in range(1001)).encode())


def test_platerecognizer_picture_comes_with_every_vehicle() -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="json"\r\n\r\n'
        b'{"hook": {}, "data": {"results": [{"plate": "a1"}, {"plate": "b2"}]}}\r\n'
        b'--b\r\nContent-Disposition: form-data; name="upload"; filename="i.jpg"\r\n\r\nJ1\r\n'
        b'--b\r\nContent-Disposition: form-data; name="plate_img"; filename="p.jpg"\r\n\r\nJ2\r\n'
        b"--b--\r\n"
    )

    readings = read(platerecognizer, body)

    assert [reading.subject for reading in readings] == ["a1", "b2"]
    assert carried(readings[0]) == carried(readings[1]) == [("scene", b"J1"), ("plate", b"J2")]


def test_openalpr_cut_outs() -> None:
    body = {"data_type": "alpr_group", "best_plate_number": "A1", "vehicle_crop_jpeg": JPEG,
            "best_plate": {"plate_crop_jpeg": JPEG}}  # fmt: skip

    (reading,) = read(openalpr, body)

    assert carried(reading) == [("plate", JPEG), ("vehicle", JPEG)]


@pytest.mark.parametrize("sign", ["agent_uid", "agent_type", "agent_version"])
def test_openalpr_results_are_told_only_where_no_group_follows(sign: str) -> None:
    body = {"data_type": "alpr_results", "results": [{"plate": "A1"}, {"plate": ""}]}

    assert [reading.subject for reading in read(openalpr, body)] == ["A1"]
    assert read(openalpr, {**body, sign: "x"}) == []


def test_openalpr_leaves_the_cameras_address_behind() -> None:
    own = [case for case in cases() if b"not-to-be-kept" in case.payload]
    told = [openalpr(case.message) for case in own if case.adapter == "openalpr"]

    assert told
    assert "not-to-be-kept" not in repr(told)


@pytest.mark.parametrize("value", ["", "{}", [], 3, None])
def test_xinlutong_without_data_tells_no_plate(value: Any) -> None:
    assert read(xinlutong, {"command": "Image", "sn": "s", "data": value}) == []


@pytest.mark.parametrize("decode", ALL, ids=lambda codec: codec.__module__.split(".")[-2])
@pytest.mark.parametrize("body", [[], 3, {}, b"", b"\xff\xfe", b"type"])
def test_what_is_none_of_theirs(decode: Codec, body: Any) -> None:
    with pytest.raises(Unreadable):
        read(decode, body)
