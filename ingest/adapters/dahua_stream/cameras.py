"""What cameras, recorders and their inputs tell. Pure."""

from collections.abc import Mapping
from typing import Any

from ingest.adapters._dahua.names import object_word, table, tables
from ingest.adapters._dahua.vehicles import confidence_of
from ingest.adapters.dahua_stream.codes import MEANINGS
from ingest.adapters.dahua_stream.element import Element
from ingest.adapters.dahua_stream.reading import begins, reading, state
from ingest.converters import said, whole
from ingest.message import Reading
from schemas.event_data import CameraData, EventData

_NOBODY = "FFFFFF"
_TRACK_KEYS = ("ObjectID", "HumamID", "HumanID", "VehicleID")


def of_table(element: Element) -> Reading:
    """A code of the table: its beginning, its end, or a state."""
    meaning = MEANINGS[element.code]
    if element.action == "State":
        return state(element)
    word = meaning.start if begins(element) else meaning.stop
    if word is None:
        return state(element)
    if word == "zone.entered" and element.data.get("Direction") == "Leave":
        word = "zone.left"
    fields = {**_camera_fields(element, word), **_hazard(element, word)}
    return reading(element, word, key=fields.get("track"), fields=fields)


def _hazard(element: Element, word: str) -> dict[str, str]:
    hazard = MEANINGS[element.code].hazard
    return {"hazard": hazard} if hazard is not None and word == "fire.detected" else {}


def _camera_fields(element: Element, word: str) -> dict[str, str]:
    """Object, track, zone and way, for the types that have them."""
    if not issubclass(EventData.TYPES[word], CameraData):
        return {}
    seen = seen_object(element.data)
    fields = {
        "object": object_word(seen.get("ObjectType")) or MEANINGS[element.code].object,
        "track": next((t for t in (said(seen.get(key)) for key in _TRACK_KEYS) if t), None),
        "zone": zone_of(element.data),
        "crossing": said(element.data.get("Direction")) if word == "line.crossed" else None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def seen_object(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The object an event is about, the first of several; some bridges write only its members."""
    for key in ("Object", "Objects", "object"):
        if found := tables(data.get(key)):
            return found[0]
    return data if "ObjectType" in data else {}


def zone_of(data: Mapping[str, Any]) -> str | None:
    """The name of the rule or region that an installer drew."""
    regions = data.get("RegionName")
    first = regions[0] if isinstance(regions, list) and regions else regions
    return said(data.get("Name")) or said(first)


def motion_info(element: Element) -> Reading:
    """`VideoMotionInfo`: which regions see motion now.

    The camera sends it as motion goes on, so an active region is motion and no mere state; without
    a region's word it says nothing.
    """
    rows = element.rows or (element.data,)
    words = {said(row.get("State")) for row in rows} - {None}
    if not words:
        return state(element)
    word = "motion.started" if "Active" in words else "motion.ended"
    zone = said(rows[0].get("RegionName"))
    return reading(element, word, fields={"zone": zone} if zone else {})


def face(element: Element) -> Reading:
    """`FaceRecognition`: an enrolled person if the device names a candidate, else only a face."""
    if element.action in ("State", "Stop"):
        return state(element)
    begins(element)
    candidates = tables(element.data.get("Candidates"))
    person = table(candidates[0].get("Person")) if candidates else {}
    subject = said(person.get("UID")) or said(person.get("ID")) or said(person.get("Name"))
    if subject is None:
        return reading(element, "face.seen", fields={"object": "face"})
    likeness = confidence_of(candidates[0].get("Similarity"))
    fields = {"object": "face"}
    return reading(element, "face.recognized", subject=subject, confidence=likeness, fields=fields)


def door_face(element: Element) -> Reading:
    """`_DoorFace_` of a door station: the face of one enrolled; `FFFFFF` is nobody known.

    Whether the door opened is said by an `AccessControl` of its own.
    """
    begins(element)
    subject, fields = said(element.data.get("UserID")), {"object": "face"}
    if subject is None or subject.upper() == _NOBODY:
        return reading(element, "face.seen", fields=fields)
    likeness = confidence_of(element.data.get("Similarity"))
    return reading(element, "face.recognized", subject=subject, confidence=likeness, fields=fields)


def people_counter(element: Element) -> Reading:
    """`NumberStat`: running totals of a line or an area; without them a state."""
    entered = whole(element.data.get("EnteredSubtotal", element.data.get("EnteredNumber")))
    exited = whole(element.data.get("ExitedSubtotal", element.data.get("ExitedNumber")))
    if entered is None and exited is None:
        return state(element)
    return reading(element, "person.counted", fields={"entered": entered, "exited": exited})
