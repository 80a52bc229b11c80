"""Dahua events: carriers, codes, and what must never be made of them."""

import json
import re
import struct
import zlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.adapters.dahua_stream import carriers, codec, codes, stations, traffic
from ingest.adapters.dahua_stream.elements import ELEMENTS_MAX
from ingest.catalogue import SHIPPED
from ingest.message import Message, Picture, Reading, Unreadable
from schemas.event_types import event_types
from tests.ingest.cases import adapters, cases

FOLDER = SHIPPED / "dahua_stream"
OWN = [case for case in cases() if case.adapter == "dahua_stream"]
HAPPENINGS = ("access.", "door.", "barrier.", "vehicle.", "plate.", "person.", "exit.", "help.")


def read(payload: str | bytes | dict[str, Any], topic: str = "devices/d/dahua") -> list[Reading]:
    text = json.dumps(payload) if isinstance(payload, dict) else payload
    return codec.decode(Message(topic, text if isinstance(text, bytes) else text.encode(), 0))


def one(payload: str | bytes | dict[str, Any], topic: str = "devices/d/dahua") -> Reading:
    (reading,) = read(payload, topic)
    return reading


def event(code: str, action: str = "Pulse", index: int = 0, **data: Any) -> dict[str, Any]:
    return {"Code": code, "Action": action, "Index": index, "Data": data}


def frame(body: bytes) -> bytes:
    return b"\x20\0\0\0DHIP" + struct.pack("<IIQQ", 1, 2, len(body), len(body)) + body


def test_every_word_of_the_table_is_an_event_type() -> None:
    words = {m.start for m in codes.MEANINGS.values()} | {
        m.stop for m in codes.MEANINGS.values() if m.stop
    }

    assert words <= set(event_types())


def test_no_code_has_two_meanings() -> None:
    assert not codes.STATES & set(codes.MEANINGS)
    assert not codes.STATES & traffic.PASSAGES
    assert not traffic.PASSAGES & set(codes.MEANINGS)


def test_readme_tells_every_code() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    told = set(re.findall(r"\w+", readme))

    assert set(codes.MEANINGS) <= told
    assert {"Invite", "CallNoAnswered", "PhoneCallDetect", "DoorBell", "RingBell"} <= told


@pytest.mark.parametrize("code", sorted(codes.MEANINGS))
def test_start_begins_and_stop_ends(code: str) -> None:
    meaning = codes.MEANINGS[code]

    assert one(event(code, "Start")).type == meaning.start
    assert one(event(code, "Pulse")).type == meaning.start
    assert one(event(code, "Stop")).type == (meaning.stop or "device.state_reported")
    assert one(event(code, "State")).type == "device.state_reported"


@pytest.mark.parametrize("code", sorted(codes.STATES))
@pytest.mark.parametrize("action", ["Start", "Stop", "Pulse", "?"])
def test_states_are_no_happenings(code: str, action: str) -> None:
    assert one(event(code, action, Status="On")).type == "device.state_reported"


@pytest.mark.parametrize(
    ("number", "word", "fields"),
    [
        (0, "device.state_reported", None),
        (1, "doorbell.rung", {"answered": None}),
        (2, "doorbell.rung", {"answered": None}),
        (4, "device.state_reported", None),
        (5, "doorbell.rung", {"answered": True}),
        (6, "doorbell.rung", {"answered": False}),
        (7, "device.state_reported", None),
        (8, "door.unlocked", {}),
        (9, "device.state_reported", None),
        (11, "device.online", {}),
        (12, "device.state_reported", None),
        (None, "device.state_reported", None),
    ],
)
def test_key_light_states(number: int | None, word: str, fields: dict[str, Any] | None) -> None:
    reading = one(event("BackKeyLight", index=-1, State=number))

    assert reading.type == word
    assert reading.channel is None
    assert fields is None or reading.fields == fields


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (1, "access.granted"), ("1", "access.granted"), ("Open", "access.granted"),
        (True, "access.granted"), (0, "access.denied"), ("0", "access.denied"),
        (False, "access.denied"), ("Failed", "access.denied"),
        (None, "access.presented"), ("Close", "access.presented"), (7, "access.presented"),
    ],
)  # fmt: skip
def test_only_a_plain_status_decides_an_access(status: Any, word: str) -> None:
    assert one(event("AccessControl", Status=status, UserID="9", Method=1)).type == word


@pytest.mark.parametrize(
    ("number", "method"),
    [(0, "pin"), (1, "card"), (4, "remote"), (5, "button"), (6, "fingerprint"), (15, "face"),
     (22, "combination"), (28, "unknown"), (99, "unknown"), (None, "unknown"), ("15", "face")],
)  # fmt: skip
def test_access_methods(number: Any, method: str) -> None:
    assert one(event("AccessControl", Status=1, Method=number)).fields["method"] == method


@pytest.mark.parametrize(
    ("code", "user", "reason"),
    [(16, "", "unknown_credential"), (16, "7", "no_permission"), (17, "7", "lost"),
     (18, "7", "no_permission"), (20, "7", "expired"), (21, "7", "anti_passback"),
     (24, "7", "interlock"), (32, "7", "wrong_time"), (64, "7", "wrong_pin"),
     (96, "7", "unknown"), (None, "7", "unknown")],
)  # fmt: skip
def test_refusals_have_a_documented_reason_or_none(code: Any, user: str, reason: str) -> None:
    denied = one(event("AccessControl", Status=0, ErrorCode=code, UserID=user))

    assert denied.fields["reason"] == reason


def test_user_goes_before_card_and_way_before_channel() -> None:
    reading = one(event("AccessControl", Status=1, UserID="9", CardNo="77", Type="Exit", Door=1))

    assert (reading.subject, reading.direction, reading.channel) == ("9", "out", "1")
    assert one(event("AccessControl", Status=1, UserID="", CardNo="77")).subject == "77"


@pytest.mark.parametrize(
    ("status", "word"),
    [("Open", "door.opened"), ("Close", "door.closed"), ("Closed", "door.closed"),
     (None, "device.state_reported"), ("Break", "device.state_reported")],
)  # fmt: skip
def test_only_a_plain_door_status_is_a_leaf(status: str | None, word: str) -> None:
    assert one(event("DoorStatus", Status=status, Relay=True)).type == word


@pytest.mark.parametrize(
    ("number", "word", "subject"),
    [(3, "access.presented", "3"), (0, "access.presented", None), (-1, "access.denied", None)],
)
def test_fingers(number: int, word: str, subject: str | None) -> None:
    reading = one(event("FingerPrintCheck", FingerPrintID=number))

    assert (reading.type, reading.subject) == (word, subject)


@pytest.mark.parametrize("plate", ["", "--", "unlicensed", "Unlicensed", "无牌车", None])
def test_fillers_are_no_plate(plate: str | None) -> None:
    reading = one(event("TrafficJunction", TrafficCar={"PlateNumber": plate, "Lane": 1}))

    assert (reading.type, reading.subject) == ("vehicle.seen", None)


@pytest.mark.parametrize(
    "data",
    [
        {"TrafficCar": {"PlateNumber": "A1"}},
        {"Object": {"ObjectType": "Plate", "Text": "A1"}},
        {"Plate": {"Text": "A1"}},
        {"NonMotor": {"Plate": {"Text": "A1"}}},
        {
            "Object": {"ObjectType": "Vehicle", "Text": "Toyota"},
            "TrafficCar": {"PlateNumber": "A1"},
        },
    ],
)
def test_a_plate_is_found_wherever_it_stands(data: dict[str, Any]) -> None:
    reading = one(event("TrafficJunction", **data))

    assert (reading.type, reading.subject, reading.direction) == ("plate.read", "A1", None)


def test_a_makers_name_is_no_plate() -> None:
    seen = one(event("TrafficJunction", Object={"ObjectType": "Vehicle", "Text": "Toyota"}))

    assert seen.type == "vehicle.seen"


def test_new_traffic_code_with_a_plate_is_a_plate() -> None:
    assert one(event("TrafficMoon", TrafficCar={"PlateNumber": "A1"})).type == "plate.read"
    with pytest.raises(Unreadable, match="TrafficMoon"):
        read(event("TrafficMoon", TrafficCar={"PlateNumber": "--"}))


def test_face_without_a_candidate_is_nobodys() -> None:
    assert one(event("FaceRecognition", Candidates=[])).type == "face.seen"


def test_leaving_a_region_is_no_entering() -> None:
    assert one(event("CrossRegionDetection", "Start", Direction="Leave")).type == "zone.left"


def test_failed_clock_setting_sets_no_clock() -> None:
    assert one(event("NTPAdjustTime", result=False)).type == "device.state_reported"


@pytest.mark.parametrize("model", ["DHI-VTO2211G-WP", "vto2000a"])
def test_third_input_of_a_station_is_its_exit_button(model: str) -> None:
    pressed = {**event("AlarmLocal", "Start", stations.EXIT_BUTTON_INPUT), "deviceType": model}
    released = {**event("AlarmLocal", "Stop", stations.EXIT_BUTTON_INPUT), "deviceType": model}

    assert one(pressed).type == "exit.requested"
    assert one(released).type == "input.cleared"


def test_third_input_of_anything_else_is_an_input() -> None:
    assert one(event("AlarmLocal", "Start", 3)).type == "input.activated"
    assert (
        one({**event("AlarmLocal", "Start", 2), "deviceType": "VTO2000A"}).type == "input.activated"
    )


def test_a_station_shows_itself_by_its_neighbours() -> None:
    stream = "Code=DoorBell;action=Start\nCode=AlarmLocal;action=Start;index=3"

    assert [reading.type for reading in read(stream)] == ["doorbell.rung", "exit.requested"]


@pytest.mark.parametrize("topic", ["DahuaVTO/VideoMotion/Event", "a/b/c/VideoMotion/Event"])
def test_code_and_device_come_from_a_bridges_topic(topic: str) -> None:
    reading = one({"Action": "Start", "Data": {"UTC": 1772410507}}, topic)

    assert reading.type == "motion.started"
    assert reading.device == topic.removesuffix("/VideoMotion/Event")


def test_flat_members_come_from_a_bridges_topic_too() -> None:
    flat = {
        "action": "Start",
        "Direction": "LeftToRight",
        "UTC": 1772410507.0,
        "ObjectType": "Human",
    }
    reading = one(flat, "home/cam/15/CrossLineDetection")

    assert (reading.type, reading.channel, reading.device) == ("line.crossed", "15", "home/cam")
    assert reading.fields == {"object": "person", "crossing": "LeftToRight"}


@pytest.mark.parametrize("action", ["Start", "Stop", "Pulse"])
def test_without_code_and_topic_a_bare_action_says_nothing(action: str) -> None:
    with pytest.raises(Unreadable, match="no event code"):
        read({"Action": action, "Data": {"UTC": 1}, "deviceType": "x"})


@pytest.mark.parametrize("filler", ["Device Serial Number", "device model", ""])
def test_fillers_of_manuals_name_no_device(filler: str) -> None:
    assert one({**event("VideoMotion", "Start"), "serialNumber": filler}).device is None


def test_every_compression_is_opened() -> None:
    body = json.dumps({"Events": [event("BreakIn", Door=0)]}).encode()
    bare = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    gzip = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    forms = [
        body, zlib.compress(body), bare.compress(body) + bare.flush(),
        gzip.compress(body) + gzip.flush(),
    ]  # fmt: skip

    assert {one(form).type for form in forms} == {"door.forced"}


def test_a_bomb_is_refused() -> None:
    bomb = zlib.compress(b"{" * (carriers.INFLATED_BYTES_MAX + 1))

    with pytest.raises(Unreadable, match="inflated"):
        read(bomb)


def multipart(*parts: tuple[str, bytes]) -> bytes:
    return b"\r\n".join(f"--b\r\nContent-Type: {kind}\r\n\r\n".encode() + body
                        for kind, body in parts)  # fmt: skip


BREAK_IN = ("text/plain", b"Code=BreakIn;action=Start;index=0")


@pytest.mark.parametrize("kind", ["image/jpeg", "image/png", "application/octet-stream"])
def test_pictures_of_any_kind_are_no_text(kind: str) -> None:
    found = one(multipart(BREAK_IN, (kind, b"\x89\x00\xfe\xfa")))

    assert found.type == "door.forced"
    assert found.pictures == (Picture("picture", "scene", b"\x89\x00\xfe\xfa"),)


def test_pictures_go_with_the_text_they_follow() -> None:
    card = ("text/plain", b'Code=AccessControl;action=Pulse;index=0;data={"Status": 1}')
    first, second, third = (("image/jpeg", b"\xff\xd8" + mark) for mark in (b"1", b"2", b"3"))
    forced, granted = read(multipart(first, BREAK_IN, second, card, third))

    assert forced.pictures == tuple(Picture("picture", "scene", p[1]) for p in (first, second))
    assert granted.pictures == (Picture("picture", "face", third[1]),)


def test_a_path_is_left_out_where_its_picture_came_along() -> None:
    told = event("CrossLineDetection", "Start")
    told["Data"] = {"SceneImage": {"FilePath": "/tmp/7.jpg"}, "SnapURL": "http://c/8.jpg"}
    head = b"--b\r\nContent-Type: application/json\r\n\r\n" + json.dumps(told).encode()
    part = b'\r\n--b\r\nContent-Disposition: form-data; filename="7.jpg"\r\n'
    found = one(head + part + b"Content-Type: image/jpeg\r\n\r\n\xff\xd8")

    assert found.pictures == (Picture("7.jpg", "scene", b"\xff\xd8"), "http://c/8.jpg")


def test_frames_and_what_lies_between_them() -> None:
    events = [
        json.dumps({"method": "client.notifyEventStream", "params": {"eventList": [row]}}).encode()
        for row in (event("VideoMotion", "Start"), event("VideoMotion", "Stop"))
    ]
    body = b"\r\n".join(map(frame, events))

    assert [reading.type for reading in read(body)] == ["motion.started", "motion.ended"]


def test_frame_with_a_wrong_length_ends_with_the_message() -> None:
    body = bytearray(frame(b'{"id": 1, "result": true, "session": 2}'))
    body[16:20] = (2**31).to_bytes(4, "little")

    assert one(bytes(body)).type == "device.heartbeat"


def test_frame_without_text_is_refused() -> None:
    with pytest.raises(Unreadable, match="DHIP header"):
        read(frame(b""))


def test_too_many_events_are_refused() -> None:
    with pytest.raises(Unreadable, match="more than"):
        read("Code=VideoMotion;action=Start;index=0\n" * (ELEMENTS_MAX + 1))


def test_members_of_a_text_are_no_events() -> None:
    stream = 'Code=VideoMotion;action=Start;index=0;data={"Name": "code=BreakIn;action=Start"}'

    assert one(stream).fields == {"zone": "code=BreakIn;action=Start"}


def test_deep_keys_are_refused() -> None:
    with pytest.raises(Unreadable, match="too deep"):
        read("Events[0].Code=BreakIn\nEvents[0]." + ".".join("abcdefghijklmnopqrst") + "=1")


def test_yaml_with_anchors_is_refused() -> None:
    with pytest.raises(Unreadable, match="anchors"):
        read("event_type: x\ndata: &a\n  Code: BreakIn\nmore: *a")


def test_empty_lists_are_refused() -> None:
    with pytest.raises(Unreadable, match="no event"):
        read({"Events": []})


def test_timeless_readings_of_one_message_keep_their_order() -> None:
    stream = "".join(f"Code=VideoMotion;action={a};index=0\n" for a in ("Start", "Stop", "Start"))

    assert [reading.sequence for reading in read(stream)] == [1, 2, 3]


def test_states_of_one_second_differ_in_their_key() -> None:
    rows = [event(code, LocaleTime="2026-03-02 08:15:07") for code in ("NewFile", "UpdateFile")]
    first, second = read({"Events": rows})

    assert first.key != second.key


@pytest.mark.parametrize("case", OWN, ids=lambda case: case.name)
def test_exactly_one_adapter_claims_each_message(case: Any) -> None:
    claiming = {a.spec.name for a in adapters() if a.claims_content(case.payload)}

    assert claiming <= {"dahua_stream"}
    assert claiming or case.message.topic.endswith("/dahua")


@given(case=st.sampled_from(OWN), at=st.integers(0, 4000), junk=st.binary(max_size=12))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_a_mutated_message_is_read_or_refused(case: Any, at: int, junk: bytes) -> None:
    payload = case.payload
    mutated = payload[: at % len(payload)] + junk + payload[at % len(payload) + len(junk) :]
    try:
        readings = codec.decode(Message(case.message.topic, mutated, 0))
    except Unreadable:
        return

    assert all(reading.type in event_types() for reading in readings)


@pytest.mark.parametrize(
    "data",
    [{}, {"Status": 1}, {"Status": "Open"}, {"State": 8}, {"Number": "77"}, {"UserID": "9"},
     {"Object": {"ObjectType": "Plate", "Text": "A1"}}, {"TrafficCar": {"PlateNumber": "A1"}}],
)  # fmt: skip
def test_members_alone_make_no_happening(data: dict[str, Any]) -> None:
    with pytest.raises(Unreadable, match="no event code"):
        read({"Action": "Pulse", "Data": {"UTC": 1772410507, **data}})


@pytest.mark.parametrize("form", [
    b'Code=VideoMotion;action=Start;index=0;data={"A" !}\r\n',
    b"Events[%d].Code.Of=VideoMotion\r\nEvents[%d].Code=VideoMotion\r\n",
], ids=["stream", "lines"])  # fmt: skip
def test_too_many_events_are_refused_before_any_is_read(form: bytes) -> None:
    """Read, the first of these would be refused for what it holds."""
    lines = (form.replace(b"%d", str(number).encode()) for number in range(1001))
    with pytest.raises(Unreadable, match="more than 1000 events"):
        read(b"".join(lines))


@pytest.mark.parametrize("body", [
    b"[%s]", b'{"Events": [%s]}',
    b'{"method": "client.notifyEventStream", "params": {"eventList": [%s]}}',
], ids=["array", "push", "dhip"])  # fmt: skip
def test_rows_without_a_code_beyond_the_most_are_counted_first(body: bytes) -> None:
    """None is passed over: an event that is not told would be lost without a word."""
    with pytest.raises(Unreadable, match="more than 1000 events"):
        read(body % b",".join([b'{"Action": "Start"}'] * 1001), "t")


def test_what_is_no_json_is_mended_within_one_bound_for_all_events() -> None:
    """Else a body of unclosed lists would be scanned event by event, each within its own bound."""
    event = b'Code=VideoMotion;action=Start;index=0;data={"A":[' + b"1," * 300 + b"\r\n"
    with pytest.raises(Unreadable, match="too long to mend"):
        read(event * 900)
