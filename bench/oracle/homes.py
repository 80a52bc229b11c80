"""Who lives in the oracle's estate, how each home is registered, and how it is truly used.

The truth about a home is what the score of "homes in use" is held against.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Literal

from bench.oracle.calendar import Calendar, Span
from bench.oracle.site import Grounds
from deploy.simulation.people import Role, make_plate

Use = Literal["own", "let", "vacant"]
Truth = Literal["used", "unused", "mismatch"]
"""Used as registered; not used; registered vacant and used, or by more people than registered."""
MOVES_OUT_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Resident:
    """One person with a credential, and their hours (above 24: the next morning)."""

    number: str
    method: Literal["face", "card"]
    role: Role
    leaves: float
    returns: float
    plate: str | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """One dwelling. `people` live there, `registered` are in the register; `away` nobody is in.

    `noted`: an away note was handed in. `quiet`: lives there, but is no part of the daily habits;
    incidents take their people from such homes, so that nobody else's day mixes in.
    """

    dwelling: str
    door: str
    gate: str
    people: tuple[Resident, ...]
    use: Use
    registered: int
    truth: Truth
    away: tuple[Span, ...] = ()
    noted: bool = False
    quiet: bool = False

    def is_away(self, at: int) -> bool:
        """Whether nobody is in at an instant (ms)."""
        return any(span.start <= at < span.end for span in self.away)


@dataclass(slots=True)
class Registry:
    """Gives out numbers that nobody else has."""

    rng: Random
    next_number: int = 100_000

    def resident(self, role: Role, *, drives: bool = False) -> Resident:
        """A new person with hours of their own."""
        self.next_number += 7
        by_face = self.rng.random() < 0.5
        leaves, spread, returns, back_spread = HOURS[role]
        return Resident(
            number=str(self.next_number if by_face else 2_700_000_000 + self.next_number),
            method="face" if by_face else "card", role=role,
            leaves=self.rng.gauss(leaves, spread), returns=self.rng.gauss(returns, back_spread),
            plate=make_plate(self.rng) if drives else None,
        )  # fmt: skip

    def card(self) -> str:
        """A card that nobody in the estate has."""
        self.next_number += 7
        return str(3_000_000_000 + self.next_number)


HOURS: dict[Role, tuple[float, float, float, float]] = {
    "worker": (7.9, 0.5, 18.6, 0.9),
    "night_worker": (21.4, 0.3, 30.0, 0.3),
    "student": (7.35, 0.12, 17.0, 0.5),
    "retired": (8.8, 0.7, 10.4, 0.8),
    "at_home": (10.0, 1.2, 11.6, 1.0),
}
"""Mean and spread of leaving and returning, in hours of the day."""


def settle(grounds: Grounds, registry: Registry, calendar: Calendar) -> tuple[Home, ...]:
    """All homes of the estate: a tenth stands empty, two in ten of the units are quiet ones."""
    return tuple(_homes(grounds, registry, calendar))


def _homes(grounds: Grounds, registry: Registry, calendar: Calendar) -> Iterator[Home]:
    rng, gates = registry.rng, grounds.estate.gate_doors
    for number, dwelling in enumerate(grounds.dwellings):
        unit = dwelling.rsplit("-", 1)[0]
        where = (dwelling, f"{unit}-door", rng.choice(gates))
        if number % 12 == 5:
            yield Home(*where, (), "vacant" if number % 24 == 5 else "own", 0, "unused")
        elif number % 12 == 11:
            people = tuple(registry.resident("at_home") for _ in range(4))
            yield Home(*where, people, "own", 4, "used", quiet=True)
        else:
            yield _family(where, registry, calendar)


def _family(where: tuple[str, str, str], registry: Registry, calendar: Calendar) -> Home:
    rng = registry.rng
    has_car = rng.random() < 0.42
    roles = _roles(rng)
    people = tuple(
        registry.resident(role, drives=has_car and index == 0) for index, role in enumerate(roles)
    )
    use: Use = "let" if rng.random() < 0.15 else "own"
    away, noted = _absence(rng, calendar)
    return Home(*where, people, use, len(people), "used", away, noted)


def _roles(rng: Random) -> list[Role]:
    if rng.random() < 0.22:
        return ["retired"] * rng.choice((1, 2, 2))
    grown: list[Role] = rng.choices(
        ("worker", "night_worker", "at_home"), (0.82, 0.06, 0.12), k=rng.choice((1, 2, 2, 2))
    )
    children: list[Role] = ["student"] * rng.choices((0, 1, 2), (0.5, 0.4, 0.1))[0]
    return grown + children


def _absence(rng: Random, calendar: Calendar) -> tuple[tuple[Span, ...], bool]:
    """A third travels at Spring Festival, some on other days; half of them hand in a note."""
    if calendar.festival is not None and rng.random() < 0.35:
        start = calendar.festival.start - rng.randrange(0, 2 * calendar.DAY)
        away = Span(start, start + rng.randrange(4, 8) * calendar.DAY)
        return (away,), rng.random() < 0.5
    if rng.random() < 0.06:
        start = rng.randrange(calendar.start, calendar.end)
        return (Span(start, start + rng.randrange(2, 6) * calendar.DAY),), rng.random() < 0.5
    return (), False
