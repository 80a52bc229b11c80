"""What was captured: motor vehicles, cycles, people, faces, things.

Names, identity numbers and features of people and faces are never read.
"""

from ingest.adapters.gat1400.record import Record
from ingest.converters import share
from ingest.message import Reading
from schemas.event_data import Direction

_NO_PLATE = frozenset({"无车牌", "无牌", "无牌车", "未识别", "未知", "车牌", "无", "noplate", "-"})
_WAYS: dict[str, Direction] = {
    "in": "in", "enter": "in", "入": "in", "进": "in",
    "out": "out", "exit": "out", "leave": "out", "出": "out",
}  # fmt: skip
_PASSED = {"in": "vehicle.entered", "out": "vehicle.exited"}
_COLOURS = {
    "1": "black", "2": "white", "3": "grey", "4": "red", "5": "blue", "6": "yellow", "7": "orange",
    "8": "brown", "9": "green", "10": "purple", "11": "cyan", "12": "pink", "13": "transparent",
    "99": "other",
}  # fmt: skip
"""GA/T 1400.3, colour type."""
_PASS_TIMES = ("PassTime", "AppearTime", "MarkTime")


def read_vehicle(record: Record) -> list[Reading]:
    """A motor vehicle: in or out if the sender says so (community extension), else a plate read."""
    plate = _plate(record)
    way = _WAYS.get((record.text("InOut") or "").lower())
    word = _PASSED[way] if way else "plate.read" if plate else "vehicle.seen"
    return [_vehicle(record, word, "MotorVehicleID", record.text("VehicleClass"))]


def read_cycle(record: Record) -> list[Reading]:
    """A bicycle, e-bike or tricycle. Few have a plate."""
    word = "plate.read" if _plate(record) else "vehicle.seen"
    return [_vehicle(record, word, "NonMotorVehicleID", "non_motor")]


def _vehicle(record: Record, word: str, name: str, kind: str | None) -> Reading:
    return Reading(
        word,
        device=record.device(name),
        time=record.time(*_PASS_TIMES),
        channel=record.text("LaneNo"),
        subject=_plate(record),
        direction=_WAYS.get((record.text("InOut") or "").lower()),
        confidence=share(record.text("PlateReliability"), 100),
        native=record.name,
        pictures=record.pictures("vehicle"),
        key=record.key(name),
        fields={
            "plate_colour": _colour(record.text("PlateColor")),
            "plate_type": record.text("PlateClass"),
            "vehicle_type": kind,
            "vehicle_colour": _colour(record.text("VehicleColor")),
            "lane": record.text("LaneNo"),
        },
    )


def _plate(record: Record) -> str | None:
    """The plate; characters that were not readable stand as `-` in it."""
    text = record.text("PlateNo")
    if text is None or text.lower() in _NO_PLATE or not text.strip("-"):
        return None
    return None if record.text("HasPlate") in ("0", "False", "false") else text


def _colour(code: str | None) -> str | None:
    return _COLOURS.get(code, code) if code is not None else None


def read_person(record: Record) -> list[Reading]:
    """A person in the picture."""
    return [
        Reading(
            "object.seen",
            device=record.device("PersonID"),
            time=record.time("PersonAppearTime", "AppearTime", "LocationMarkTime"),
            native=record.name,
            pictures=record.pictures("person"),
            key=record.key("PersonID"),
            fields={"object": "person"},
        )
    ]


def read_face(record: Record) -> list[Reading]:
    """A face in the picture. Whose it is, where the sender knows, is not read."""
    return [
        Reading(
            "face.seen",
            device=record.device("FaceID"),
            time=record.time("FaceAppearTime", "AppearTime", "LocationMarkTime", "PassTime"),
            native=record.name,
            pictures=record.pictures("face"),
            key=record.key("FaceID"),
            fields={"object": "face"},
        )
    ]


def read_thing(record: Record) -> list[Reading]:
    """An object that was left or carried."""
    return [
        Reading(
            "object.seen",
            device=record.device("ThingID"),
            time=record.time("AppearTime", "LocationMarkTime"),
            native=record.name,
            pictures=record.pictures("scene"),
            key=record.key("ThingID"),
            fields={"object": "thing"},
        )
    ]
