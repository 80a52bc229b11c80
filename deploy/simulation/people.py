"""Who lives in the estate: homes, people with their hours, and the cars of some."""

from dataclasses import dataclass
from random import Random
from typing import Literal

from deploy.simulation.estate import Estate

FLOORS, HOMES_A_FLOOR = 12, 2
Role = Literal["worker", "night_worker", "student", "retired", "at_home"]
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""The letters of mainland plates: no I and no O (GA 36)."""
_SERIAL = _LETTERS + "0123456789"
_ALIKE = {
    "0": "DQ", "D": "0Q", "Q": "0D", "2": "Z", "Z": "2", "5": "S", "S": "5", "8": "B", "B": "8",
}  # fmt: skip
"""What every reader takes for one another now and then."""
_NEAR = {"1": "7", "7": "1", "6": "G", "G": "6", "M": "N", "N": "M", "V": "Y", "Y": "V"}
"""What readers take for one another in dirt, rain and bad light."""
ALIKE_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Person:
    """One resident: what they are known by at readers, and their hours (as hours of the day)."""

    number: str
    method: Literal["face", "card"]
    role: Role
    door: str
    gate: str
    leaves: float
    returns: float
    plate: str | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """Who lives behind one front door."""

    people: tuple[Person, ...]

    @property
    def parent(self) -> Person | None:
        """The grown-up who would walk a child to school."""
        return next((p for p in self.people if p.role in ("worker", "at_home")), None)


def populate(estate: Estate, rng: Random) -> tuple[Home, ...]:
    """The homes of the estate; about one in twenty-five stands empty."""
    return tuple(
        _home(estate, rng, door, unit * 1000 + number * 10)
        for unit, door in enumerate(estate.unit_doors)
        for number in range(FLOORS * HOMES_A_FLOOR)
        if rng.random() > 0.04
    )


def _home(estate: Estate, rng: Random, door: str, base: int) -> Home:
    gate = rng.choice(estate.gate_doors)
    roles = _roles(rng)
    has_car = rng.random() < 0.42
    return Home(
        tuple(
            _person(rng, role, (door, gate), base + index, drives=has_car and index == 0)
            for index, role in enumerate(roles)
        )
    )


def _roles(rng: Random) -> list[Role]:
    if rng.random() < 0.22:
        return ["retired"] * rng.choice((1, 2, 2))
    grown: list[Role] = rng.choices(
        ("worker", "night_worker", "at_home"), (0.82, 0.05, 0.13), k=rng.choice((1, 2, 2, 2))
    )
    children: list[Role] = ["student"] * rng.choices((0, 1, 2), (0.5, 0.4, 0.1))[0]
    return grown + children


_HOURS: dict[Role, tuple[float, float, float, float]] = {
    "worker": (7.9, 0.45, 18.6, 0.9),
    "night_worker": (21.4, 0.3, 30.0, 0.3),
    "student": (7.35, 0.12, 17.0, 0.5),
    "retired": (8.8, 0.7, 10.4, 0.8),
    "at_home": (10.0, 1.2, 11.6, 1.0),
}
"""Mean and spread of leaving and returning, in hours of the day; above 24 is the next morning."""


def _person(rng: Random, role: Role, way: tuple[str, str], number: int, *, drives: bool) -> Person:
    leaves, spread, returns, back_spread = _HOURS[role]
    by_face = rng.random() < 0.5
    return Person(
        number=f"{100_000 + number}" if by_face else f"{2_700_000_000 + number * 7919}",
        method="face" if by_face else "card",
        role=role, door=way[0], gate=way[1],
        leaves=rng.gauss(leaves, spread), returns=rng.gauss(returns, back_spread),
        plate=make_plate(rng) if drives else None,
    )  # fmt: skip


def make_plate(rng: Random) -> str:
    """A plate of a city letter that was never given out; one in four a longer new-energy one."""
    city = "鄂W" if rng.random() < 0.85 else rng.choice(("皖W", "赣W", "湘W"))
    if rng.random() < 0.25:
        return city + "D" + "".join(rng.choices("0123456789", k=5))
    return city + "".join(rng.choices(_SERIAL, (1,) * 24 + (6,) * 10, k=5))


def misread(rng: Random, plate: str) -> str:
    """The plate with one character read wrongly: mostly as its look-alike, if it has one."""
    first, second = (_ALIKE, _NEAR) if rng.random() < ALIKE_SHARE else (_NEAR, _ALIKE)
    for table in (first, second):
        if places := [at for at in range(2, len(plate)) if plate[at] in table]:
            at = rng.choice(places)
            return plate[:at] + rng.choice(table[plate[at]]) + plate[at + 1 :]
    return plate[:-1] + rng.choice(_SERIAL.replace(plate[-1], ""))
