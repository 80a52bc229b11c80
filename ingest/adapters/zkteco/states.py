"""What a device says of itself: door states, and its options. Pure.

Access push, chapter 10.3 and appendix 20. Nothing here is a happening.
"""

from typing import Any

from ingest.adapters.zkteco.records import Row, wall_clock
from ingest.message import Reading, Unreadable

_CONTACT = {1: "closed", 2: "open"}
_TOLD = {
    "devicename": "name", "fwversion": "firmware", "firmver": "firmware", "mac": "mac",
    "pushversion": "push_version", "platform": "platform", "oemvendor": "maker",
    "devicetype": "device_type", "machinetype": "machine_type", "lockcount": "doors",
    "readercount": "readers", "auxincount": "aux_inputs", "auxoutcount": "aux_outputs",
    "usercount": "users", "fpcount": "fingerprints", "facecount": "faces",
    "transactioncount": "records", "language": "language",
}  # fmt: skip
"""Which options are told. The others hold passwords and addresses, or switch functions."""


def door_states(row: Row) -> Reading:
    """The state of all doors: two bits of contact each, a byte of alarms each, relays as written.

    What an alarm bit means differs between terminals and panels, so it stays a number.
    """
    state: dict[str, Any] = {}
    for at, byte in enumerate(_bytes(row.get("sensor"), "$.sensor")):
        for door in range(4):
            contact = byte >> (2 * door) & 3
            if contact:
                state[f"door_{4 * at + door + 1}"] = _CONTACT.get(contact, "unknown")
    for door, alarms in enumerate(_bytes(row.get("alarm"), "$.alarm"), start=1):
        if alarms:
            state[f"alarm_{door}"] = alarms
    if row.get("relay"):
        state["relay"] = row["relay"]
    return Reading(
        "device.state_reported", time=wall_clock(row.get("time")), native="rtstate",
        fields={"state": state},
    )  # fmt: skip


def _bytes(text: str | None, path: str) -> bytes:
    """Bytes from hexadecimal digits; half a byte at the end, which some copies lost, is left."""
    text = text or ""
    try:
        return bytes.fromhex(text[: len(text) // 2 * 2])
    except ValueError as error:
        raise Unreadable(f"{text[:20]!r} is not hexadecimal", path) from error


def options(text: str, *, named: bool) -> Reading:
    """What a device says it is: `~name=value` between commas or on lines.

    Its serial number names it. The MAC does where no topic says whose message it is (`named`).
    """
    parts = (part.partition("=") for part in text.replace("\n", ",").replace("\r", "").split(","))
    found = {name.strip().lstrip("~").lower(): value.strip() for name, mark, value in parts if mark}
    told = {_TOLD[name]: value for name, value in found.items() if name in _TOLD and value}
    return Reading(
        "device.described",
        device=found.get("serialnumber") or (None if named else found.get("mac")) or None,
        native="options", fields={"description": told},
    )  # fmt: skip
