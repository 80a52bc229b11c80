"""Access points and doors: ONVIF Access Control and Door Control service specifications. Pure.

Granted does not mean that somebody went through; `AccessTaken` does.
"""

from typing import Any

from ingest.adapters._onvif.notification import Notification
from ingest.adapters._onvif.values import told_state
from ingest.message import Reading, Unreadable
from schemas.event_data import DeniedReason, Method

_STATE = "device.state_reported"
_WORDS = {
    "accessgranted": "access.granted", "accesstaken": "person.passed",
    "denied": "access.denied", "duress": "access.duress", "request": "access.presented",
}  # fmt: skip
_STATES = frozenset({"accessnottaken", "timeout"})
_REASONS: dict[str, DeniedReason] = {
    "credentialnotenabled": "blocked", "credentialnotactive": "wrong_time",
    "credentialexpired": "expired", "invalidpin": "wrong_pin",
    "notpermittedatthistime": "wrong_time", "unauthorized": "no_permission",
    "credentialnotfound": "unknown_credential", "antipassbackviolation": "anti_passback",
    "apbviolation": "anti_passback", "timeout": "other", "other": "other",
}  # fmt: skip
_METHODS: dict[str, Method] = {
    "card": "card", "pin": "pin", "fingerprint": "fingerprint", "face": "face", "palm": "palm",
    "licenseplate": "plate", "qrcode": "qr", "barcode": "qr", "rex": "button",
    "bluetooth": "bluetooth", "mobile": "bluetooth",
}  # fmt: skip
_DOOR_STATES: dict[tuple[str, str], str] = {
    ("doorphysicalstate", "open"): "door.opened",
    ("doorphysicalstate", "closed"): "door.closed",
    ("lockphysicalstate", "locked"): "door.locked",
    ("lockphysicalstate", "unlocked"): "door.unlocked",
    ("dooralarm", "doorforcedopen"): "door.forced",
    ("dooralarm", "dooropentoolong"): "door.held",
    ("doortamper", "tamperdetected"): "device.tampered",
}
"""What a door's property says when it takes a value; every other value is a state only."""


def read_access(notification: Notification) -> list[Reading]:
    """`AccessControl/...`: a decision, a request, or a passage at an access point.

    Raises Unreadable for a word that the specification has not.
    """
    parts = [part.lower() for part in notification.path[1:]]
    if not parts or parts[0] not in _WORDS.keys() | _STATES:
        raise Unreadable(f"unknown access event {notification.topic!r}", "$.Topic")
    point = notification.of_source("AccessPointToken", "AccessPoint", "IdPoint")
    if parts[0] in _STATES or parts[-1] in _STATES:
        state = {"access": "/".join(parts), **told_state(notification)}
        return [Reading(_STATE, channel=point, fields={"state": state})]
    word = _WORDS[parts[0]]
    method = method_of(notification, parts)
    fields: dict[str, Any] = {} if word == "person.passed" else {"method": method}
    if word == "access.denied":
        fields |= {"reason": _reason(notification, parts)}
    return [Reading(word, channel=point, subject=subject_of(notification, method), fields=fields)]


def subject_of(notification: Notification, method: Method) -> str | None:
    """The credential. A code that was typed in is a secret and never one."""
    token = notification.of_data("CredentialToken", "Credential")
    if token is not None or method == "pin":
        return token
    return notification.of_data("Card", "CardNr", "CardNumber", "IdentifierValue", "CardNrHex")


def method_of(notification: Notification, parts: list[str]) -> Method:
    """How somebody showed who they are: told by the identifier's type or by the topic's end."""
    told = notification.of_data("IdentifierType", "AuthenticationMethod") or parts[-1]
    found = _METHODS.get(told.rpartition(":")[2].strip().lower())
    if found is not None:
        return found
    return "card" if notification.of_data("Card", "CardNr", "CardNrHex") else "unknown"


def _reason(notification: Notification, parts: list[str]) -> DeniedReason:
    """A reason the specification does not list means Other."""
    told = notification.of_data("Reason")
    if told is None:
        told = next((part for part in reversed(parts) if part in _REASONS), None)
    return "unknown" if told is None else _REASONS.get(told.rpartition(":")[2].lower(), "other")


def read_door(notification: Notification) -> list[Reading]:
    """`Door/State/...`: a property of a door and its new value."""
    door = notification.of_source("DoorToken", "Door", "DoorMonitorToken")
    value = notification.of_data("State", "state") or ""
    named = notification.path[2].lower() if len(notification.path) > 2 else ""
    word = _DOOR_STATES.get((named, value.lower()), _STATE)
    fields = {"state": told_state(notification)} if word == _STATE else {}
    return [Reading(word, channel=door, key=named or None, fields=fields)]
