"""Counters of AXIS Object Analytics: running totals, told at each crossing. Pure.

`startTime` is when the counting began, not when something crossed.
"""

from typing import Any

from ingest.adapters._onvif.notification import Notification
from ingest.adapters._onvif.values import seen_object
from ingest.converters import whole
from ingest.message import Reading

_APPLICATION = ("cameraapplicationplatform", "objectanalytics")
_PERSON = "person"


def is_count(notification: Notification) -> bool:
    """Whether this tells a count: of passages over a line, or of those in an area."""
    folded = tuple(part.lower() for part in notification.path[:2])
    return folded == _APPLICATION and "total" in notification.data


def read_count(notification: Notification) -> Reading:
    """A crossing names its `reason`; without one the total is how many are in the area now."""
    scenario = "/".join(notification.path[2:]) or None
    total = whole(notification.data.get("total"))
    passed = seen_object(notification) if "reason" in notification.data else None
    shared: dict[str, Any] = {
        "device": notification.device, "time": notification.time, "native": notification.topic,
        "key": f"{scenario}/{total}",
    }  # fmt: skip
    if passed is None:
        return Reading("object.counted", fields={"count": total, "zone": scenario}, **shared)
    word = "person.counted" if passed == _PERSON else "vehicle.counted"
    return Reading(word, fields={"count": total}, **shared)
