"""The register of the simulated estate, as its office would have entered it. All of it invented."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from console.register.entries import (
    AwayEntry,
    ConsentEntry,
    CredentialEntry,
    DwellingEntry,
    Entry,
    PassEntry,
    PatrolEntry,
    PermitEntry,
    WorksEntry,
)
from deploy.simulation.cottages import AWAY, COTTAGES, GUESTS, PLACE, SILENT
from deploy.simulation.estate import Estate
from deploy.simulation.people import FLOORS, HOMES_A_FLOOR, Home, Person
from deploy.simulation.stage import HOUR
from schemas.event_data import DwellingUse

LONG_AGO_H = 24 * 400
LET_EACH, UNCARDED_EACH = 9, 90
"""One flat in so many is let; of one in so many the register knows no card."""
IN_CARE = ("沈桂兰", "贺松年", "戚秀英", "尹德厚", "龚慧珍", "柏长庚")
"""Invented names of those in care."""
CARE_SILENT_H = 48


class Flat(NamedTuple):
    """A flat of the estate: its id, where it is, and who lives there; None: nobody."""

    name: str
    place: str
    address: str
    home: Home | None

    @property
    def people(self) -> tuple[Person, ...]:
        """Who lives there."""
        return self.home.people if self.home else ()


def flats(estate: Estate, homes: Sequence[Home]) -> tuple[Flat, ...]:
    """Every flat of the estate, unit by unit."""
    lived_in = {_place_of(home.people[0]): home for home in homes}
    return tuple(
        _flat(estate, unit, door, number, lived_in.get((unit, number)))
        for unit, door in enumerate(estate.unit_doors)
        for number in range(FLOORS * HOMES_A_FLOOR)
    )


def _flat(estate: Estate, unit: int, door: str, number: int, home: Home | None) -> Flat:
    place = str(estate.config.place_by_id[door].parent)
    building, stairs = unit // 2 + 1, unit % 2 + 1
    flat = f"{number // HOMES_A_FLOOR + 1}{number % HOMES_A_FLOOR + 1:02}"
    address = f"{building}号楼{stairs}单元{flat}室"
    return Flat(f"{building}-{stairs}-{flat}", place, address, home)


def _place_of(person: Person) -> tuple[int, int]:
    """The unit and the number of a person's home, which stand in their own number."""
    number = int(person.number)
    face = person.method == "face"
    base = number - 100_000 if face else (number - 2_700_000_000) // 7919
    return base // 1000, base % 1000 // 10


@dataclass(frozen=True, slots=True)
class Registry:
    """All entries by kind, in the order in which they are entered.

    `begins`: the demonstration's first instant (ms).
    """

    estate: Estate
    homes: tuple[Home, ...]
    begins: int

    def entries(self) -> Iterator[tuple[str, list[Entry]]]:
        """The kind's name, and its entries."""
        known = flats(self.estate, self.homes)
        yield "dwellings", [*self._flats(known), *self._cottages()]
        yield "credentials", [*self._cards(known), *self._cottage_cards()]
        yield "permits", list(self._permits(known))
        yield "passes", list(self._passes(known))
        yield "aways", list(self._aways())
        yield "consents", list(self._consents(known))
        yield "works", list(self._works())
        yield "patrols", list(self._patrols())

    @property
    def _name(self) -> str:
        return self.estate.site.id

    @property
    def _long_ago(self) -> int:
        return self._at(-LONG_AGO_H)

    def _at(self, hours: float) -> int:
        return self.begins + round(hours * HOUR)

    def _flats(self, known: Sequence[Flat]) -> Iterator[Entry]:
        for index, flat in enumerate(known):
            yield DwellingEntry(
                estate=self._name, valid_from=self._long_ago, name=flat.name, place=flat.place,
                address=flat.address, use=_use(index, flat), registered_count=len(flat.people),
            )  # fmt: skip

    def _cottages(self) -> Iterator[Entry]:
        for one in COTTAGES:
            yield DwellingEntry(
                estate=self._name, valid_from=self._long_ago, name=one.name, place=PLACE,
                address=f"临河小院{one.number}号", use=one.use, registered_count=one.people,
            )  # fmt: skip

    def _cards(self, known: Sequence[Flat]) -> Iterator[Entry]:
        for index, flat in enumerate(known):
            if index % UNCARDED_EACH:
                kind = "tenant" if _use(index, flat) == "let" else "resident"
                for person in flat.people:
                    yield CredentialEntry(
                        estate=self._name, valid_from=self._long_ago, number=person.number,
                        dwelling=flat.name, credential_class=kind,
                    )  # fmt: skip

    def _cottage_cards(self) -> Iterator[Entry]:
        for one in COTTAGES:
            for number, kind in zip(one.numbers, one.cards, strict=True):
                yield CredentialEntry(
                    estate=self._name, valid_from=self._long_ago, number=number,
                    dwelling=one.name, credential_class=kind,
                )  # fmt: skip

    def _permits(self, known: Sequence[Flat]) -> Iterator[Entry]:
        for flat in known:
            for person in flat.people:
                if person.plate:
                    yield PermitEntry(
                        estate=self._name, valid_from=self._long_ago, plate=person.plate,
                        credential_class="resident", dwelling=flat.name,
                    )  # fmt: skip

    def _passes(self, known: Sequence[Flat]) -> Iterator[Entry]:
        hosts = [flat for flat in known if flat.home]
        for guest, host in zip(GUESTS, hosts[5::40], strict=False):
            yield PassEntry(
                estate=self._name, number=guest.number, dwelling=host.name,
                valid_from=self._at(guest.since), valid_to=self._at(guest.until),
            )  # fmt: skip

    def _aways(self) -> Iterator[Entry]:
        yield AwayEntry(
            estate=self._name, dwelling=AWAY.name,
            valid_from=self._at(-5 * 24), valid_to=self._at(9 * 24),
        )  # fmt: skip

    def _consents(self, known: Sequence[Flat]) -> Iterator[Entry]:
        """Four flats of the retired, and two of the cottages; one by a guardian."""
        retired = [f for f in known if f.people and all(p.role == "retired" for p in f.people)]
        at_home = [(flat.name, CARE_SILENT_H) for flat in retired[1::12][:4]]
        cared = [(SILENT.name, 24), (AWAY.name, CARE_SILENT_H), *at_home]
        for index, (name, (dwelling, hours)) in enumerate(zip(IN_CARE, cared, strict=False)):
            yield ConsentEntry(
                estate=self._name, person=name, dwelling=dwelling,
                given_by="guardian" if index == 0 else "self",
                guardian="沈砚秋" if index == 0 else None,
                silent_max_s=hours * 3600, valid_from=self._at(-24 * 60),
            )  # fmt: skip

    def _works(self) -> Iterator[Entry]:
        yield WorksEntry(
            estate=self._name, place="river-path", what="步道铺装",
            valid_from=self._at(-48), valid_to=self._at(24 * 12),
        )  # fmt: skip

    def _patrols(self) -> Iterator[Entry]:
        for hours in (1, 25, 49):
            yield PatrolEntry(
                estate=self._name, place="pump-room-door", team="滨河苑物业夜班",
                valid_from=self._at(hours), valid_to=self._at(hours + 1),
            )  # fmt: skip


def _use(index: int, flat: Flat) -> DwellingUse:
    if flat.home is None:
        return "vacant"
    return "let" if index % LET_EACH == 4 else "own"
