"""The access log as it grows: `access.logs.add`, and `access.logs.insights.add` of newer versions.

Both tell one attempt, with the same millisecond, person and door. Pure.
"""

from collections.abc import Mapping
from typing import Any

from ingest.adapters.unifi_access.notice import Notice, epoch_ms, table, tables
from ingest.adapters.unifi_access.words import (
    DOORBELL,
    direction_of,
    method_of,
    reason_of,
    result_of,
)
from ingest.converters import said
from ingest.message import Reading, Unreadable

_KINDS = {
    "access.device.offline": "device.offline",
    "access.device.online": "device.online",
    "access.remotecall.request": "doorbell.rung",
    "access.door.lock": "door.locked",
    "access.device.upgrade": "device.state_reported",
    "access.device.update": "device.state_reported",
    "access.settings.change": "device.operated",
    "access.pin_code.update": "device.operated",
    "access.visitor.create": "device.operated",
    "access.visitor.update": "device.operated",
    "access.visitor.delete": "device.operated",
    "access.user.create": "device.operated",
    "access.user.update": "device.operated",
    "access.user.delete": "device.operated",
}
_CONTACT = (("open", "door.opened"), ("close", "door.closed"))
_UNLOCK = "access.door.unlock"
_DPS = "access.dps.status.update"


def read_log(notice: Notice) -> list[Reading]:
    """One row of the log."""
    source = table(notice.data.get("_source"))
    event, targets = table(source.get("event")), tables(source.get("target"))
    of_type = {said(row.get("type")): row for row in reversed(targets)}
    way = table(of_type.get("device_config"))
    told = {
        "event_type": event.get("type"), "result": event.get("result"),
        "message": event.get("display_message"), "published": event.get("published"),
        "actor": table(source.get("actor")), "door": table(of_type.get("door")),
        "direction": way.get("display_name") if way.get("id") == "door_entry_method" else None,
        "provider": table(source.get("authentication")).get("credential_provider"),
    }  # fmt: skip
    return [_row(told, notice)]


def read_insight(notice: Notice) -> list[Reading]:
    """The same row as newer versions write it."""
    about = table(notice.data.get("metadata"))
    shown = table(about.get("authentication"))
    told = {
        **{name: notice.data.get(name) for name in ("event_type", "result", "message")},
        "published": notice.data.get("published"), "actor": table(about.get("actor")),
        "door": _first(about.get("door")),
        "direction": _first(about.get("opened_direction")).get("display_name"),
        "provider": shown.get("credential_provider") or shown.get("display_name"),
        "device": said(_first(about.get("device")).get("id")),
    }  # fmt: skip
    return [_row(told, notice)]


def _first(value: Any) -> Mapping[str, Any]:
    """The first of several entries, or the one that stands alone."""
    return table(next(iter(value), None)) if isinstance(value, list) else table(value)


def _row(told: Mapping[str, Any], notice: Notice) -> Reading:
    kind, message = said(told["event_type"]), said(told["message"])
    if kind == _UNLOCK and said(told["provider"]) == DOORBELL:
        return _reading("doorbell.rung", told, notice)
    if kind == _UNLOCK:
        return _attempt(told, notice)
    if kind == _DPS:
        words = (word for sign, word in _CONTACT if sign in (message or "").lower())
        return _reading(next(words, "device.state_reported"), told, notice)
    word = _KINDS.get(kind or "")
    if word is None:
        raise Unreadable(f"log type {str(kind)[:64]!r} is not known here; see the README", "$.data")
    return _reading(word, told, notice)


def _attempt(told: Mapping[str, Any], notice: Notice) -> Reading:
    word = result_of(said(told["result"]))
    if word is None:
        what = f"result {str(told['result'])[:40]!r} is none of ACCESS, BLOCKED, INCOMPLETE"
        raise Unreadable(what, "$.data")
    fields: dict[str, Any] = {"method": method_of(said(told["provider"]))}
    if word == "access.denied":
        fields["reason"] = reason_of(said(told["message"]))
    return _reading(word, told, notice, said(told["actor"].get("id")), fields)


def _reading(
    word: str, told: Mapping[str, Any], notice: Notice, subject: str | None = None,
    fields: dict[str, Any] | None = None,
) -> Reading:  # fmt: skip
    door = said(told["door"].get("id"))
    device = notice.object_id or told.get("device") or door
    state = {"log": said(told["event_type"]), "message": said(told["message"])}
    own = fields or ({"state": state} if word == "device.state_reported" else {})
    return Reading(
        word, device, epoch_ms(told["published"]), None if door == device else door,
        subject=subject, direction=direction_of(said(told["direction"])),
        native=f"{notice.event}/{said(told['event_type'])}", fields=own,
    )  # fmt: skip
