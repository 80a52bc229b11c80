"""What esp-rfid says when a card is shown, the exit button is pressed, or MQTT opens a door."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ingest.converters import flag, said
from ingest.message import DeviceTime, Reading, Unreadable

GRANTED = frozenset({"always", "admin"})
DENIED = {
    "disabled": "blocked",
    "expired": "expired",
    "wrong pin code": "wrong_pin",
    "denied": "unknown_credential",
}
"""The texts of `access` (README-MQTT.md and rfid.esp) and the reasons they stand for."""


def access(data: Mapping[str, Any], device: str | None, time: DeviceTime | None) -> list[Reading]:
    """The readings of an access message.

    One message can tell of several doors: an opening is told for each door that opened; if none
    did, the refusal is told once. `isKnown` alone says only that the card is on the list.
    """
    user, uid = said(data.get("username")), said(data.get("uid"))
    texts, doors = _list(data.get("access")), _list(data.get("doorName"))
    if not texts and flag(data.get("isKnown", data.get("isknown"))) is None:
        raise Unreadable("has neither access nor isKnown", "$.access")
    if uid is None and user == "Button":
        return [Reading("exit.requested", device, time, _door(doors, 0), native=user)]
    if uid is None and user == "MQTT":
        remote = {"method": "remote"}
        return [Reading("access.granted", device, time, native=user, fields=remote)]
    shown = Reading(
        "access.presented", device, time, _door(doors, 0) if len(doors) == 1 else None,
        subject=uid, native=", ".join(texts) or None, fields={"method": "card"},
    )  # fmt: skip
    return _judged(shown, [text.lower() for text in texts], doors)


def _judged(shown: Reading, words: list[str], doors: list[str]) -> list[Reading]:
    """What came of a card that was shown, as far as the texts say it."""
    if granted := _granted(words, doors):
        return [replace(shown, type="access.granted", channel=door) for door in granted]
    reasons = [DENIED[word] for word in words if word in DENIED]
    if not reasons or len(reasons) < len(words):
        return [shown]
    fields = {**shown.fields, "reason": reasons[0]}
    return [replace(shown, type="access.denied", fields=fields)]


def _granted(words: list[str], doors: list[str]) -> list[str | None]:
    """The doors that open: for an admin all, else those whose own text says so."""
    if len(words) < 2:
        return [_door(doors, 0)] if GRANTED & set(words) else []
    if "admin" in words:
        return [_door(doors, at) for at in range(max(len(doors), len(words)))]
    if len(words) != len(doors):
        return [None] if GRANTED & set(words) else []  # which door is meant cannot be known
    return [_door(doors, at) for at, word in enumerate(words) if word in GRANTED]


def _door(doors: list[str], at: int) -> str | None:
    return doors[at] if at < len(doors) else None


def _list(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [text for item in items if (text := said(item)) is not None]
