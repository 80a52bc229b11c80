"""Doors, bells and hubs: what notifications, webhooks and bridges tell of them. Pure.

A location or device update says how lock and contact stand, not which of them changed: a state.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ingest.adapters.unifi_access.notice import Notice, epoch_s, table, tables
from ingest.adapters.unifi_access.words import CALL_ENDS, method_of, reason_of, result_of
from ingest.converters import flag, said, text_of, whole
from ingest.message import Message, Reading, Unreadable
from schemas.event_fields import Scalar

_CONTACT = {"open": "door.opened", "close": "door.closed", "closed": "door.closed"}
_SETTINGS = ("evacuation", "lockdown", "online", "is_online", "firmware", "version", "lock", "dps")
_COMMANDS = frozenset({"get", "set"})
_WORDS = {
    ("doorbell", True): "doorbell.rung",
    ("dps", True): "door.opened",
    ("dps", False): "door.closed",
    ("lock", True): "door.locked",
    ("lock", False): "door.unlocked",
}


def ring(notice: Notice) -> list[Reading]:
    """Somebody rings at a reader, or at a bell wired to a hub."""
    data = notice.data
    door = said(data.get("door_id"))
    device = said(data.get("device_id")) or notice.object_id or door
    return [
        Reading(
            "doorbell.rung", device, epoch_s(data.get("create_time")),
            None if door == device else door, native=notice.event, key=said(data.get("request_id")),
        )
    ]  # fmt: skip


def call_ended(notice: Notice) -> list[Reading]:
    """How a ring ended: unanswered, or by what somebody did; the unlocking itself is told apart."""
    call = said(notice.data.get("remote_call_request_id")) or notice.object_id
    return [_ended(notice, whole(notice.data.get("reason_code")), None, call)]


def _ended(notice: Notice, code: int | None, device: str | None, call: str | None) -> Reading:
    how = CALL_ENDS.get(code or 0)
    native = f"{notice.event}/{code}"
    if how is False:
        unanswered = {"answered": False}
        return Reading("doorbell.rung", device, native=native, key=call, fields=unanswered)
    state: dict[str, Scalar] = {"call": how or "ended"}
    return Reading(
        "device.state_reported", device, native=native, key=call, fields={"state": state}
    )


def remote_unlock(notice: Notice) -> list[Reading]:
    """Somebody unlocked a door from the console or the telephone."""
    door = said(notice.data.get("unique_id"))
    device = notice.object_id or door
    channel = None if door == device else door
    return [Reading("door.unlocked", device, channel=channel, native=notice.event)]


def location(notice: Notice) -> list[Reading]:
    """How a door stands."""
    data = notice.data
    door = said(data.get("id")) or said(data.get("unique_id")) or notice.object_id
    return [_state(notice.event, door, None, table(data.get("state")))]


def hub(notice: Notice) -> list[Reading]:
    """How a hub's doors stand; without any, how the hub itself does."""
    data = notice.data
    device = said(data.get("id")) or said(data.get("unique_id")) or notice.object_id
    rows = tables(data.get("location_states"))
    if not rows:
        return [_state(notice.event, device, None, data)]
    return [_state(notice.event, device, said(row.get("location_id")), row) for row in rows]


def state(notice: Notice) -> list[Reading]:
    """A setting, or a device taken out."""
    return [_state(notice.event, notice.object_id, None, notice.data)]


def _state(
    native: str, device: str | None, channel: str | None, told: Mapping[str, Any]
) -> Reading:
    """A state; rules that keep a door locked or unlocked are told by their type."""
    facts: dict[str, Scalar] = {
        name: told[name] for name in _SETTINGS if isinstance(told.get(name), str | bool)
    }
    for rule in ("remain_lock", "remain_unlock"):
        kind = said(table(told.get(rule)).get("type"))
        if kind is not None:
            facts[rule] = kind
    return Reading(
        "device.state_reported", device, channel=channel, native=native, key=channel,
        fields={"state": facts},
    )  # fmt: skip


def _webhook(notice: Notice, word: str, **own: Any) -> Reading:
    """A reading with the hub and the door that a webhook names."""
    device = said(table(notice.data.get("device")).get("id")) or notice.object_id
    door = said(table(notice.data.get("location")).get("id"))
    return Reading(word, device, channel=door, **{"native": notice.event, **own})


def unlock_webhook(notice: Notice) -> list[Reading]:
    """`access.door.unlock`: an attempt and what came of it. Raises Unreadable without a result."""
    about, actor = table(notice.data.get("object")), table(notice.data.get("actor"))
    result = said(about.get("result"))
    word = result_of(result)
    if word is None:
        raise Unreadable(f"result {str(result)[:40]!r} says neither granted nor denied",
                         "$.data.object.result")  # fmt: skip
    fields: dict[str, Any] = {"method": method_of(said(about.get("authentication_type")))}
    reader = said(about.get("reader_id"))
    if reader is not None:
        fields["reader"] = reader
    if word == "access.denied":
        fields["reason"] = reason_of(result)
    return [_webhook(notice, word, subject=said(actor.get("id")), fields=fields)]


def contact_webhook(notice: Notice) -> list[Reading]:
    """`access.device.dps_status`: the leaf opened or closed."""
    about = table(notice.data.get("object"))
    told = (said(about.get("status")) or said(about.get("event_type")) or "").lower()
    word = _CONTACT.get(told)
    if word is None:
        return webhook_state(notice)
    return [_webhook(notice, word, native=f"{notice.event}/{told}")]


def ring_webhook(notice: Notice) -> list[Reading]:
    """A bell rings; at a request-to-enter button too."""
    call = said(table(notice.data.get("object")).get("request_id"))
    return [_webhook(notice, "doorbell.rung", key=call)]


def completed_webhook(notice: Notice) -> list[Reading]:
    """How a ring ended."""
    about = table(notice.data.get("object"))
    device = said(table(notice.data.get("device")).get("id")) or notice.object_id
    call = said(about.get("request_id"))
    return [_ended(notice, whole(about.get("reason_code")), device, call)]


def webhook_state(notice: Notice) -> list[Reading]:
    """An emergency, a schedule or a temporary unlocking begins or ends."""
    about = table(notice.data.get("object"))
    facts: dict[str, Scalar] = {
        name: value for name, value in about.items() if isinstance(value, str | bool | int)
    }
    fields = {"state": {"event": notice.event, **facts}}
    return [_webhook(notice, "device.state_reported", fields=fields)]


def bridge_state(value: Mapping[str, Any]) -> list[Reading]:
    """unifi-access-mqtt: how a door or its bell stands; only ringing is a happening."""
    door = said(value.get("door_id"))
    if said(value.get("status")) == "ringing":
        return [
            Reading("doorbell.rung", door, native="doorbell", key=said(value.get("request_id")))
        ]
    names = ("lock_status", "door_status", "status", "is_online", "device_type")
    facts = {name: value[name] for name in names if isinstance(value.get(name), str | bool)}
    return [Reading("device.state_reported", door, native="door", fields={"state": facts})]


def word(message: Message, levels: Sequence[str]) -> list[Reading]:
    """homebridge-unifi-access: `true` or `false` on `unifi/access/<MAC>/<what>`."""
    if len(levels) < 2 or levels[-1] in _COMMANDS:
        return []
    device, what = levels[0], "/".join(levels[1:])
    text = text_of(message.payload).strip()
    on = flag(text)
    told = _WORDS.get((what, on)) if on is not None else None
    if told is not None:
        return [Reading(told, device, native=what)]
    if len(text) > 40 or what not in ("doorbell", "dps", "lock"):
        raise Unreadable(f"{what[:40]!r} is none of doorbell, dps, lock", "topic")
    return [Reading("device.state_reported", device, native=what, fields={"state": {what: text}})]
