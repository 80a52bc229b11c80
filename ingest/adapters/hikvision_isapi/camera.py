"""Cameras and recorders: motion, analytics, inputs, health and counters."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from ingest.adapters.hikvision_isapi.alert import Alert, time_of
from ingest.adapters.hikvision_isapi.record import Record
from ingest.message import Reading, Unreadable
from ingest.tables import rows
from schemas.event_data import CameraData, DeviceStateReported, EventData, FireDetected

_OBJECTS = {"human": "person", "people": "person", "pedestrian": "person"}
_HAZARDS = {"firedetection": "fire", "smokedetection": "smoke"}
_TRIGGER_NUMBER = re.compile(r"-\d{1,3}$")
"""Some firmware names an event as its trigger is named: type and channel (`facedetection-1`)."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """A row of `event_types.csv`: what an event type says while it holds, and when it ends."""

    active: str
    inactive: str
    object: str | None


@cache
def event_rows() -> dict[str, EventRow]:
    """The table by event type in lower case."""
    return {
        row["event"].lower(): EventRow(row["active"], row["inactive"], row["object"] or None)
        for row in rows(__package__, "event_types.csv")
    }


def read_camera(alert: Alert) -> list[Reading]:
    """What the table says of the event type. Raises Unreadable for a type the table has not."""
    row = event_rows().get(alert.key) or event_rows().get(_TRIGGER_NUMBER.sub("", alert.key))
    if row is None:
        reason = f"unknown eventType {alert.event!r}; this adapter's event_types.csv lacks it"
        raise Unreadable(reason, alert.record.path)
    word = row.active if alert.active else row.inactive
    return [
        alert.says(
            word,
            channel=_channel(alert, word),
            native=alert.event if alert.active else f"{alert.event}/inactive",
            fields=_fields(alert, row, word),
        )
    ]


def _channel(alert: Alert, word: str) -> str | None:
    """A wired input has its own number; a heartbeat is of the whole device."""
    if word.startswith("input."):
        return alert.record.text("inputIOPortID", "dynInputIOPortID") or alert.common.channel
    return None if word == "device.heartbeat" else alert.common.channel


def _fields(alert: Alert, row: EventRow, word: str) -> dict[str, Any]:
    data = EventData.TYPES[word]
    if issubclass(data, DeviceStateReported):
        return {"state": {alert.event: alert.active}}
    if not issubclass(data, CameraData):
        return {}
    regions = [
        entry
        for regions in alert.record.parts("DetectionRegionList")
        for entry in regions.parts("DetectionRegionEntry") or [regions]
    ]
    fields: dict[str, Any] = {
        "object": row.object or _object(alert.record, regions),
        "zone": ",".join(filter(None, (entry.text("regionID") for entry in regions))) or None,
    }
    if issubclass(data, FireDetected):
        fields["hazard"] = _HAZARDS.get(alert.key, "unknown")
    return fields


def _object(record: Record, regions: list[Record]) -> str | None:
    """What moved, if the camera told person from vehicle; of both (`human,vehicle`) neither."""
    targets = [record.text("targetType", "detectionTarget")]
    targets += [entry.text("detectionTarget", "targetType") for entry in regions]
    seen = next(filter(None, targets), "")
    kinds = {name.strip() for name in seen.lower().split(",") if name.strip()}
    return _OBJECTS.get(kind := kinds.pop(), kind) if len(kinds) == 1 else None


def read_duration(alert: Alert) -> list[Reading]:
    """`duration`: the event it names still holds, so it reads as that event once more.

    A camera tells an intrusion once and then only that it lasts; who counts how long somebody
    stays needs these. It never becomes a fact of another kind. Raises Unreadable if the event it
    names is missing or unknown.
    """
    lists = [*alert.record.parts("DurationList"), alert.record]
    holders = [holder for one in lists for holder in (*one.parts("Duration"), one)]
    related = dict.fromkeys(filter(None, (one.text("relationEvent") for one in holders)))
    if not related:
        raise Unreadable("duration names no relationEvent", alert.record.path)
    return [
        alert.says(reading.type, native=f"{alert.event}/{reading.native}", fields=reading.fields)
        for event in related
        for reading in read_camera(Alert(event, alert.active, alert.record, alert.common))
    ]


def read_people_count(alert: Alert) -> list[Reading]:
    """Totals of a counter; `timeRange` ones are of a closed span, `realTime` ones keep running."""
    block = alert.record.part("peopleCounting") or alert.record
    entered, exited = block.whole("enter"), block.whole("exit")
    if entered is None and exited is None:
        raise Unreadable("people counting without enter and exit", block.path)
    method = block.text("statisticalMethods")
    spans = [*block.parts("RealTime"), *block.parts("TimeRange")]
    time = alert.common.time or next((time_of(span, "time", "endTime") for span in spans), None)
    return [
        alert.says(
            "person.counted",
            time=time,
            native=f"{alert.event}/{method}" if method else alert.event,
            fields={"entered": entered, "exited": exited},
        )
    ]


def read_call(alert: Alert) -> list[Reading]:
    """Door stations: a call begins, or is answered, refused or given up."""
    block = alert.record.part("VoiceTalkEvent")
    command = block.text("cmdType") if block else None
    if not alert.active or (command is not None and command.lower() not in ("request", "ring")):
        state = {"call": command or "ended"}
        return [alert.says("device.state_reported", fields={"state": state})]
    return [alert.says("doorbell.rung", native=f"{alert.event}/{command or 'active'}")]
