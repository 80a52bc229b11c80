"""What each make is answered, and what no make is ever told."""

import json
import re
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.bridge.catalogue import known_makes, make_of
from ingest.bridge.make import PLAIN_ID, Make, Plan, Push, Refusal
from tests.repo.documents import rows

NOW = 1_772_323_200_000  # 2026-03-01T00:00:00Z
SERIAL = "AXZB210760013"
OPENS = (
    b'"info"', b"gpio", b"gioouts", b"ioctrl", b"unlock", b"open", b"OPEN", b"CONTROL", b"C:",
    b"RemoteControl", b"DATA ", b"white_list", b"iooutput", b"serialData", b"relay", b"passwd",
)  # fmt: skip
"""Words of the makes' commands, and of the members of an answer that drive something."""


TABLE_AND_COUNT = re.compile(rb"[A-Za-z0-9_]{1,32}=[0-9]{1,9}")


def plan(make: str, body: Any = b"", **changes: Any) -> Plan:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    push = Push(body=content, device="gate-1", now=NOW, zone=ZoneInfo("Asia/Shanghai"))
    return known_makes()[make].plan(replace(push, **changes))


def said(found: Plan) -> Any:
    return json.loads(found.taken.body)


# ZKTeco


def zkteco(path: str, body: bytes = b"", method: str = "POST", **query: str) -> Plan:
    return plan("zkteco", body, path=path, method=method, query=query, serial=SERIAL)


@pytest.mark.parametrize(
    ("query", "body", "answer", "table"),
    [
        ({"table": "rtlog"}, b"time=2026-03-01 08:00:00\tpin=7\r\n", b"OK", "rtlog"),
        ({"table": "rtstate"}, b"time=2026-03-01 08:00:00\tsensor=01\r\n", b"OK", "rtstate"),
        ({"table": "ATTLOG"}, b"7\t2026-03-01 08:00:00\t0\t1\n8\t2026-03-01 08:01:00\t0\t1\n",
         b"OK: 2", "ATTLOG"),
        ({"table": "tabledata", "tablename": "transaction", "count": "3"}, b"transaction pin=7\r\n",
         b"transaction=3", "transaction"),
        ({"table": "tabledata", "tablename": "transaction"}, b"transaction pin=7\r\n",
         b"transaction=1", "transaction"),
        ({"table": "a/#"}, b"time=1", b"OK", None),
        ({}, b"~DeviceName=F22", b"OK", None),
    ],
)  # fmt: skip
def test_zkteco_reads_its_count_and_the_topic_has_its_table(
    query: dict[str, str], body: bytes, answer: bytes, table: str | None
) -> None:
    found = zkteco("cdata", body, **query)

    assert (found.taken.body, found.table, found.body) == (answer, table, body)


@pytest.mark.parametrize("table", ["USERINFO", "userpic", "FINGERTMP", "BIODATA", "ATTPHOTO"])
def test_zkteco_tables_of_people_are_answered_and_kept_nowhere(table: str) -> None:
    found = zkteco("cdata", b"USER PIN=7\tName=Somebody\n", table=table)

    assert (found.body, found.withheld) == (b"", True)
    assert found.taken.body.startswith(b"OK")


def test_zkteco_templates_in_an_operation_log_stay_out_of_it() -> None:
    kept = b"OPLOG 3\t0\t2026-03-01 08:00:00\t54\t0\t0\t0\n"
    found = zkteco(
        "cdata",
        b"USER PIN=7\tName=Somebody\n" + kept + b"FP PIN=7\tTMP=c2VjcmV0\n",
        table="OPERLOG",
    )

    assert (found.body, found.withheld, found.taken.body) == (kept, True, b"OK: 3")


def test_zkteco_asks_for_options_and_is_asked_for_logs_only() -> None:
    lines = zkteco("cdata", method="GET", options="all").taken.body.decode().split("\r\n")

    assert lines[0] == f"GET OPTION FROM: {SERIAL}"
    assert "TransFlag=TransData AttLog\tOpLog" in lines
    assert {"TimeZone=8", "Realtime=1", "ATTLOGStamp=9999"} <= set(lines)


@pytest.mark.parametrize(
    ("zone", "line"),
    [("Asia/Kathmandu", "TimeZone=345"), ("America/Bogota", "TimeZone=-5"), (None, None)],
)
def test_zkteco_is_told_its_zone_where_it_is_known(zone: str | None, line: str | None) -> None:
    found = plan(
        "zkteco", path="cdata", method="GET", query={"options": "all"},
        zone=ZoneInfo(zone) if zone else None,
    )  # fmt: skip
    lines = found.taken.body.decode().split("\r\n")

    assert [told for told in lines if told.startswith("TimeZone")] == ([line] if line else [])


def test_a_zkteco_panel_registers() -> None:
    assert zkteco("cdata", method="GET", options="all", DeviceType="acc").taken.body == b"OK"
    registered = zkteco("registry", b"DeviceType=acc,~DeviceName=inBio460")
    assert registered.table == "registry"
    name, code = registered.taken.body.decode().split("=")
    assert (name, len(code), code.isdigit()) == ("RegistryCode", 10, True)
    assert registered.taken == zkteco("registry").taken
    assert b"TransTables=Transaction\r\n" in zkteco("push").taken.body


@pytest.mark.parametrize("path", ["getrequest", "ping"])
def test_zkteco_is_never_given_a_command(path: str) -> None:
    found = zkteco(path, method="GET", INFO="Ver 8.0,10,2,300")

    assert (found.taken.body, found.body, found.is_poll) == (b"OK", b"", True)


@pytest.mark.parametrize("path", ["devicecmd", "querydata", "fdata"])
def test_what_answers_commands_is_not_passed_on(path: str) -> None:
    assert zkteco(path, b"ID=1&Return=0&CMD=DATA").body == b""


# The others


def test_dahua_reads_a_true_result() -> None:
    found = plan("dahua", b'{"Events":[]}')

    assert (said(found)["Result"], said(found)["result"], found.body) == (
        True, True, b'{"Events":[]}',
    )  # fmt: skip


PLATE = {"AlarmInfoPlate": {"result": {"PlateResult": {"plateid": 77, "isoffline": 1}}}}


def test_vzenith_goes_on_with_what_it_kept() -> None:
    found = plan("vzenith", PLATE)

    assert said(found) == {
        "Response_AlarmInfoPlate": {"ContinuePushOffline": {"plateid": 77, "continue": 1}}
    }
    assert json.loads(found.body) == PLATE


@pytest.mark.parametrize("record", ["77", None, True, [77], {"a": 1}, 7.5])
def test_vzenith_is_told_of_no_record_that_is_no_number(record: Any) -> None:
    body = {"AlarmInfoPlate": {"result": {"PlateResult": {"plateid": record}}}}

    assert said(plan("vzenith", body)) == {}


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b'--b\r\nContent-Disposition: form-data; name="pass_wd"\r\n\r\nsecret\r\n--b--\r\n',
         b'--b\r\nContent-Disposition: form-data; name="pass_wd"\r\n\r\n******\r\n--b--\r\n'),
        (b"user=admin&pass_wd=secret&serialno=1", b"user=admin&pass_wd=******&serialno=1"),
        (b'{"heartbeat":{"pass_wd" : "secret"}}', b'{"heartbeat":{"pass_wd" : "******"}}'),
        (b"serialno=1", b"serialno=1"),
    ],
)  # fmt: skip
def test_a_vzenith_password_becomes_stars(body: bytes, kept: bytes) -> None:
    found = plan("vzenith", body)

    assert (found.body, found.withheld) == (kept, body != kept)


def test_huaxia_reads_an_error_number() -> None:
    assert said(plan("huaxia", b"type=online"))["error_num"] == 0
    refused = known_makes()["huaxia"].refuse(Refusal(503, "later"), Push())
    assert json.loads(refused.body)["error_num"] == 503


def gat1400(path: str, content: Any, **changes: Any) -> Any:
    return said(plan("gat1400", content, path=path, **changes))


def test_gat1400_is_told_object_by_object() -> None:
    cars = {"MotorVehicleListObject": {"MotorVehicleObject": [
        {"DeviceID": "3101", "MotorVehicleID": "M1"}, {"MotorVehicleID": "M2"}, {"PlateNo": "x"},
    ]}}  # fmt: skip
    told = gat1400("MotorVehicles", cars)["ResponseStatusListObject"]["ResponseStatusObject"]

    assert [(one["Id"], one["StatusCode"]) for one in told] == [("M1", 0), ("M2", 0), ("", 0)]
    assert {one["LocalTime"] for one in told} == {"20260301080000"}
    assert {one["RequestURL"] for one in told} == {"/VIID/MotorVehicles"}


def test_gat1400_notifications_have_ids_of_their_own() -> None:
    content = {"SubscribeNotificationListObject": {"SubscribeNotificationObject": [
        {"SubscribeID": "S", "NotificationID": "N1"},
    ]}}  # fmt: skip
    told = gat1400("SubscribeNotifications", content)["ResponseStatusListObject"]

    assert [one["Id"] for one in told["ResponseStatusObject"]] == ["N1"]


def test_gat1400_registers_and_keeps_alive() -> None:
    content = {"RegisterObject": {"DeviceID": "31010600001190000007"}}
    told = gat1400("System/Register", content)["ResponseStatusObject"]

    assert (told["Id"], told["StatusCode"]) == ("31010600001190000007", 0)


def test_gat1400_is_told_that_we_are_busy() -> None:
    make, push = known_makes()["gat1400"], Push(path="Faces", now=NOW)
    body = json.dumps({"FaceListObject": {"FaceObject": [{"FaceID": "F1"}]}}).encode()
    answer = make.refuse(Refusal(503, "later", 5), replace(push, body=body))

    (told,) = json.loads(answer.body)["ResponseStatusListObject"]["ResponseStatusObject"]
    assert (answer.status, told["Id"], told["StatusCode"]) == (503, "F1", 2)
    assert answer.headers == (("Retry-After", "5"),)


def test_gat1400_asks_for_the_time() -> None:
    told = gat1400("System/Time", b"", method="GET")["SystemTimeObject"]

    assert (told["LocalTime"], told["TimeZone"]) == ("20260301080000", "Asia/Shanghai")


# On MQTT


def reply(make: str, topic: str, content: Any) -> Any:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    found = known_makes()[make].reply(topic, body)
    return None if found is None else (found.topic, json.loads(found.body), found.keeps)


@pytest.mark.parametrize(
    ("topic", "operator", "info", "kind"),
    [
        ("Rec", "RecPush", {"RecordID": "389"}, (2, 389)),
        ("Rec", "VerifyPush", {"RecordID": 12}, (2, 12)),
        ("Snap", "StrSnapPush", {"SnapID": "946"}, (1, 946)),
        ("Snap", "BehaviorSnapPush", {"SnapOrRecordID": 5}, (3, 5)),
    ],
)
def test_a_face_gate_reads_which_record_is_kept(
    topic: str, operator: str, info: dict[str, Any], kind: tuple[int, int]
) -> None:
    where = f"mqtt/face/1299523/{topic}"
    found = reply("facegate", where, {"operator": operator, "info": info})

    said_so = {"PushAckType": kind[0], "SnapOrRecordID": kind[1]}
    assert found == ("mqtt/face/1299523", {"operator": "PushAck", "info": said_so}, True)


def test_a_face_gate_that_comes_online_is_welcomed() -> None:
    content = {"operator": "Online", "messageId": "m-1", "info": {"facesluiceId": "1299@@@code"}}

    assert reply("facegate", "mqtt/face/basic", content) == (
        "mqtt/face/1299",
        {"messageId": "m-1", "operator": "Online-Ack",
         "info": {"facesluiceId": "1299", "result": "ok", "detail": ""}},
        False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("make", "topic", "content"),
    [
        ("facegate", "mqtt/face/basic", {"operator": "Offline", "info": {"facesluiceId": "1"}}),
        ("facegate", "mqtt/face/basic", {"operator": "Online", "info": {"facesluiceId": "a/#"}}),
        ("facegate", "mqtt/face/1/Rec", {"operator": "RecPush", "info": {}}),
        ("facegate", "mqtt/face/1/Rec", {"operator": "RecPush", "info": {"RecordID": "x"}}),
        ("facegate", "mqtt/face/1/Rec", {"operator": "PushAck-Ack", "info": {"RecordID": "1"}}),
        ("facegate", "mqtt/face/1/Rec", b"\xff\xfe"),
        ("facegate", "mqtt/face/+/Rec", {"operator": "RecPush", "info": {"RecordID": "1"}}),
        ("qianyi", "/serverAll", {"cmd": "camera_register", "sn": "q1", "subtopic": "other/q1"}),
        ("qianyi", "/serverAll", {"cmd": "camera_register"}),
        ("qianyi", "aiot/plate/q1", {"cmd": "mqtt_herat"}),
        ("qianyi", "aiot/plate/q1", {"cmd": "iooutput_rsp", "msg_id": "1"}),
        ("qianyi", "aiot/plate/q1", []),
        ("vzenith", "device/1/message/up/ivs_result", {"name": "ivs_result"}),
    ],
)
def test_nothing_else_is_answered(make: str, topic: str, content: Any) -> None:
    assert reply(make, topic, content) is None


@pytest.mark.parametrize(
    ("topic", "where"),
    [("aiot/plate/q1", "device/plate/q1"), ("/qymqtt/q1/qymqttpost", "/qymqtt/q1/qymqttdown")],
)
def test_a_qianyi_camera_reads_that_its_result_is_kept(topic: str, where: str) -> None:
    found = reply("qianyi", topic, {"cmd": "result", "msg_id": "1684361017822x5fvIq0"})

    answer = {"cmd": "result_rsp", "status": "ok", "msg_id": "1684361017822x5fvIq0"}
    assert found == (where, answer, True)


@pytest.mark.parametrize("wish", [{}, {"subtopic": "/qymqtt/q1/qymqttdown"}])
def test_a_qianyi_camera_registers(wish: dict[str, str]) -> None:
    found = reply("qianyi", "/serverAll", {"cmd": "camera_register", "sn": "q1"} | wish)

    where = wish.get("subtopic", "device/plate/q1")
    assert found == (where, {"cmd": "camera_register_rsp", "status": "ok"}, False)


# All of them

words = st.sampled_from(
    [
        *(word.decode() for word in OPENS),
        "ok",
        "tabledata",
        "plateid",
        "DeviceID",
        "cmd",
        "camera_register",
        "result",
        "RecPush",
        "Online",
        "operator",
        "facesluiceId",
        "RecordID",
        "7",
    ]
)
json_values = st.recursive(
    words | st.integers() | st.none() | st.booleans(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(words, inside, max_size=3),
    max_leaves=12,
)
bodies = st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode())
paths = st.sampled_from(["", "cdata", "getrequest", "registry", "push", "devicecmd", "Faces",
                         "System/Register", "TollgateInfo", "querydata"])  # fmt: skip
queries = st.dictionaries(
    st.sampled_from(["SN", "table", "tablename", "count", "options", "DeviceType"]),
    words | st.text(max_size=20), max_size=4,
)  # fmt: skip


def answers(make: Make, push: Push) -> list[bytes]:
    """All that a make can be answered to one request, and on MQTT to the same body."""
    said_over_http = [make.plan(push).taken.body, make.refuse(Refusal(503, "later"), push).body]
    topics = [pattern.replace("+", "d1") for pattern in make.listens]
    on_mqtt = (make.reply(topic, push.body) for topic in topics)
    return said_over_http + [found.body for found in on_mqtt if found is not None]


@pytest.mark.parametrize("make", [*known_makes().values(), make_of("other")], ids=lambda m: m.name)
@given(body=bodies, path=paths, query=queries, method=st.sampled_from(["GET", "POST"]))
def test_no_answer_ever_opens_anything(
    make: Make, body: bytes, path: str, query: dict[str, str], method: str
) -> None:
    """Whatever a device sends, it is answered, and the answer is none of its commands."""
    push = Push(method, path, query, {}, b"" if method == "GET" else body, "gate-1", None, NOW)
    told = make.serial(push)
    assert told is None or PLAIN_ID.fullmatch(told)
    for answer in answers(make, replace(push, serial=told)):
        if TABLE_AND_COUNT.fullmatch(answer):
            continue  # The device's own word, in a form that is no command.
        assert not [word for word in OPENS if word in answer]


def test_a_make_that_nobody_wrote_down_reads_the_status() -> None:
    assert make_of("nordtor").plan(Push(body=b"x")) == Plan(body=b"x")


def test_every_make_stands_in_the_document() -> None:
    told = {cells[0].strip("`") for cells in rows("docs/bridge.md", 4)}

    assert set(known_makes()) <= told
