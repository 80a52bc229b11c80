"""Hikvision ISAPI: alerts pushed or streamed, and answers to polls, to readings. Pure."""

from collections.abc import Callable

from ingest.adapters.hikvision_isapi.access import read_access
from ingest.adapters.hikvision_isapi.alert import Alert, read_alert
from ingest.adapters.hikvision_isapi.anpr import read_anpr, read_plates
from ingest.adapters.hikvision_isapi.answers import (
    read_call_status,
    read_description,
    read_log,
    read_work_status,
)
from ingest.adapters.hikvision_isapi.camera import (
    read_call,
    read_camera,
    read_duration,
    read_people_count,
)
from ingest.adapters.hikvision_isapi.documents import ALERT, Document, documents
from ingest.adapters.hikvision_isapi.panel import read_panel
from ingest.adapters.hikvision_isapi.record import Record
from ingest.message import Message, Reading

_ALERTS: dict[str, Callable[[Alert], list[Reading]]] = {
    "accesscontrollerevent": read_access,
    "anpr": read_anpr,
    "cidevent": read_panel,
    "peoplecounting": read_people_count,
    "duration": read_duration,
    "voicetalkevent": read_call,
    "videointercomevent": read_call,
}
"""Event types with content of their own; all others stand in `event_types.csv`."""

_ANSWERS: dict[str, Callable[[Record], list[Reading]]] = {
    "AcsEvent": read_log,
    "AcsWorkStatus": read_work_status,
    "CallStatus": read_call_status,
    "DeviceInfo": read_description,
    "Plates": read_plates,
}


def decode(message: Message) -> list[Reading]:
    """Every reading of a message, in order. Raises Unreadable as soon as one is not understood."""
    return [reading for document in documents(message.payload) for reading in _readings(document)]


def _readings(document: Document) -> list[Reading]:
    if document.root != ALERT:
        return _ANSWERS[document.root](document.record)
    alert = read_alert(document)
    return _ALERTS.get(alert.key, read_camera)(alert)
