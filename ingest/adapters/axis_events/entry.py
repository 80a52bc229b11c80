"""Readers of Axis door controllers: `IdPoint` topics. Pure.

VAPIX, "Event logger service", table of notification topics. A reader tells what was shown to it;
the decision comes as `AccessControl`.
"""

from ingest.adapters._onvif.access import method_of, subject_of
from ingest.adapters._onvif.notification import INITIALIZED, Notification
from ingest.message import Reading

ID_POINT = "idpoint"
_REQUEST, _BUTTON = "request", "rex"


def read_id_point(notification: Notification) -> list[Reading]:
    """A request at a reader; empty for its other topics, which stand in the table."""
    parts = [part.lower() for part in notification.path[1:]]
    if parts[:1] != [_REQUEST] or notification.operation == INITIALIZED:
        return []
    point = notification.of_source("IdPointToken", "IdPoint", "Token", "Device Source")
    common = Reading(
        "exit.requested",
        device=notification.device,
        time=notification.time,
        channel=point,
        native=notification.topic,
    )
    if _BUTTON in parts:
        return [common]
    method = method_of(notification, parts)
    return [
        Reading(
            "access.presented",
            device=common.device,
            time=common.time,
            channel=point,
            native=common.native,
            subject=subject_of(notification, method),
            fields={"method": method},
        )
    ]
