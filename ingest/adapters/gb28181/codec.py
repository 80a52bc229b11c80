"""GB/T 28181 messages to readings: MANSCDP XML, bare or inside a recorded SIP request. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from ingest.adapters.gb28181.alarm import read_alarm
from ingest.adapters.gb28181.envelope import Request, open_envelope
from ingest.adapters.gb28181.status import (
    read_catalog,
    read_device_info,
    read_keepalive,
    read_media_status,
    read_position,
    read_status,
)
from ingest.converters import said
from ingest.message import Message, Reading, Unreadable
from ingest.xml_tree import read_xml

_NOTICES: dict[str, Callable[[Mapping[str, Any]], list[Reading]]] = {
    "alarm": read_alarm,
    "keepalive": read_keepalive,
    "catalog": read_catalog,
    "mobileposition": read_position,
    "mediastatus": read_media_status,
}
_ANSWERS: dict[str, Callable[[Mapping[str, Any]], list[Reading]]] = {
    "catalog": read_catalog,
    "deviceinfo": read_device_info,
    "devicestatus": read_status,
    "mobileposition": read_position,
}
_NOTHING = frozenset(
    {"alarm", "recordinfo", "configdownload", "presetquery", "broadcast", "devicecontrol",
     "deviceconfig", "homepositionquery", "cruisetracklistquery", "cruisetrackquery",
     "ptzposition", "sdcardstatus", "deviceupgraderesult", "uploadsnapshotfinished",
     "videouploadnotify", "keepalive", "mediastatus"}
)  # fmt: skip
"""Answers that confirm, list recordings or tell settings: nothing happened."""
_FROM_PLATFORM = frozenset({"query", "control"})


def decode(message: Message) -> list[Reading]:
    """The readings of one message. Raises Unreadable for a root or CmdType it does not know.

    What a platform asks or commands is understood, and nothing that a device tells.
    """
    request, body = open_envelope(message.payload)
    if not body:
        return [_registration(request)]
    root, content = read_xml(body)
    named = said(content.get("CmdType")) or ("Alarm" if "AlarmMethod" in content else "")
    command = named.lower()
    if root.lower() in _FROM_PLATFORM:
        return []
    known = _NOTICES if root.lower() == "notify" else _ANSWERS
    if root.lower() not in ("notify", "response"):
        raise Unreadable(f"is a {root} document, which is no message of GB/T 28181", "$")
    if command in known:
        return known[command](content)
    if command in _NOTHING:
        return []
    raise Unreadable(f"unknown CmdType {named!r}; this adapter does not have it", "$.CmdType")


def _registration(request: Request | None) -> Reading:
    """`REGISTER` without a body: a device comes, or goes if it wants to expire at once."""
    if request is None or request.method != "REGISTER":
        raise Unreadable("is a SIP message without a body", "$")
    word = "device.offline" if request.expires == 0 else "device.online"
    return Reading(word, request.device, native=request.method)
