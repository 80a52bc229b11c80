"""The forms in which ISAPI messages come, and what each part of the envelope decides."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.adapters.hikvision_isapi.codec import decode
from ingest.adapters.hikvision_isapi.pictures import pictures_of
from ingest.message import Rejected
from ingest.multipart import Part
from schemas.base import parse_instant
from schemas.event_data import AccessGranted, LineCrossed, PersonCounted, PlateRead, VehicleSeen
from tests.ingest.hikvision import (
    RECEIVED_AT,
    TIME,
    access_event,
    alert,
    outcome,
    read,
    read_one,
    reason,
    xml,
)
from tests.ingest.images import jpeg, link_to

MOTION = alert("VMD")


@pytest.mark.parametrize(
    "payload",
    [
        MOTION,
        [MOTION],
        {"EventNotificationAlert": MOTION},
        {"EventNotificationAlert": {name: [value] for name, value in MOTION.items()}},
        {"topic": "", "payload": MOTION, "_msgid": "1"},
        {"ns1:EventNotificationAlert": {f"ns1:{name}": MOTION[name] for name in MOTION}},
        {"zone": 1, "payload": {"alarm": MOTION}},
        xml("VMD"),
        xml("VMD").replace("ver20", "ver10"),
        xml("VMD").replace(' xmlns="http://www.hikvision.com/ver20/XMLSchema"', ""),
        xml("VMD").replace("<", "<ns1:").replace("<ns1:/", "</ns1:"),
        json.dumps(MOTION) + "\0",
        f"--boundary\r\nContent-Type: application/xml\r\nContent-Length: 1\r\n\r\n{xml('VMD')}\r\n",
        f"Content-Type: application/xml\n\n{xml('VMD')}",
        f"{xml('VMD')}\n--boundary\n",
        f"POST /push HTTP/1.1\r\nHost: h\r\nContent-Type: application/xml\r\n\r\n{xml('VMD')}",
    ],
)
def test_one_reading_in_all_its_forms_has_one_id(payload: Any) -> None:
    event = read_one(payload)

    assert (event.type, event.time) == ("motion.started", parse_instant(TIME))
    assert event.id == read_one(MOTION).id


def test_stream_of_mixed_parts_is_read_in_order() -> None:
    access = json.dumps(access_event(5, 21))
    parts = [
        f"--boundary\r\nContent-Type: {kind}\r\n\r\n{body}\r\n"
        for kind, body in [
            ("application/json", access),
            ("application/xml", xml("videoloss", "inactive")),
            ("application/xml", xml("IO", extra="<inputIOPortID>3</inputIOPortID>")),
        ]
    ]

    found = read("".join(parts))

    assert not isinstance(found, Rejected)
    assert [event.type for event in found] == [
        "door.unlocked",
        "device.heartbeat",
        "input.activated",
    ]
    assert [event.data.channel for event in found] == ["1", None, "3"]


def test_alerts_in_a_row_without_boundaries() -> None:
    found = read(xml("VMD") + "\n" + xml("VMD", "inactive"))

    assert not isinstance(found, Rejected)
    assert [event.type for event in found] == ["motion.started", "motion.ended"]


def picture_part(name: str, content: bytes) -> bytes:
    disposition = f'Content-Disposition: form-data; name="{name}"; filename="{name}"'
    return f"--b\r\n{disposition}\r\n\r\n".encode() + content + b"\r\n"


def text_part(event: str) -> bytes:
    return f"--b\r\nContent-Type: text/xml\r\n\r\n{xml(event)}\r\n".encode()


def test_pictures_go_with_the_alert_they_follow_and_their_bytes_nowhere() -> None:
    one, two, three = jpeg(b"SECRET1"), jpeg(b"SECRET2"), jpeg(b"SECRET3")
    found = read(
        picture_part("0.jpg", one) + text_part("VMD") + picture_part("1.jpg", two)
        + text_part("PIR") + picture_part("2.png", three) + b"--b--"
    )  # fmt: skip

    assert not isinstance(found, Rejected)
    links = [event.data.pictures for event in found]
    assert links == [(link_to(one), link_to(two)), (link_to(three),)]
    assert all(b"SECRET" not in event.to_json() for event in found)


@pytest.mark.parametrize("payload", [jpeg(), picture_part("late.jpg", jpeg()) + b"--b--"])
def test_a_picture_without_its_alert_is_understood_and_tells_nothing(payload: bytes) -> None:
    assert read(payload, "hikvision_isapi") == []


@pytest.mark.parametrize(
    ("name", "event", "kind"),
    [
        ("licensePlatePicture.jpg", "ANPR", "plate"),
        ("detectionPicture.jpg", "ANPR", "scene"),
        ("vicePilotPicture.jpg", "ANPR", "face"),
        ("vehiclePicture.jpg", "ANPR", "vehicle"),
        ("linedetectionImage.jpg", "linedetection", "scene"),
        ("Picture.jpg", "AccessControllerEvent", "face"),
        ("backgroundImage", "faceSnap", "scene"),
        ("image1", "faceSnap", "face"),
        ("humanImage", "VMD", "person"),
    ],
)
def test_what_a_picture_shows_is_known_by_its_name_or_its_alert(
    name: str, event: str, kind: str
) -> None:
    part = Part({"content-disposition": f'form-data; name="{name}"'}, b"")

    assert [picture.kind for picture in pictures_of([part], event)] == [kind]


@pytest.mark.parametrize(
    ("identity", "device"),
    [
        ({"macAddress": "02:AB", "deviceID": "88"}, "02:AB"),
        (
            {"Extensions": {"serialNumber": "DS-1 2026AB\n"}, "ipAddress": "192.0.2.1"},
            "DS-1 2026AB",
        ),
        ({"deviceUUID": "DS-TCG 1", "ipAddress": "192.0.2.1"}, "DS-TCG 1"),
        ({"deviceID": "Default", "ipAddress": "192.0.2.1"}, "192.0.2.1"),
        ({"deviceID": "EXIT-CAM-01", "ipAddress": "192.0.2.1"}, "EXIT-CAM-01"),
        ({"deviceID": "88"}, "88"),
        ({}, "gate-1"),
    ],
)
def test_device_is_the_steadiest_name_it_gives(identity: dict[str, Any], device: str) -> None:
    bare = {k: v for k, v in MOTION.items() if k != "macAddress"}

    assert read_one({**bare, **identity}).data.device == device


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-03-02T08:00:00+08:00", "2026-03-02T00:00:00Z"),
        ("2026-03-02T08:00:0008:00", "2026-03-02T00:00:00Z"),
        ("2026-03-02T08:00:00+8:00", "2026-03-02T00:00:00Z"),
        ("2026-03-02T08:00:00.250-03:00", "2026-03-02T11:00:00.250Z"),
        ("2026-03-02T08:00:00Z", "2026-03-02T08:00:00Z"),
    ],
)
def test_offset_as_firmware_writes_it(written: str, instant: str) -> None:
    event = read_one({**MOTION, "dateTime": written})

    assert (event.time, event.data.device_time) == (parse_instant(instant), written)


def test_without_a_time_the_arrival_stands() -> None:
    event = read_one({k: v for k, v in MOTION.items() if k != "dateTime"})

    assert (event.time, event.data.time_from) == (RECEIVED_AT, "received")


@pytest.mark.parametrize(
    ("mark", "old"),
    [
        ({"isDataRetransmission": True}, True),
        ({"isDataRetransmission": "false"}, False),
        ({"AccessControllerEvent": {"currentEvent": False}}, True),
        ({"currentEvent": True}, False),
        ({"alarmDataType": 1}, True),
        ({"ANPR": {"alarmDataType": "1"}}, True),
        ({"ANPR": {"alarmDataType": 0}}, False),
    ],
)
def test_replay_is_what_the_device_calls_one(mark: dict[str, Any], old: bool) -> None:
    assert read_one({**MOTION, **mark}).data.replayed is old


@pytest.mark.parametrize(
    ("numbers", "channel"),
    [
        ({"channelID": 34}, "34"),
        ({"channelID": 0, "dynChannelID": 5}, "5"),
        ({"dynChannelID": "2"}, "2"),
        ({"channelID": 0}, None),
    ],
)
def test_picture_channel_and_the_recorder_itself(
    numbers: dict[str, Any], channel: str | None
) -> None:
    bare = {k: v for k, v in MOTION.items() if k != "channelID"}

    assert read_one({**bare, **numbers}).data.channel == channel


@pytest.mark.parametrize(
    ("numbers", "channel"),
    [
        ({"doorNo": 2, "cardReaderNo": 3}, "2"),
        ({"doorNo": 0, "cardReaderNo": 1}, "1"),
        ({"doorNo": 0, "cardReaderNo": 2}, "1"),
        ({"doorNo": 0, "cardReaderNo": 3}, "2"),
        ({"doorNo": 0}, None),
    ],
)
def test_door_and_its_two_readers(numbers: dict[str, Any], channel: str | None) -> None:
    assert read_one(access_event(5, 1, **numbers)).data.channel == channel


@pytest.mark.parametrize(
    ("minor", "numbers", "subject"),
    [
        (1, {"cardNo": "77", "employeeNoString": "9"}, "77"),
        (1, {"cardNo": "0", "employeeNoString": "9"}, "9"),
        (75, {"cardNo": "77", "employeeNoString": "9"}, "9"),
        (75, {"cardNo": "77", "employeeNo": 0}, "77"),
        (76, {"cardNo": "", "employeeNoString": ""}, None),
        (21, {"cardNo": "77", "employeeNoString": "9"}, None),
    ],
)
def test_subject_is_the_card_if_one_was_shown(
    minor: int, numbers: dict[str, Any], subject: str | None
) -> None:
    assert read_one(access_event(5, minor, **numbers)).subject == subject


def test_name_and_picture_address_of_an_access_event() -> None:
    url = (
        "https://192.0.2.11/LOCALS/pic/acsLinkCap/202603_00/02_080000_30075_0.jpeg@WEB000000000016"
    )

    event = read_one(access_event(5, 75, name="Li Wei", pictureURL=url))

    assert isinstance(event.data, AccessGranted)
    assert event.data.person == "Li Wei"
    assert event.data.pictures == ("02_080000_30075_0.jpeg",)


@pytest.mark.parametrize(
    ("plate", "confidence", "wanted"),
    [
        ("沪AD09T27", "97", ("plate.read", "沪AD09T27", 0.97)),
        ("沪AD09T27", 97.5, ("plate.read", "沪AD09T27", 0.975)),
        ("沪AD09T27", "0.95", ("plate.read", "沪AD09T27", 0.95)),
        ("沪AD09T27", 1, ("plate.read", "沪AD09T27", 0.01)),
        ("沪AD09T27", "high", ("plate.read", "沪AD09T27", None)),
        ("unknown", 0, ("vehicle.seen", None, 0.0)),
        ("", 101, ("vehicle.seen", None, None)),
        ("无车牌", None, ("vehicle.seen", None, None)),
    ],
)
def test_plate_and_confidence(plate: str, confidence: Any, wanted: tuple[Any, ...]) -> None:
    block = {"licensePlate": plate, "confidenceLevel": confidence, "direction": "forward"}

    event = read_one(alert("ANPR", ANPR=block))

    assert (event.type, event.subject, event.data.confidence) == wanted
    assert (event.data.direction, event.data.native) == (None, "ANPR/forward")


@pytest.mark.parametrize(
    ("named", "wanted"),
    [("whiteList", "allow"), ("allowList", "allow"), ("blockList", "block"), ("Staff", "Staff")],
)
def test_vehicle_list_old_and_new_names(named: str, wanted: str) -> None:
    event = read_one(alert("ANPR", ANPR={"licensePlate": "沪AD09T27", "listType": named}))

    assert isinstance(event.data, PlateRead)
    assert event.data.list_name == wanted


def test_two_unreadable_vehicles_of_one_second_are_two() -> None:
    def seen(index: int) -> str:
        block = {"licensePlate": "unknown", "vehicleInfo": {"index": index, "color": "white"}}
        event = read_one(alert("ANPR", ANPR=block))
        assert isinstance(event.data, VehicleSeen)
        return event.id

    assert seen(7) != seen(8)


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("20260302T080000Z", "2026-03-02T08:00:00Z"),
        ("20260302T080000+0800", "2026-03-02T00:00:00Z"),
        ("2026-03-02T08:00:00+08:00", "2026-03-02T00:00:00Z"),
    ],
)
def test_polled_plates_with_a_zone(written: str, instant: str) -> None:
    plate = f"<captureTime>{written}</captureTime><plateNumber>沪AD09T27</plateNumber>"

    event = read_one(f"<Plates><Plate>{plate}</Plate></Plates>")

    assert (event.time, event.subject) == (parse_instant(instant), "沪AD09T27")


@pytest.mark.parametrize("wrapped", [False, True])
def test_polled_plate_as_a_bridge_hands_it_on(wrapped: bool) -> None:
    plate = {"captureTime": "20260302T080000Z", "plateNumber": "沪AD09T27", "laneNo": "1"}

    event = read_one({"payload": "沪AD09T27", "plate": plate} if wrapped else plate)

    assert (event.type, event.subject) == ("plate.read", "沪AD09T27")


def test_no_plates_polled_is_understood_and_nothing_to_tell() -> None:
    assert read('<Plates version="2.0"/>') == []


def test_zones_and_objects_of_several_regions() -> None:
    entries = [{"regionID": 1, "detectionTarget": "human"}, {"regionID": 3}]
    regions = {"DetectionRegionEntry": entries}

    event = read_one(alert("linedetection", DetectionRegionList=regions))

    assert isinstance(event.data, LineCrossed)
    assert (event.data.zone, event.data.object) == ("1,3", "person")


def test_people_counter_needs_a_number() -> None:
    totals = alert("PeopleCounting", peopleCounting={"enter": "4", "exit": 0})

    event = read_one(totals)

    assert isinstance(event.data, PersonCounted)
    assert (event.data.entered, event.data.exited) == (4, 0)
    assert "enter" in reason(alert("PeopleCounting", peopleCounting={"pass": 4}))


@pytest.mark.parametrize(
    ("command", "word"),
    [("request", "doorbell.rung"), ("cancel", "device.state_reported"), (None, "doorbell.rung")],
)
def test_door_station_call(command: str | None, word: str) -> None:
    assert read_one(alert("voiceTalkEvent", VoiceTalkEvent={"cmdType": command})).type == word


@pytest.mark.parametrize(
    ("status", "word"), [("ring", "doorbell.rung"), ("idle", "device.state_reported")]
)
def test_polled_call_status(status: str, word: str) -> None:
    assert read_one({"CallStatus": {"status": status}}).type == word
    assert "unknown call status" in reason({"CallStatus": {"status": "dreaming"}})


def test_description() -> None:
    info = (
        "<model>DS-2CD</model><macAddress>02:00</macAddress><firmwareVersion>V5</firmwareVersion>"
    )

    event = read_one(f"<DeviceInfo>{info}</DeviceInfo>")

    assert (event.type, event.data.device) == ("device.described", "02:00")


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"", "is empty"),
        (b" \r\n\0", "is empty"),
        (b"garbage", "neither XML, JSON nor multipart"),
        ("<!DOCTYPE html><html></html>", "HTML page"),
        ("<ResponseStatus/>", "ResponseStatus document"),
        (xml("VMD")[:150], "not well-formed"),
        (json.dumps(MOTION)[:80], "not JSON"),
        ("[1]", "no object"),
        ({"zone": 1, "payload": True}, "without an event"),
        ({**MOTION, "eventType": ""}, "no eventType"),
        ({**MOTION, "eventState": "pulse"}, "neither active nor inactive"),
        ({**MOTION, "dateTime": "noon"}, "not ISO 8601"),
        (
            alert("AccessControllerEvent", AccessControllerEvent={"subEventType": 1}),
            "majorEventType",
        ),
        (alert("ANPR"), "neither plate nor vehicle"),
        (alert("duration"), "relationEvent"),
        (alert("cidEvent", CIDEvent={"code": 1}), "four digits"),
        ("--b\r\nContent-Type: text/plain\r\n\r\nnote\r\n--b--", "none of them XML or JSON"),
    ],
)
def test_what_is_rejected_and_why(payload: Any, said: str) -> None:
    assert said in reason(payload, "hikvision_isapi")


def test_a_broken_part_is_named_and_rejects_the_message() -> None:
    whole = f"--b\r\nContent-Type: text/xml\r\n\r\n{xml('VMD')}\r\n"

    found = read(whole + whole[:200])

    assert isinstance(found, Rejected)
    assert found.path == "part 2"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = st.sampled_from(
    ["eventType", "eventState", "dateTime", "channelID", "AccessControllerEvent", "ANPR",
     "CIDEvent", "majorEventType", "subEventType", "licensePlate", "InfoList",
     "DetectionRegionList"]
)  # fmt: skip


@settings(max_examples=200)
@given(
    st.sampled_from([MOTION, access_event(5, 75), alert("ANPR", ANPR={"licensePlate": "A"})]),
    st.dictionaries(NAMES, JSON, max_size=4),
)
def test_wrong_shapes_are_unreadable_and_nothing_else(
    base: dict[str, Any], noise: dict[str, Any]
) -> None:
    payload = json.dumps({**base, **noise}).encode()

    assert outcome(decode, payload)
