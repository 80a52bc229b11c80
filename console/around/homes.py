"""Homes by building, unit and floor, and how many are in which state. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.base import Words
from schemas.place import EstateConfig
from schemas.views import HomeStatus, HomeView

DIGITS = re.compile(r"\d+")
STATES: tuple[HomeStatus, ...] = ("in_use", "seems_vacant", "differs", "cannot_be_judged")


@dataclass(frozen=True, slots=True)
class Where:
    """Where a home is: its building and unit with their names, its floor and the flat's name.

    The floor is that of the flat's number (1102: the 11th), None where that says none.
    """

    building: str
    building_name: Words
    unit: str
    unit_name: Words
    floor: int | None
    flat: str


@dataclass(frozen=True, slots=True)
class Located:
    """A home and where it is."""

    home: HomeView
    where: Where


@dataclass(frozen=True, slots=True)
class Building:
    """A building's homes in numbers, by state."""

    estate: str
    id: str
    name: Words
    counts: Counter[HomeStatus]

    @property
    def total(self) -> int:
        """All its homes."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Floor:
    """One floor of a unit, its homes by their numbers."""

    number: int | None
    homes: tuple[Located, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of a building, from the top floor down."""

    id: str
    name: Words
    floors: tuple[Floor, ...]


def where_of(home: HomeView, config: EstateConfig | None) -> Where:
    """Where a home is, by the site; by the name of its place where no site tells."""
    flat = _flat_of(home.dwelling)
    nodes = {node.kind: node for node in config.lineage(home.place)} if config else {}
    building, unit = nodes.get("building"), nodes.get("unit")
    return Where(
        building.id if building else home.place,
        building.name if building else home.place_name,
        unit.id if unit else "",
        unit.name if unit else Words(zh="", en=""),
        _floor_of(flat),
        flat,
    )


def _flat_of(dwelling: str) -> str:
    numbers = DIGITS.findall(dwelling)
    return numbers[-1] if numbers else dwelling


def _floor_of(flat: str) -> int | None:
    return int(flat[:-2]) if flat.isascii() and flat.isdigit() and 3 <= len(flat) <= 5 else None


def buildings(homes: Iterable[Located]) -> list[Building]:
    """The buildings of some homes, in the order of their names."""
    found: dict[tuple[str, str], Building] = {}
    for one in homes:
        key = (one.home.estate, one.where.building)
        building = found.setdefault(key, Building(*key, one.where.building_name, Counter()))
        building.counts[one.home.status] += 1
    return sorted(found.values(), key=lambda one: (one.estate, natural(one.name.zh), one.id))


def units(homes: Sequence[Located]) -> list[Unit]:
    """The units of one building with their floors."""
    by_unit: dict[str, list[Located]] = {}
    for one in homes:
        by_unit.setdefault(one.where.unit, []).append(one)
    names = {one.where.unit: one.where.unit_name for one in homes}
    order = sorted(by_unit, key=natural)
    return [Unit(unit, names[unit], _floors(by_unit[unit])) for unit in order]


def _floors(homes: Iterable[Located]) -> tuple[Floor, ...]:
    by_floor: dict[int | None, list[Located]] = {}
    for one in homes:
        by_floor.setdefault(one.where.floor, []).append(one)
    order = sorted(by_floor, key=lambda floor: -1 if floor is None else floor, reverse=True)
    return tuple(
        Floor(floor, tuple(sorted(by_floor[floor], key=lambda one: natural(one.where.flat))))
        for floor in order
    )


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """The order in which people count: Building 2 before Building 10."""
    parts = re.split(r"(\d+)", text)
    return tuple((int(part[:18]), "") if part.isdecimal() else (-1, part) for part in parts)
