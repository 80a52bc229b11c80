"""The list of homes to visit, in the database: put up, visited, and what came of it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from console.accounts.principal import Principal
from console.audit.chain import Said, Signed
from console.audit.log import append
from console.cases.surroundings import Surroundings
from console.database import insert_new, reading, writing
from console.glance import Glance
from console.lifecycle.table import SYSTEM
from console.paper.tables import VISIT_AREAS, VISITS
from console.paper.visiting import (
    REST_MS,
    Home,
    Outcome,
    Registered,
    Result,
    State,
    Wanted,
    check,
    proposed,
    still_wanted,
    wanted,
)
from console.register.entries import DwellingEntry
from console.register.kinds import KINDS
from console.register.office import RegisterOffice
from console.register.planning import Conflict
from console.register.tables import AWAYS, DWELLINGS
from console.register.vault import NoKey

ID_BYTES = 9
DWELLING = KINDS["dwellings"]
Visit = sa.Row[Any]


@dataclass(frozen=True, slots=True)
class Visits:
    """The visits of one database; what they find goes to the register's desk."""

    engine: Engine
    register: RegisterOffice

    def put_up(self, glance: Glance, around: Surroundings, at: int) -> int:
        """Put up what the read models ask for, and take off what they no longer do; how many."""
        with writing(self.engine) as tx:
            now = wanted(glance.homes, glance.care, _away(tx, at))
            known = {(h.estate, h.dwelling) for h in glance.homes if h.status != "cannot_be_judged"}
            gone = self._lapse(tx, now, known, at)
            rested = _visited_since(tx, at - REST_MS)
            fresh = [one for one in now.values() if (one.home, one.reason) not in rested]
            return gone + sum(_put(tx, one, around, Signed(SYSTEM, "", at)) for one in fresh)

    @staticmethod
    def _lapse(tx: Connection, now: Mapping[Home, Wanted], known: set[Home], at: int) -> int:
        mine = (VISITS.c.state == "open", VISITS.c.put_by == SYSTEM)
        gone = [
            row.id
            for row in tx.execute(sa.select(VISITS).where(*mine))
            if not still_wanted(row.reason, (row.estate, row.dwelling), now, known)
        ]
        for name in gone:
            _update(tx, name, None, {"state": "lapsed", "ended_at": at})
        return len(gone)

    def ask(self, one: Wanted, around: Surroundings, signed: Signed) -> bool:
        """Put a home up because somebody asks for it; False where it stands there already."""
        with writing(self.engine) as tx:
            is_new = _put(tx, one, around, signed)
            if is_new:
                append(tx, signed, [Said("visits.asked", f"{one.estate}/{one.dwelling}")])
        return is_new

    def record(self, visit: Visit, version: int, result: Result) -> bool:
        """Write down what a visit found; False where somebody was faster. Raises VisitFault."""
        check(result)
        with writing(self.engine) as tx:
            change = proposed(result, registered(tx, visit.estate, visit.dwelling))
            row = {
                "state": "done", "ended_at": result.at, "visited_at": result.at,
                "visited_by": result.by, "found": result.found, "words": result.words,
                "use": change.use if change else result.use,
                "people": change.people if change else result.people,
                "register": "proposed" if change else "none",
            }  # fmt: skip
            is_done = _update(tx, visit.id, version, row)
            if is_done:
                signed = Signed(result.by, "", result.at)
                append(tx, signed, [Said("visits.recorded", visit.id, result.found)])
        return is_done

    def take(self, visit: Visit, signed: Signed) -> None:
        """Write a visit's proposal into the register, from where the rules are told.

        Raises Conflict, NoKey, KeyError where the register has no such home.
        """
        with reading(self.engine) as tx:
            row = _dwelling(tx, visit.estate, visit.dwelling)
        if row is None:
            raise KeyError(visit.dwelling)
        same = {name: row[name] for name in DwellingEntry.model_fields if name in row}
        entry = DwellingEntry(**same | {"use": visit.use, "registered_count": visit.people})
        self.register.desk.set(DWELLING, entry, signed, row["version"])
        self._settle(visit.id, "changed", signed)

    def refuse(self, visit: Visit, signed: Signed) -> None:
        """Leave the register as it is."""
        self._settle(visit.id, "refused", signed)

    def _settle(self, name: str, outcome: Outcome, signed: Signed) -> None:
        with writing(self.engine) as tx:
            settled = {"register_by": signed.who, "register_at": signed.at}
            _update(tx, name, None, settled | {"register": outcome})
            append(tx, signed, [Said(f"visits.{outcome}", name)])

    def forget_words(self, before: int) -> int:
        """Erase the words of visits that ended before an instant (ms); of how many."""
        with writing(self.engine) as tx:
            said = sa.or_(VISITS.c.words != "", VISITS.c.why != "")
            old = VISITS.update().where(VISITS.c.ended_at < before, said)
            return tx.execute(old.values(words="", why="")).rowcount


def _away(tx: Connection, at: int) -> frozenset[Home]:
    standing = (AWAYS.c.ended_at.is_(None), AWAYS.c.valid_from <= at, AWAYS.c.valid_to > at)
    rows = tx.execute(sa.select(AWAYS.c.estate, AWAYS.c.dwelling).where(*standing))
    return frozenset((row.estate, row.dwelling) for row in rows)


def _visited_since(tx: Connection, since: int) -> set[tuple[Home, str]]:
    query = sa.select(VISITS).where(VISITS.c.state == "done", VISITS.c.ended_at >= since)
    return {((row.estate, row.dwelling), row.reason) for row in tx.execute(query)}


def _put(tx: Connection, one: Wanted, around: Surroundings, signed: Signed) -> bool:
    name = secrets.token_hex(ID_BYTES)
    row = asdict(one) | {
        "id": name, "version": 1, "why": signed.why, "put_by": signed.who, "put_at": signed.at,
        "state": "open", "visited_by": "", "words": "", "register": "none", "register_by": "",
    }  # fmt: skip
    if not insert_new(tx, VISITS, [row]):
        return False
    areas = around.areas(one.estate, one.place)
    insert_new(tx, VISIT_AREAS, [{"visit": name, "area": area} for area in areas])
    return True


def _update(tx: Connection, name: str, version: int | None, values: dict[str, Any]) -> bool:
    mine = [VISITS.c.id == name]
    if version is not None:
        mine += [VISITS.c.version == version, VISITS.c.state == "open"]
    row = values | {"version": VISITS.c.version + 1}
    return tx.execute(VISITS.update().where(*mine).values(row)).rowcount == 1


def _dwelling(tx: Connection, estate: str, name: str) -> dict[str, Any] | None:
    mine = (DWELLINGS.c.estate == estate, DWELLINGS.c.name == name, DWELLINGS.c.ended_at.is_(None))
    row = tx.execute(sa.select(DWELLINGS).where(*mine)).one_or_none()
    return None if row is None else {str(key): value for key, value in row._mapping.items()}


def registered(tx: Connection, estate: str, dwelling: str) -> Registered | None:
    """What the register says of a home; None where it has none of that name."""
    row = _dwelling(tx, estate, dwelling)
    return None if row is None else Registered(row["use"], row["registered_count"])


def _in_sight(who: Principal) -> list[sa.ColumnElement[bool]]:
    if who.is_everywhere:
        return []
    mine = (VISIT_AREAS.c.visit == VISITS.c.id, VISIT_AREAS.c.area.in_(sorted(who.areas)))
    return [sa.exists().where(*mine)]


@dataclass(frozen=True, slots=True)
class Which:
    """Which visits: of a state, with a proposal that waits, of a home."""

    state: State | None = None
    register: Outcome | None = None
    home: Home | None = None


def listed(
    tx: Connection,
    who: Principal,
    which: Which,
    limit: int,
    after: tuple[int | str, ...] | None = None,
) -> Sequence[Visit]:
    """At most `limit` visits in sight, newest first, beginning behind (put_at, id)."""
    query = sa.select(VISITS).where(*_in_sight(who))
    for column, value in ((VISITS.c.state, which.state), (VISITS.c.register, which.register)):
        if value is not None:
            query = query.where(column == value)
    if which.home is not None:
        estate, dwelling = which.home
        query = query.where(VISITS.c.estate == estate, VISITS.c.dwelling == dwelling)
    if after is not None:
        query = query.where(sa.tuple_(VISITS.c.put_at, VISITS.c.id) < sa.tuple_(*after))
    return tx.execute(query.order_by(VISITS.c.put_at.desc(), VISITS.c.id.desc()).limit(limit)).all()


def visit_of(tx: Connection, who: Principal, name: str) -> Visit | None:
    """A visit in sight."""
    query = sa.select(VISITS).where(VISITS.c.id == name, *_in_sight(who))
    return tx.execute(query).one_or_none()


__all__ = ["Conflict", "NoKey", "Visits", "Which", "listed", "registered", "visit_of"]
