"""What a demonstration shows beside the estate's ordinary days: cottages that are used otherwise
than registered, people in care, visitors with a pass. Everybody in it is invented.

The cottages have no door that is read, so their people are read at the gates, on both ways: only
there can the nights in a home be told. Nothing here is a situation that `--truth` lists.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from random import Random

from deploy.simulation.doors import Swipe
from deploy.simulation.estate import Estate
from deploy.simulation.stage import HOUR, MINUTE, Step
from schemas.event_data import DwellingUse
from schemas.register import CredentialClass

PLACE = "cottages"
CARDS_FROM = 2_610_000_000
GUESTS_FROM = 2_650_000_000
DAY_BEGINS = 7
Also = Callable[[int], Iterable[Step]]
"""What else happens on a day, by its first instant (ms)."""


def nothing_else(start: int) -> Iterable[Step]:
    """The estate's ordinary day."""
    return ()


@dataclass(frozen=True, slots=True)
class Cottage:
    """A home without a door that is read. `cards` of a class each; `comes`: they are used daily."""

    number: int
    use: DwellingUse
    people: int
    cards: tuple[CredentialClass, ...] = ()
    comes: bool = True

    @property
    def name(self) -> str:
        """Its id in the register."""
        return f"9-{self.number:02}"

    @property
    def numbers(self) -> tuple[str, ...]:
        """What its cards are read as."""
        first = CARDS_FROM + 100 * self.number
        return tuple(str(first + index) for index in range(len(self.cards)))


COTTAGES = (
    Cottage(1, "own", 2, ("resident",) * 2),
    Cottage(2, "vacant", 0, ("resident",) * 2),
    Cottage(3, "own", 3, ("tenant",) * 2),
    Cottage(4, "own", 2, ("resident",) * 6),
    Cottage(5, "vacant", 0),
    Cottage(6, "vacant", 0, ("tenant",)),
    Cottage(7, "own", 1, ("resident",), comes=False),
    Cottage(8, "own", 2, ("resident",) * 2, comes=False),
)
SILENT, AWAY = COTTAGES[6], COTTAGES[7]
"""In care: one of whom nothing was read for a day, and one who said that they are away."""
DIFFERS = 4
"""So many of them are used otherwise than registered."""


@dataclass(frozen=True, slots=True)
class Guest:
    """A visitor with a pass. All in hours from the demonstration's first instant; `leaves` None:
    does not.
    """

    number: str
    since: float
    until: float
    comes: float
    leaves: float | None = None


GUESTS = (
    Guest(f"{GUESTS_FROM + 1}", -15, -2, -14),
    Guest(f"{GUESTS_FROM + 2}", -12, 0.2, -11),
    Guest(f"{GUESTS_FROM + 3}", -3, 15, 0.1, 12.5),
    Guest(f"{GUESTS_FROM + 4}", -20, 96, -13),
    Guest(f"{GUESTS_FROM + 5}", -4, 13, 0.25, 9),
)
SIGNS_H = (-68, -47, -24.4)
"""When the silent one was read."""


@dataclass(frozen=True, slots=True)
class Daily:
    """The comings and goings of a demonstration that begins at `begins` (ms)."""

    estate: Estate
    seed: int
    begins: int

    @property
    def numbers(self) -> frozenset[str]:
        """What all of them are read as."""
        cards = (number for cottage in COTTAGES for number in cottage.numbers)
        return frozenset({*cards, *(guest.number for guest in GUESTS)})

    def __call__(self, start: int) -> Iterator[Step]:
        """Of one day of 24 hours, in no order."""
        rng = Random(f"{self.seed}/{start}/cottages")
        for cottage in COTTAGES:
            if cottage.comes:
                for number in cottage.numbers:
                    yield from self._day(rng, start, number)
        yield from (step for step in self._visits() if start <= step.at < start + 24 * HOUR)

    def _day(self, rng: Random, start: int, number: str) -> Iterator[Step]:
        gate = rng.choice(self.estate.gate_doors)
        leaves, comes = rng.uniform(7.3, 9.5), rng.uniform(17.5, 22.8)
        for hour, way in ((leaves, "out"), (comes, "in")):
            at = start + round((hour - DAY_BEGINS) * HOUR)
            yield Step(at, Swipe(gate, number, "card", "out" if way == "out" else "in"))

    def _visits(self) -> Iterator[Step]:
        gate = self.estate.gate_doors[0]
        for guest in GUESTS:
            yield self._at(guest.comes, Swipe(gate, guest.number, "card", "in"))
            if guest.leaves is not None:
                yield self._at(guest.leaves, Swipe(gate, guest.number, "card", "out"))
        for hours in SIGNS_H:
            yield self._at(hours, Swipe(gate, SILENT.numbers[0], "card", "in"))

    def _at(self, hours: float, scene: Swipe) -> Step:
        return Step(self.begins + round(hours * 60) * MINUTE, scene)
