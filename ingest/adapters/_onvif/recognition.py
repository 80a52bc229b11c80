"""What a camera recognises: classes of objects, plates, faces (ONVIF Analytics). Pure."""

from typing import Any

from ingest.adapters._onvif.notification import Notification
from ingest.adapters._onvif.values import condition, seen_object
from ingest.converters import said, share
from ingest.message import Picture, Reading, Unreadable

_CHANNEL = ("VideoSourceConfigurationToken", "VideoSourceToken", "VideoSource", "Source")


def read_objects(notification: Notification) -> list[Reading]:
    """`ObjectDetection`: the classes now in the picture; an empty list says that they are gone."""
    seen = seen_object(notification)
    there = seen is not None and condition(notification.data) is not False
    zone = notification.of_source("Rule", "RuleName")
    fields = {"object": seen, "zone": zone, "track": notification.of_data("ObjectId")}
    word = "object.seen" if there else "object.left"
    return [Reading(word, channel=notification.of_source(*_CHANNEL), key=zone, fields=fields)]


def read_area(notification: Notification) -> list[Reading]:
    """`OpenApp/WiseAI/IvaArea` of Hanwha: what happened in an area, as its `Action` says.

    A camera tells an exit with `State` true as well, so that one counts only without an action.
    Raises Unreadable for an action it does not know.
    """
    action = (notification.of_data("Action") or "").lower()
    on = condition(notification.data)
    word = _AREA_ACTIONS.get(action)
    if not action and on is not None:
        word = "zone.entered" if on else "zone.left"
    if word is None:
        raise Unreadable(f"action {action[:40]!r} of an area is not known", "$.Data.Action")
    if word == "loitering.started" and on is False:
        word = "loitering.ended"
    zone = notification.of_source("Rule", "RuleName")
    track = notification.of_data("ObjectId")
    return [
        Reading(
            word,
            channel=notification.of_source(*_CHANNEL),
            key="/".join(filter(None, (zone, track))) or None,
            fields={"object": seen_object(notification), "track": track, "zone": zone},
        )
    ]


_AREA_ACTIONS = {
    "intrusion": "zone.entered", "enter": "zone.entered", "entering": "zone.entered",
    "exit": "zone.left", "exiting": "zone.left", "loitering": "loitering.started",
    "appear": "object.seen", "appearing": "object.seen",
    "disappear": "object.left", "disappearing": "object.left",
}  # fmt: skip


def read_plate(notification: Notification) -> list[Reading]:
    """`Recognition/LicensePlate`: a plate read, or a vehicle seen whose plate was not.

    `Label` says what list the plate is on.
    """
    plate = notification.of_data("PlateNumber", "LicensePlate", "Plate")
    rule = notification.of_source("Rule", "RuleName")
    return [
        Reading(
            "plate.read" if plate else "vehicle.seen",
            channel=notification.of_source(*_CHANNEL),
            subject=plate,
            confidence=_likelihood(notification.data.get("Likelihood")),
            pictures=_pictures(notification),
            key=rule,
            fields={
                "plate_type": notification.of_data("PlateType"),
                "vehicle_type": notification.of_data("VehicleType", "Type"),
                "list_name": notification.of_data("Label"),
            },
        )
    ]


def _likelihood(value: Any) -> float | None:
    return share(value) if share(value) is not None else share(value, 100)


def _pictures(notification: Notification) -> tuple[str | Picture, ...]:
    links = [notification.of_data("ImageURI"), notification.of_data("VehicleImageURI")]
    carried = [
        Picture("plate", "plate", text)
        for text in [said(notification.data.get("Image"))]
        if text is not None
    ] + [
        Picture("vehicle", "vehicle", text)
        for text in [said(notification.data.get("VehicleImage"))]
        if text is not None
    ]
    return (*filter(None, links), *carried)


def read_face(notification: Notification) -> list[Reading]:
    """`Recognition/Face`: a face that the device matched with one enrolled on it.

    Who it was stays on the device, and so do both pictures.
    """
    rule = notification.of_source("Rule", "RuleName")
    return [
        Reading(
            "face.recognized",
            channel=notification.of_source(*_CHANNEL),
            confidence=_likelihood(notification.data.get("Likelihood")),
            key="/".join(filter(None, (rule, notification.of_data("ObjectId")))) or None,
            fields={"zone": rule, "track": notification.of_data("ObjectId"), "object": "face"},
        )
    ]
