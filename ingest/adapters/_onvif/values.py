"""Reading the values of items: whether a condition holds, what was seen, what may be told. Pure."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ingest.adapters._onvif.notification import Notification
from ingest.converters import said
from schemas.event_data import Scalar

STATE_ITEMS_MAX = 40
_HOLDS = {
    "true": True, "1": True, "active": True, "on": True, "high": True, "yes": True, "open": True,
    "false": False, "0": False, "inactive": False, "off": False, "low": False, "no": False,
    "closed": False,
}  # fmt: skip
_CONDITIONS = frozenset(
    {"active", "state", "logicalstate", "detected", "motion", "alarm", "alarmactive", "triggered",
     "tampering", "status", "open", "value"}
)  # fmt: skip
_OBJECTS = {
    "human": "person", "people": "person", "pedestrian": "person", "vehical": "vehicle",
    "pet": "animal", "dogcat": "animal", "licenseplate": "plate", "humanface": "face",
}  # fmt: skip
_PERSONAL = ("holder", "card", "pin", "identifiervalue", "credentialtoken", "label", "name",
             "image", "plate", "address", "password", "user", "reference")  # fmt: skip
"""Parts of item names whose values are a person's, a picture or nobody's business in a state."""


def holds(value: Any) -> bool | None:
    """Whether a condition holds, in any of the spellings devices use; None for another value."""
    return _HOLDS.get(str(value).strip().lower())


def condition(data: Mapping[str, Any], item: str | None = None) -> bool | None:
    """Whether the condition of a message holds; None if no item tells.

    `item` names it; else the items count whose name is one of a condition (`State`, `IsMotion`).
    """
    if item is not None:
        return next((holds(v) for k, v in data.items() if k.lower() == item.lower()), None)
    for name, value in data.items():
        if _is_condition(name) and (found := holds(value)) is not None:
            return found
    return None


@lru_cache(maxsize=512)
def _is_condition(name: str) -> bool:
    folded = name.lower()
    return folded in _CONDITIONS or (folded.startswith("is") and len(name) > 3)


def seen_object(notification: Notification) -> str | None:
    """What was seen, if the camera told; several classes stand side by side, parted by a comma."""
    text = notification.of_data("ClassTypes", "classTypes", "ClassType", "class", "reason")
    if text is None:
        return None
    words = text.replace(",", " ").lower().split()
    return ",".join(dict.fromkeys(_OBJECTS.get(word, word) for word in words)) or None


def told_state(notification: Notification) -> dict[str, Scalar]:
    """The data as a state. Names, cards, codes, pictures and addresses are left out."""
    found: dict[str, Scalar] = {}
    for name, value in notification.data.items():
        if len(found) < STATE_ITEMS_MAX and not _is_personal(name) and said(value) is not None:
            found[name] = value if isinstance(value, bool | int | float) else str(value)
    return found


@lru_cache(maxsize=512)
def _is_personal(name: str) -> bool:
    folded = name.lower()
    return any(part in folded for part in _PERSONAL)
