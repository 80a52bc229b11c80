"""The plans of the estates as they are drawn: from their own GeoJSON, else made up from the places.

Pure but for `load_plans`. What is drawn has a width of 1000 units; y goes down.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, cos, radians, sqrt
from pathlib import Path

import structlog

from schemas.base import Words
from schemas.place import EstateConfig, Place, PlaceKind
from schemas.plan import EstatePlan, Form, Shape, read_plan
from schemas.site_files import load_site
from schemas.yaml_file import FileFaults, parse

WIDTH, MARGIN = 1000.0, 30.0
CELL_W, CELL_H, GAP = 150.0, 60.0, 40.0
AREAS: frozenset[PlaceKind] = frozenset({"building", "zone", "car_park", "care_home"})
POINTS: frozenset[PlaceKind] = frozenset({"gate", "door", "barrier", "camera"})
Spot = tuple[float, float]
log = structlog.get_logger("console.plans")


@dataclass(frozen=True, slots=True)
class Drawn:
    """One thing as it is drawn: `kind` is the place's, or what ground it is."""

    kind: str
    form: Form
    points: tuple[Spot, ...]
    place: str = ""
    name: Words = field(default_factory=lambda: Words(zh="", en=""))
    heading: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """An estate as it is drawn. `is_made_up`: it shows what belongs together, not where it is."""

    estate: str
    name: Words
    height: float
    shapes: tuple[Drawn, ...]
    is_made_up: bool = False


def load_plans(site: Path | None) -> dict[str, Plan]:
    """The plan of each estate of a site file. What does not hold is told and made up instead."""
    if site is None:
        return {}
    try:
        estates = load_site(site).estates
    except (FileFaults, OSError) as error:
        log.error("there are no plans", fault=str(error).splitlines()[0])
        return {}
    plans = {}
    for estate in estates:
        config = estate.config()
        given = _given(site.parent / estate.plan, config) if estate.plan else None
        plans[estate.id] = drawn(given, config) if given else made_up(config)
    return plans


def _given(file: Path, config: EstateConfig) -> EstatePlan | None:
    try:
        document = parse(file.read_text(encoding="utf-8"), str(file))
        return read_plan(document, config.estate, frozenset(config.place_by_id))
    except (FileFaults, OSError, UnicodeDecodeError) as error:
        log.error("a plan is left out", fault=str(error).splitlines()[0])
        return None


def drawn(plan: EstatePlan, config: EstateConfig) -> Plan:
    """A plan of an estate's own, put into the width; north is up."""
    every = [point for shape in plan.shapes for point in shape.points]
    west, south = min(p[0] for p in every), min(p[1] for p in every)
    east, north = max(p[0] for p in every), max(p[1] for p in every)
    narrow = cos(radians((south + north) / 2))
    span = max((east - west) * narrow, 1e-9)
    scale = (WIDTH - 2 * MARGIN) / span
    shapes = []
    for shape in plan.shapes:
        points = tuple(
            (_round(MARGIN + (lon - west) * narrow * scale), _round(MARGIN + (north - lat) * scale))
            for lon, lat in shape.points
        )
        shapes.append(_shape(shape, points, config))
    height = _round((north - south) * scale + 2 * MARGIN)
    return Plan(config.estate, config.name, height, tuple(shapes))


def _round(number: float) -> float:
    return round(number, 1)


def _shape(shape: Shape, points: tuple[Spot, ...], config: EstateConfig) -> Drawn:
    if not shape.place:
        return Drawn(shape.ground or "boundary", shape.form, points)
    place = config.place_by_id[shape.place]
    name = config.place_name(place.id)
    return Drawn(place.kind, shape.form, points, place.id, name, shape.heading)


def made_up(config: EstateConfig) -> Plan:
    """A plan made up from the tree of places: buildings with their doors, gates below them."""
    sheet = _Sheet(config)
    kinds: tuple[Sequence[PlaceKind], ...] = (
        ("building",), ("zone", "car_park", "care_home", "lift", "corridor"), ("gate",),
    )  # fmt: skip
    for some in kinds:
        sheet.row([place for place in config.places if place.kind in some])
    sheet.row([p for p in config.places if p.kind in POINTS and p.id not in sheet.spots], True)
    return Plan(config.estate, config.name, _round(sheet.y + MARGIN), tuple(sheet.shapes), True)


class _Sheet:
    """Rows of places, one below the other."""

    def __init__(self, config: EstateConfig) -> None:
        self.config = config
        self.y = MARGIN
        self.shapes: list[Drawn] = []
        self.spots: set[str] = set()

    def row(self, places: Sequence[Place], bare: bool = False) -> None:
        """As many rows as some places need; `bare` draws points alone."""
        most = max(1, min(int((WIDTH - 2 * MARGIN + GAP) // (CELL_W + GAP)), _across(len(places))))
        for at in range(0, len(places), most):
            for column, place in enumerate(places[at : at + most]):
                self._cell(place, MARGIN + column * (CELL_W + GAP), bare)
            self.y += CELL_H + GAP

    def _cell(self, place: Place, x: float, bare: bool) -> None:
        y, right, bottom = self.y, x + CELL_W, self.y + CELL_H
        if bare or place.kind == "gate":
            self._put(place, "point", ((x + CELL_W / 2, y + CELL_H / 2),))
        else:
            self._put(place, "area", ((x, y), (right, y), (right, bottom), (x, bottom)))
        below = [one for one in self._below(place.id) if one.kind in POINTS]
        cameras = [self.config.place_by_id.get(name) for name in place.seen_by]
        found = [one for one in (*below, *cameras) if one and one.id not in self.spots]
        step = CELL_W / (len(found) + 1)
        for n, one in enumerate(dict.fromkeys(p.id for p in found), 1):
            self._put(self.config.place_by_id[one], "point", ((x + n * step, bottom + 8),))

    def _below(self, name: str) -> Iterable[Place]:
        for place in self.config.standing_in.get(name, ()):
            yield place
            if place.kind not in AREAS:
                yield from self._below(place.id)

    def _put(self, place: Place, form: Form, points: tuple[Spot, ...]) -> None:
        self.spots.add(place.id)
        name = self.config.place_name(place.id)
        self.shapes.append(Drawn(place.kind, form, points, place.id, name))


def _across(count: int) -> int:
    return ceil(sqrt(count * 1.6))


def seen_part(plan: Plan, covered: Mapping[str, bool]) -> Plan:
    """What somebody is shown of a plan: ground, and of places those that are theirs.

    Buildings and zones of others stay as outlines without a name, to find one's way by.
    """
    shapes = []
    for shape in plan.shapes:
        if not shape.place or covered.get(shape.place, False):
            shapes.append(shape)
        elif shape.form == "area":
            shapes.append(Drawn("other", shape.form, shape.points))
    return Plan(plan.estate, plan.name, plan.height, tuple(shapes), plan.is_made_up)
