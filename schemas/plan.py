"""The plan of an estate: a GeoJSON (RFC 7946) file beside the site file, drawn without any tiles.

A FeatureCollection. A feature with `place` in its properties is that place of the site: a building
or zone as a polygon, a door, barrier, gate or camera as a point. One without is ground to find
one's way by, of the `kind` it names. Coordinates are WGS 84, longitude first.
"""

from typing import Any, Literal, get_args

from schemas.base import Model
from schemas.yaml_file import Document, Fault, FileFaults, Path

Form = Literal["area", "line", "point"]
Ground = Literal["boundary", "road", "water", "green"]
Point = tuple[float, float]
GROUNDS: tuple[Ground, ...] = get_args(Ground)
SHAPES_MAX = 5000
_FORMS: dict[str, Form] = {"Polygon": "area", "LineString": "line", "Point": "point"}
_LEAST: dict[Form, int] = {"area": 4, "line": 2, "point": 1}


class Shape(Model):
    """One thing on the plan: a place of the estate, or ground.

    `points` are longitude and latitude in degrees; an area is its outer ring. `heading` is where a
    camera looks, in degrees clockwise from north.
    """

    place: str = ""
    ground: Ground | None = None
    form: Form
    points: tuple[Point, ...]
    heading: float | None = None


class EstatePlan(Model):
    """All that is drawn of an estate, ground first."""

    estate: str
    shapes: tuple[Shape, ...]


def read_plan(document: Document, estate: str, places: frozenset[str]) -> EstatePlan:
    """The plan of an estate out of a parsed GeoJSON text (JSON is YAML too).

    Raises FileFaults with every fault, at its line.
    """
    content = document.content
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or content.get("type") != "FeatureCollection":
        raise FileFaults([document.fault(("type",), "must be a GeoJSON FeatureCollection")])
    if len(features) > SHAPES_MAX:
        raise FileFaults([document.fault(("features",), f"holds more than {SHAPES_MAX} features")])
    read = [_shape(document, ("features", at), one, places) for at, one in enumerate(features)]
    if faults := [one for one in read if isinstance(one, Fault)]:
        raise FileFaults(faults)
    shapes = [one for one in read if isinstance(one, Shape)]
    return EstatePlan(estate=estate, shapes=tuple(sorted(shapes, key=lambda s: s.ground is None)))


def _shape(document: Document, at: Path, feature: Any, places: frozenset[str]) -> Shape | Fault:
    told = feature.get("properties") if isinstance(feature, dict) else None
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(told, dict) or not isinstance(geometry, dict):
        return document.fault(at, "must be a feature with properties and a geometry")
    place, ground = str(told.get("place") or ""), told.get("kind")
    if place and place not in places:
        return document.fault((*at, "properties", "place"), f"{place!r} is not a place here")
    if not place and ground not in GROUNDS:
        what = f"name a `place`, or a `kind`: {', '.join(GROUNDS)}"
        return document.fault((*at, "properties"), what)
    form = _FORMS.get(str(geometry.get("type")))
    points = _points(form, geometry.get("coordinates"))
    if form is None or points is None:
        what = "must be a Polygon, LineString or Point of longitude and latitude in degrees"
        return document.fault((*at, "geometry"), what)
    heading = told.get("heading")
    return Shape(
        place=place, ground=None if place else ground, form=form, points=points,
        heading=float(heading) if isinstance(heading, int | float) else None,
    )  # fmt: skip


def _points(form: Form | None, coordinates: Any) -> tuple[Point, ...] | None:
    if form is None or not isinstance(coordinates, list):
        return None
    ring = coordinates[0] if form == "area" and coordinates else coordinates
    listed = [ring] if form == "point" else ring
    if not isinstance(listed, list) or len(listed) < _LEAST[form]:
        return None
    points = [_point(one) for one in listed]
    return tuple(p for p in points if p is not None) if all(points) else None


def _point(pair: Any) -> Point | None:
    if not isinstance(pair, list) or len(pair) < 2:
        return None
    lon, lat = pair[0], pair[1]
    numbers = isinstance(lon, int | float) and isinstance(lat, int | float)
    if not numbers or abs(lon) > 180 or abs(lat) > 90:
        return None
    return float(lon), float(lat)
