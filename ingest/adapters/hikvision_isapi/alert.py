"""The envelope of an `EventNotificationAlert`: which device, channel and clock, live or old."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ingest.adapters.hikvision_isapi.documents import Document
from ingest.adapters.hikvision_isapi.pictures import pictures_of
from ingest.adapters.hikvision_isapi.record import Record
from ingest.converters import iso_time
from ingest.message import DeviceTime, Reading, Unreadable
from ingest.quick import changed

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    from ingest.quick import dataclass

_STATES = {"active": True, "inactive": False}
_ONE_DIGIT_OFFSET = re.compile(r"([+-])(\d:\d\d)$")
_OWN_DEVICE_ID_MIN = 8
"""A shorter `deviceID` is a number somebody typed (or left at 88, 255 or Default)."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert: its type, whether the condition holds, its content, and what all readings share.

    `event` is the device's own spelling; compare `key`.
    """

    event: str
    active: bool
    record: Record
    common: Reading

    @property
    def key(self) -> str:
        """The event type folded for comparison: firmware disagrees about capitals."""
        return self.event.lower()

    def says(self, word: str, **own: Any) -> Reading:
        """A reading of the type `word` with what all readings of this alert share."""
        return changed(self.common, type=word, **own)


def read_alert(document: Document) -> Alert:
    """The envelope. Raises Unreadable without a type, with an unknown state or a broken time."""
    record = document.record
    event = record.text("eventType")
    if event is None and "AccessControllerEvent" in record:
        event = "AccessControllerEvent"
    if event is None:
        raise Unreadable("has no eventType", record.path)
    common = Reading(
        type="",
        device=device_of(record),
        time=time_of(record, "dateTime", "triggerTime"),
        channel=_channel(record),
        replayed=_replayed(record),
        native=event,
        pictures=pictures_of(document.pictures, event),
    )
    return Alert(event, _active(record), record, common)


def device_of(record: Record) -> str | None:
    """The device's own name for itself, the steadiest it gives.

    The MAC address is best; some traffic cameras and terminals send none. Serial numbers may end
    with a line break. An address is better than a short device number, which factory settings
    share between devices.
    """
    if (address := record.text("macAddress")) is not None:
        return address
    extensions = record.part("Extensions") or record
    number = record.text("deviceID")
    steady = (
        extensions.text("serialNumber")
        or record.text("serialNumber", "deviceSerial", "deviceSerialNo", "deviceUUID", "devIndex")
        or (number if number and len(number) >= _OWN_DEVICE_ID_MIN else None)
    )
    return steady or record.text("ipAddress", "ipv4Address") or number


def time_of(record: Record, *names: str) -> DeviceTime | None:
    """The device's time under the first of the names, or None. Raises Unreadable for another form.

    Some firmware writes an offset of one digit (`+8:00`).
    """
    text = record.text(*names)
    if text is None:
        return None
    padded = text
    if text[-5:-4] in ("+", "-"):
        padded = _ONE_DIGIT_OFFSET.sub(r"\g<1>0\2", text)
    time = iso_time(padded, f"{record.path}.{names[0]}")
    return time if padded == text else replace(time, raw=text)


def _channel(record: Record) -> str | None:
    """The picture channel; 0 is a recorder speaking of itself."""
    for name in ("channelID", "dynChannelID"):
        text = record.text(name)
        if text not in (None, "0"):
            return text
    return None


def _replayed(record: Record) -> bool:
    """Whether the device itself says that this is old: sent again, or history uploaded late."""
    blocks = (record, *record.parts("AccessControllerEvent"), *record.parts("ANPR"))
    return any(map(_is_old, blocks))


def _is_old(block: Record) -> bool:
    if block.has_none_of(_AGE):
        return False
    if block.flag("isDataRetransmission") is True or block.flag("currentEvent") is False:
        return True
    return block.whole("alarmDataType") == 1


_AGE = frozenset({"isdataretransmission", "currentevent", "alarmdatatype"})


def _active(record: Record) -> bool:
    state = record.text("eventState")
    if state is None:
        return True
    if state.lower() not in _STATES:
        raise Unreadable(f"eventState {state!r} is neither active nor inactive", record.path)
    return _STATES[state.lower()]
