"""Which entries somebody sees and may write: those of their areas, and of the kinds of their role.

Rows outside are neither shown nor counted. What is refused depends on who asks and on what they
named, never on whether a row is there: so who looks after a part of an estate alone does not enter
what is one of a kind in the whole estate, since the refusal of a number that another part has would
tell of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from console.accounts.principal import Principal
from console.cases.surroundings import Surroundings
from console.lifecycle.table import Role
from console.register.entries import Entry
from console.register.kinds import KINDS, Kind, Row
from console.register.known import Known
from console.register.tables import DWELLINGS

PROPERTYS = frozenset({"permits", "passes", "works", "patrols"})
"""What property looks after: who may drive in, who visits, its own works and rounds."""
KINDS_OF: Mapping[Role, frozenset[str]] = {
    "police": frozenset(KINDS), "supervisor": frozenset(KINDS), "property": PROPERTYS,
    "grid_worker": frozenset(), "resident": frozenset(),
}  # fmt: skip
OUTSIDE = "is not in your areas"
WHOLE_NEEDED = "{kind} are entered by whom the whole estate is in the areas of; ask its office"

HomesAt = Mapping[str, Mapping[str, str]]
Named = Mapping[str, tuple[str, ...]]


class NotYours(ValueError):
    """An entry that somebody may not write: one line on why, which tells of no row."""


@dataclass(frozen=True, slots=True)
class Sight:
    """The areas of somebody, over the register. `inside`: an estate's places that are theirs."""

    who: Principal
    around: Surroundings
    whole: frozenset[str] = field(init=False)
    inside: Mapping[str, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        found = {estate: self._places(estate) for estate in self.around.estates}
        object.__setattr__(self, "whole", frozenset(e for e in found if self._is_whole(e)))
        object.__setattr__(self, "inside", {e: some for e, some in found.items() if some})

    def _places(self, estate: str) -> frozenset[str]:
        config = self.around.config(estate)
        places = config.place_by_id if config else ()
        return frozenset(p for p in places if self.who.covers(self.around.areas(estate, p)))

    def _is_whole(self, estate: str) -> bool:
        return self.who.covers(self.around.nodes(estate).values())

    def has_whole(self, estate: str) -> bool:
        """Whether a whole estate is theirs; one that no site file has only by its own name."""
        return estate in self.whole or self._is_whole(estate)

    def conditions(self, kind: Kind) -> list[sa.ColumnElement[bool]]:
        """What holds in the database for the rows of a kind that they see."""
        if self.who.is_everywhere:
            return []
        columns = kind.table.c
        estates = columns.estate.in_(sorted(self.whole | self.who.areas))
        parts = [_at(kind, columns.estate == e, some) for e, some in sorted(self.inside.items())]
        return [sa.or_(estates, *parts, _at(kind, sa.true(), self.who.areas))]

    def known(self, known: Known, homes: HomesAt) -> Known:
        """What they may name: an estate, home or place outside is as unknown as one that is not.

        `homes`: where the homes of an estate stand.
        """
        if self.who.is_everywhere:
            return known
        named = known.estates or self.who.areas
        estates = frozenset(e for e in named if self.has_whole(e) or self.inside.get(e))
        return replace(
            known, estates=estates, is_bounded=True,
            places={e: self._kept(e, known.places[e], {}) for e in estates & known.places.keys()},
            homes={
                e: self._kept(e, known.homes[e], homes.get(e, {}))
                for e in estates & known.homes.keys()
            },
        )  # fmt: skip

    def _kept(self, estate: str, named: Named, at: Mapping[str, str]) -> Named:
        """The names of an estate's places, or of its homes that stand `at` places, in sight."""
        if self.has_whole(estate):
            return named
        mine = self.inside.get(estate, frozenset())
        kept = {name: tuple(i for i in ids if at.get(i, i) in mine) for name, ids in named.items()}
        return {name: ids for name, ids in kept.items() if ids}

    def check(self, kind: Kind, entry: Entry, homes: HomesAt) -> None:
        """Raises NotYours for an entry that they may not write."""
        if self.who.is_everywhere or self.has_whole(entry.estate):
            return
        if kind.key[0] not in ("dwelling", "place"):
            raise NotYours(f"estate: {WHOLE_NEEDED.format(kind=kind.name)}")
        home = getattr(entry, "dwelling", None) or ""
        place = getattr(entry, "place", None) or homes.get(entry.estate, {}).get(home, home)
        if not self.who.covers(self.around.areas(entry.estate, place)):
            raise NotYours(f"{kind.key[0]}: {OUTSIDE}")

    def sees(self, kind: Kind) -> bool:
        """Whether a kind is for their role."""
        return kind.name in KINDS_OF[self.who.role]


def everyone(who: str = "") -> Sight:
    """The sight of whom nothing bounds: the commands on the console's own machine."""
    everywhere = Principal(who, "police", frozenset({"*"}), frozenset())
    return Sight(everywhere, Surroundings())


def homes_at(tx: sa.Connection) -> dict[str, dict[str, str]]:
    """Where the homes of each estate stand, by name."""
    found: dict[str, dict[str, str]] = {}
    for row in tx.execute(sa.select(DWELLINGS.c.estate, DWELLINGS.c.name, DWELLINGS.c.place)):
        found.setdefault(row.estate, {})[row.name] = row.place
    return found


def row_in_sight(tx: sa.Connection, kind: Kind, name: str, sight: Sight) -> Row | None:
    """An entry in sight; None for one outside as for one that is not there."""
    mine = (kind.table.c.id == name, *sight.conditions(kind))
    found = tx.execute(sa.select(kind.table).where(*mine)).one_or_none()
    return None if found is None else {str(k): v for k, v in found._mapping.items()}


def count_in_sight(tx: sa.Connection, kind: Kind, sight: Sight, at: int) -> int:
    """How many entries in sight stand at an instant (ms)."""
    columns = kind.table.c
    stands = (columns.ended_at.is_(None), sa.or_(columns.valid_to.is_(None), columns.valid_to > at))
    query = sa.select(sa.func.count()).select_from(kind.table)
    return tx.scalar(query.where(*stands, *sight.conditions(kind))) or 0


def _at(kind: Kind, here: sa.ColumnElement[bool], places: frozenset[str]) -> sa.ColumnElement[bool]:
    """Rows that stand at some places, or belong to a home there."""
    columns, wanted = kind.table.c, sorted(places)
    if "place" in columns:
        return sa.and_(here, columns.place.in_(wanted))
    home = (DWELLINGS.c.estate == columns.estate, DWELLINGS.c.name == columns.dwelling)
    there = sa.exists().where(*home, DWELLINGS.c.place.in_(wanted))
    return sa.and_(here, sa.or_(columns.dwelling.in_(wanted), there))
