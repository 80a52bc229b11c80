"""What the camera of a gate sees besides the person it lets in. Pure.

MQTT protocol 1.25, chapter 4; HTTP protocol 1.13, chapter 3.3.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ingest.adapters.facegate.credentials import replayed
from ingest.adapters.facegate.fields import Fields
from ingest.converters import number, said
from ingest.message import PictureKind, Reading

_YES = 1
_WAYS = {0: "left_to_right", 1: "right_to_left", 2: "enter", 3: "leave"}
_ENTER, _LEAVE = 2, 3
_AREA = 1
_OBJECTS = {0: "person", 1: "vehicle"}
_COLOURS = {
    1: "blue", 2: "yellow", 3: "white", 4: "black", 5: "green", 6: "yellow_green", 7: "green",
}  # fmt: skip
_NO_PLATE = frozenset(
    {"无牌", "无牌车", "无车牌", "_无_", "noplate", "no plate", "unlicensed", "-"}
)
_ID = ("snapid", "recordid", "snaporrecordid", "nrecordindex", "id")


def _seen(
    kind: str, operator: str, info: Fields, *, shows: PictureKind = "scene", **parts: Any
) -> Reading:
    """A sighting. Where the gate does not number it, its place in the picture tells two apart."""
    number_of = info.number(*_ID)
    spot = info.values.get("targetposinscene") if number_of is None else None
    return Reading(
        kind, time=info.time(), sequence=number_of, native=operator,
        replayed=replayed(operator, info), pictures=info.pictures(shows),
        key=None if spot is None else "".join(str(spot).split()), **parts,
    )  # fmt: skip


def stranger(operator: str, info: Fields) -> Reading:
    """A face that is not on the list; with `AlarmAction` a breach of some rule, in words."""
    if (alarm := info.text("alarmaction")) is not None:
        return _state(operator, info, {"alarm": alarm})
    return _seen("face.seen", operator, info, shows="face")


def _state(operator: str, info: Fields, state: Mapping[str, Any]) -> Reading:
    told = {name: value for name, value in state.items() if value is not None}
    state = told or {"alarm": operator}
    return _seen("device.state_reported", operator, info, fields={"state": state})


def behaviour(operator: str, info: Fields) -> Reading:
    """A drawn line was crossed (0), or a drawn area entered or left (1)."""
    way = info.number("behaviourdirection", "behaviordirection", "direction")
    told: dict[str, Any] = {"object": _OBJECTS.get(info.number("objecttype") or 0)}
    if info.number("behaviourtype", "behaviortype") == _AREA or way in (_ENTER, _LEAVE):
        kind = "zone.left" if way == _LEAVE else "zone.entered"
        return _seen(kind, operator, info, fields=told)
    crossing = _WAYS.get(way) if way is not None else None
    return _seen("line.crossed", operator, info, fields=told | {"crossing": crossing})


def fell(operator: str, info: Fields) -> Reading:
    """Something fell past the facade."""
    return _seen("object.fell", operator, info)


def smoke_or_fire(operator: str, info: Fields) -> Reading:
    """Fire or smoke, where it is sure; 2 is not."""
    for hazard in ("fire", "smoke"):
        if info.number(hazard) == _YES:
            return _seen("fire.detected", operator, info, fields={"hazard": hazard})
    return _state(operator, info, {name: info.number(name) for name in ("fire", "smoke")})


def heat(operator: str, info: Fields) -> Reading:
    """A temperature above its limit, or a spark."""
    if info.number("sparkalarm"):
        return _seen("fire.detected", operator, info, fields={"hazard": "unknown"})
    message = info.values.get("message")
    areas = [row for row in message if isinstance(row, dict)] if isinstance(message, list) else []
    degrees = [
        value
        for row in areas
        if (value := number(row.get("temperature", row.get("Temperature")))) is not None
    ]
    return _state(operator, info, {"temperature": max(degrees, default=None)})


def structured(operator: str, info: Fields) -> Reading:
    """A face, a person, a vehicle or a cycle."""
    kind = info.number("objecttype")
    if kind == 0:
        return _seen("face.seen", operator, info, shows="face")
    if kind == 2:
        return vehicle(operator, info)
    label = {1: "person", 3: "non_motor"}.get(kind if kind is not None else -1)
    shows: PictureKind = "person" if kind == 1 else "scene"
    return _seen("object.seen", operator, info, shows=shows, fields={"object": label})


def vehicle(operator: str, info: Fields) -> Reading:
    """A vehicle, with its plate where one was read."""
    attributes = info.values.get("objectattr")
    inner = {k.lower(): v for k, v in attributes.items()} if isinstance(attributes, dict) else {}
    plate = _plate(info, inner)
    colour = info.number("carplatecolor", "platecolour", "platecolor")
    told = {"plate_colour": _COLOURS.get(colour if colour is not None else 0)} if plate else {}
    return _seen(
        "plate.read" if plate else "vehicle.seen", operator, info, shows="vehicle",
        subject=plate, fields=told,
    )  # fmt: skip


def _plate(info: Fields, inner: Mapping[str, Any]) -> str | None:
    spellings = ("carplate", "licenceplate", "licenseplate", "plate")
    found = info.text(*spellings) or next(
        (text for name in spellings if (text := said(inner.get(name)))), None
    )
    return None if found is None or found.lower() in _NO_PLATE else found.replace(" ", "")


def electric_bicycle(operator: str, info: Fields) -> Reading:
    """An electric bicycle, ridden or pushed along."""
    told = {"object": "e-bike", "label": "electric bicycle"}
    return _seen("object.seen", operator, info, subject=_plate(info, {}), fields=told)


def headcount(operator: str, info: Fields) -> Reading:
    """How many people are in a drawn area now."""
    told = {"count": info.number("realtimecount"), "object": "person"}
    return _seen("object.counted", operator, info, fields=told)


def breach(operator: str, info: Fields) -> Reading:
    """A rule of work was broken: no helmet, no mask, a post left. A state, for no rule of ours."""
    names = ("helmet", "reflectivevest", "targettype", "cookalarmtype", "animalalarmtype",
             "objectalarmtype", "eventtype")  # fmt: skip
    return _state(operator, info, {name: info.number(name) for name in names})


SCENES: Mapping[str, Callable[[str, Fields], Reading]] = {
    "StrSnapPush": stranger, "SnapPush": stranger,
    "BehaviorSnapPush": behaviour, "BehaviourSnapPush": behaviour,
    "ParabolicSnapPush": fell,
    "FireSmokeSnapPush": smoke_or_fire, "TemHighSnapPush": heat,
    "FullStrSnapPush": structured,
    "PlateSnapPush": vehicle, "CatAttrSnapPush": vehicle, "CarAttrSnapPush": vehicle,
    "SafetyRidePush": electric_bicycle, "SafetyRideSnapPush": electric_bicycle,
    "ElectricalBicycleSnapPush": electric_bicycle,
    "CountInRegionPush": headcount,
    "LeaveSnapPush": breach, "ClothHelmetSnapPush": breach, "ClothHelmetVerifyPush": breach,
    "VisibleKitchenSnapPush": breach,
}  # fmt: skip
"""What each operator of the camera tells."""
