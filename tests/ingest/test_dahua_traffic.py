"""ITSAPI notifications, and what is left behind of them."""

import json
from typing import Any

import pytest

from ingest.adapters.dahua_traffic.codec import decode
from ingest.message import Message, Picture, Reading, Unreadable
from tests.ingest.cases import adapters, cases

OWN = [case for case in cases() if case.adapter == "dahua_traffic"]


def one(body: dict[str, Any]) -> Reading:
    (reading,) = decode(Message("devices/d/dahua", json.dumps(body).encode(), 0))
    return reading


def tollgate(plate: dict[str, Any], **snap: Any) -> dict[str, Any]:
    return {"Picture": {"Plate": plate, "SnapInfo": {"DeviceID": "c1", **snap}}}


@pytest.mark.parametrize(
    ("plate", "word"),
    [
        ({"PlateNumber": "A1"}, "plate.read"),
        ({"PlateNumber": "A1", "IsExist": True}, "plate.read"),
        ({"PlateNumber": "A1", "IsExist": False}, "vehicle.seen"),
        ({"PlateNumber": "unlicensed"}, "vehicle.seen"),
        ({"PlateNumber": "--"}, "vehicle.seen"),
        ({}, "vehicle.seen"),
    ],
)
def test_plate_or_vehicle(plate: dict[str, Any], word: str) -> None:
    assert one(tollgate(plate)).type == word


@pytest.mark.parametrize("way", ["Obverse", "Reverse", "Unknown"])
def test_the_cameras_view_is_no_way_in_or_out(way: str) -> None:
    assert one(tollgate({"PlateNumber": "A1"}, Direction=way)).direction is None


@pytest.mark.parametrize(("rated", "share"), [(90, 0.9), (0, None), (160, None), ("x", None)])
def test_confidence(rated: Any, share: float | None) -> None:
    assert one(tollgate({"PlateNumber": "A1", "Confidence": rated})).confidence == share


def test_secrets_of_a_device_stay_behind() -> None:
    reading = one(
        {"DeviceID": "c1", "DeviceModel": "ITC", "Password": "p", "IPAddress": "192.0.2.1"}
    )

    assert reading.fields == {"description": {"DeviceModel": "ITC"}}


def test_pictures_go_along_and_of_those_left_out_the_name() -> None:
    body = tollgate({"PlateNumber": "A1"})
    body["Picture"] |= {
        "VehiclePic": {"Content": "/9j/AAAA"},
        "CutoutPic": {"PicName": "c.jpg", "Content": "/9j/BBBB"},
        "NormalPic": {"PicName": "n.jpg", "Content": ""},
    }

    assert one(body).pictures == (
        "n.jpg", Picture("c.jpg", "plate", "/9j/BBBB"), Picture("VehiclePic", "vehicle", "/9j/AAAA")
    )  # fmt: skip


@pytest.mark.parametrize(
    "body", [{}, {"Picture": {}}, {"Picture": None}, {"ParkingInfo": {"No": 1}}]
)
def test_what_is_no_notification_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        one(body)


@pytest.mark.parametrize("case", OWN, ids=lambda case: case.name)
def test_exactly_one_adapter_claims_each_message(case: Any) -> None:
    assert [a.spec.name for a in adapters() if a.claims_content(case.payload)] == ["dahua_traffic"]
