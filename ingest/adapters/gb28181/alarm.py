"""Alarms: GB/T 28181-2016, A.2.5, a method and, for some methods, a type.

`Info/AlarmType` goes before the type that stands beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ingest.adapters._china.clock import beijing_time
from ingest.converters import said
from ingest.message import Reading, Unreadable
from ingest.tables import rows
from schemas.event_data import CameraData, DeviceStateReported, EventData, Scalar

_LEFT_THE_ZONE = "2"
_INTRUSION = ("5", "6")


@dataclass(frozen=True, slots=True)
class Alarm:
    """A row of `alarms.csv`. `verdict` names a state that has no word of its own."""

    type: str
    object: str | None
    verdict: str | None


@cache
def alarms() -> dict[tuple[str, str], Alarm]:
    """The table by method and type; a blank type is that of a method without one."""
    return {
        (row["method"], row["type"]): Alarm(
            row["reads"], row["object"] or None, row["verdict"] or None
        )
        for row in rows(__package__, "alarms.csv")
    }


def read_alarm(content: Mapping[str, Any]) -> list[Reading]:
    """An alarm. Raises Unreadable for a method or type that the table has not.

    The description is free text and is not read.
    """
    info = content.get("Info")
    info = info if isinstance(info, Mapping) else {}
    method = said(content.get("AlarmMethod")) or ""
    kind = said(info.get("AlarmType")) or said(content.get("AlarmType")) or ""
    alarm = alarms().get((method, kind if _has_types(method) else ""))
    if alarm is None:
        reason = f"unknown alarm {method}/{kind or '-'}; this adapter's alarms.csv lacks it"
        raise Unreadable(reason, "$.AlarmMethod")
    word = "zone.left" if (method, kind) == _INTRUSION and _left(info) else alarm.type
    return [
        Reading(
            word,
            device=said(content.get("DeviceID")),
            time=beijing_time(content.get("AlarmTime"), "$.AlarmTime"),
            native="/".join(filter(None, ("Alarm", method, kind))),
            key=f"{method}/{kind}",
            fields=_fields(word, alarm, content),
        )
    ]


def _has_types(method: str) -> bool:
    return any(known == method and kind for known, kind in alarms())


def _left(info: Mapping[str, Any]) -> bool:
    """An intrusion says whether somebody came in (1) or went out (2)."""
    parameter = info.get("AlarmTypeParam")
    return isinstance(parameter, Mapping) and said(parameter.get("EventType")) == _LEFT_THE_ZONE


def _fields(word: str, alarm: Alarm, content: Mapping[str, Any]) -> dict[str, Any]:
    data = EventData.TYPES[word]
    if issubclass(data, DeviceStateReported):
        state: dict[str, Scalar] = {"verdict": alarm.verdict}
        priority = said(content.get("AlarmPriority"))
        return {"state": state | ({"priority": priority} if priority else {})}
    return {"object": alarm.object} if issubclass(data, CameraData) else {}
