"""Vzenith (Zhenshi) parking cameras over MQTT, HTTP push and TCP to readings. Pure.

MQTT: `device/SERIAL/message/up/NAME` (older: `SERIAL/device/message/up/NAME`) with an envelope
(`id`, `sn`, `name`, `timestamp` in s, `payload`). HTTP push: the same content without envelope, and
a heartbeat as a form. TCP: the bare result in frames. The rebadged R3 and R5 cameras say the same.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from ingest.adapters._parking.body import json_object, looks_like_json
from ingest.adapters.vzenith.clock import sent_time
from ingest.adapters.vzenith.codes import GATES, INPUT_VALUES, INPUTS
from ingest.adapters.vzenith.frames import BINARY, HEARTBEAT, MARK, Frame, frames
from ingest.adapters.vzenith.plates import Sender, read_lane, read_plate, table
from ingest.converters import flag, said, whole
from ingest.message import Message, Reading, Unreadable

_FORM_BYTES_MAX = 16_384
_FORM_SERIAL = re.compile(
    rb'name="\s*serialno\s*"\s{0,8}(?:Content-[^\r\n]{0,200}\s{1,8}){0,3}'
    rb"([0-9A-Za-z][0-9A-Za-z_-]{2,63}?)(?=-{4,}|\s|$)"
)
"""The serial number in a form; maker's documents print forms without their line ends."""

_QUIET = frozenset(
    {"snapshot", "serial_data", "gpio_out", "ivs_trigger", "set_time", "get_device_timestamp",
     "reboot_dev", "tts_voice", "gate_direct_open", "white_list_operator", "set_cloud_ctrl",
     "io_lock", "set_io_lock_status", "get_io_lock_status", "get_io_status",
     "check_offline_record"}
)  # fmt: skip
"""Commands, their answers, pictures somebody asked for, and what came through a serial port."""

_DESCRIBING = ("soft_ver", "alg_ver", "hw_version", "dev_type", "mac_addr")

Data = Mapping[str, Any]


def decode(message: Message) -> list[Reading]:
    """The readings of one message. Raises Unreadable."""
    if message.payload[:2] == MARK:
        return [reading for frame in frames(message.payload) for reading in _framed(frame)]
    if not looks_like_json(message.payload):
        return [_form(message.payload)]
    data = json_object(message.payload)
    if "/message/down/" in message.topic:
        return []
    if isinstance(data.get("name"), str) and ("payload" in data or "code" in data):
        return _enveloped(data, message.topic)
    return _bare(data)


def _framed(frame: Frame) -> list[Reading]:
    if frame.kind == HEARTBEAT:
        return [Reading("device.heartbeat", native="VZ/1")]
    if frame.kind == BINARY:
        return []
    if not isinstance(frame.data, dict):
        raise Unreadable("is no JSON object", "$")
    result = frame.data.get("PlateResult")
    if isinstance(result, dict):
        stamped = {"trigger_time": frame.data.get("timeString"), **result}
        return [read_plate(stamped, Sender(None, "ivsresult", pictures=frame.pictures))]
    return _bare(frame.data)


def _form(payload: bytes) -> Reading:
    """A heartbeat sent as a form. Of it only the serial number is looked at: the camera's own user
    and password stand beside it.
    """
    head = payload[:_FORM_BYTES_MAX]
    found = _FORM_SERIAL.search(head)
    serial = found[1].decode() if found else None
    if serial is None and b"serialno=" in head:
        fields = parse_qs(head.decode("utf-8", "replace"))
        serial = next(iter(fields.get("serialno", ())), None)
    if serial is None:
        raise Unreadable("is neither JSON, nor a form with serialno, nor a VZ frame", "$")
    return Reading("device.heartbeat", serial, native="form")


def _enveloped(data: Data, topic: str) -> list[Reading]:
    name, payload = str(data["name"]), table(data.get("payload"))
    if "code" in data or name in _QUIET:
        return []
    body = table(payload.get("body")) or payload
    device = said(data.get("sn")) or _of_topic(topic)
    sender = Sender(device, name, sent_time(data.get("timestamp")), coded=True)
    if isinstance(body.get("AlarmInfoPlate"), dict):
        return [_plate(body["AlarmInfoPlate"], sender)]
    if isinstance(body.get("AlarmGioIn"), dict):
        return [_input(body["AlarmGioIn"], sender, said(data.get("id")))]
    if name == "barr_gate_status":
        return [_barrier(body, sender, said(data.get("id")))]
    read = _NAMED.get(name)
    if read is None:
        raise Unreadable(f"{name!r} with this payload is not known", "$.name")
    return [read(body, sender)]


def _of_topic(topic: str) -> str | None:
    """The serial number in either order of levels."""
    match topic.removeprefix("$/").split("/"):
        case ["device", serial, "message", *_] | [serial, "device", "message", *_]:
            return serial
    return None


def _heartbeat(body: Data, sender: Sender) -> Reading:
    return Reading("device.heartbeat", sender.device, sender.sent, native=sender.name)


def _buffered(body: Data, sender: Sender) -> Reading:
    count = whole(body.get("offline_record"))
    fields = {"state": {"offline_records": count}}
    return Reading(
        "device.state_reported", sender.device, sender.sent, native=sender.name, fields=fields
    )


_NAMED: Mapping[str, Callable[[Data, Sender], Reading]] = {
    "keep_alive": _heartbeat,
    "offline_record": _buffered,
    "lanectrl_result": read_lane,
}


def _bare(data: Data) -> list[Reading]:
    """Content without envelope: pushed by HTTP, or an answer of the web page or the TCP port."""
    if isinstance(data.get("AlarmInfoPlate"), dict):
        return [_plate(data["AlarmInfoPlate"], Sender(None, "AlarmInfoPlate"))]
    if isinstance(data.get("AlarmGioIn"), dict):
        return [_input(data["AlarmGioIn"], Sender(None, "AlarmGioIn"), None)]
    body = table(data.get("body"))
    result = data.get("PlateResult", body.get("PlateResult"))
    if isinstance(result, dict):
        return [read_plate(result, Sender(None, said(data.get("type")) or "PlateResult"))]
    if "pass_wd" in data and "device_name" in data:
        return [Reading("device.heartbeat", said(data.get("serialno")), native="form")]
    if "heartbeat" in data:
        serial = said(table(data["heartbeat"]).get("serialno")) or said(data.get("serialno"))
        return [Reading("device.heartbeat", serial, native="heartbeat")]
    return _answer(data, body)


def _answer(data: Data, body: Data) -> list[Reading]:
    command = said(data.get("cmd")) or said(data.get("type"))
    if command == "getsn" and said(data.get("value")):
        serial = said(data["value"])
        return [_described(serial, {"serial": serial}, command)]
    if said(body.get("serial_num")) and any(name in body for name in _DESCRIBING):
        told = {name: said(body.get(name)) for name in _DESCRIBING if name in body}
        return [_described(said(body["serial_num"]), told, command)]
    known = command is not None and ("state_code" in data or "state" in data)
    pushed = any(name.startswith("Response_") for name in data)
    if known or pushed or "SerialData" in data or "TriggerImage" in data:
        return []
    raise Unreadable("is no result, input, heartbeat or answer of a Vzenith camera", "$")


def _described(serial: str | None, told: Data, command: str | None) -> Reading:
    return Reading("device.described", serial, native=command, fields={"description": told})


def _plate(alarm: Data, sender: Sender) -> Reading:
    """`AlarmInfoPlate`: a result, or with `heartbeat` and no result a sign of life."""
    device = sender.device or said(alarm.get("serialno"))
    result = table(alarm.get("result")).get("PlateResult")
    if isinstance(result, dict):
        return read_plate(result, Sender(device, sender.name, sender.sent, sender.coded))
    if "heartbeat" in alarm:
        return Reading("device.heartbeat", device, sender.sent, native=f"{sender.name}/heartbeat")
    raise Unreadable("has neither a PlateResult nor a heartbeat", "$.AlarmInfoPlate")


def _input(alarm: Data, sender: Sender, key: str | None) -> Reading:
    """A wired input; what hangs on it the site file says."""
    told = table(table(alarm.get("result")).get("TriggerResult"))
    source, value = whole(told.get("source")), whole(told.get("value"))
    word = INPUT_VALUES.get(-1 if value is None else value)
    channel = INPUTS.get(-1 if source is None else source)
    if word is None or channel is None:
        raise Unreadable(
            f"input source {told.get('source')!r} with value {told.get('value')!r} is not known",
            "$.AlarmGioIn.result.TriggerResult",
        )
    device = sender.device or said(alarm.get("serialno"))
    return Reading(
        word, device, sender.sent, channel, native=f"{sender.name}/{source}/{value}", key=key
    )


def _barrier(body: Data, sender: Sender, key: str | None) -> Reading:
    """Where the arm is. A controller that is not connected or not in use only has a state."""
    status, gate = whole(body.get("gate_status")), said(body.get("gate_ctrl_id"))
    if status is None and "connect_status" not in body:
        raise Unreadable("has neither gate_status nor connect_status", "$.payload.body")
    working = all(flag(body.get(name, 1)) for name in ("connect_status", "enable"))
    word = GATES.get(-1 if status is None else status)
    native = f"{sender.name}/{status}"
    if working and word is not None:
        return Reading(word, sender.device, sender.sent, gate, native=native, key=key)
    names = ("connect_status", "enable", "gate_status")
    state = {name: whole(body[name]) for name in names if name in body}
    return Reading(
        "device.state_reported", sender.device, sender.sent, gate, native=native,
        fields={"state": state}, key=key,
    )  # fmt: skip
