"""A home's own entries of the register: visitors, away notes, consents; and who entered them.

A resident sees, shows and ends what their own login entered, nothing else: what others of the same
home have entered is their own affair. All of it goes through the register, so that rules know it.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection

from console.audit.chain import Signed
from console.audit.log import hold
from console.lifecycle.clocks import HOUR_MS
from console.phone.homes import Home
from console.phone.refusing import NotPossible
from console.register.desk import write
from console.register.entries import AwayEntry, ConsentEntry, Entry, PassEntry
from console.register.kinds import KINDS, Kind, Row
from console.register.office import RegisterOffice
from console.register.planning import plan
from console.register.shelf import as_row, entry_of, history, stands
from console.register.tables import HISTORY
from console.register.times import instant_of

Kept = Literal["passes", "aways", "consents"]
KEPT: tuple[Kept, ...] = get_args(Kept)
STANDING_MAX = 20
"""Entries of one kind that one resident may have at a time; a household needs far fewer."""
PASS_HOURS = (2, 4, 8, 24, 72)
SILENT_HOURS = (12, 24, 48)
AWAY_DAYS_MAX = 366
NUMBER_DIGITS = 8
WHY = "entered by the resident, by phone"


@dataclass(frozen=True, slots=True)
class Form:
    """What a resident says, of which home, at an instant (ms) on the office's wall clock."""

    said: Mapping[str, str]
    home: Home
    at: int
    zone: ZoneInfo

    def instant(self, name: str, *, is_end: bool = False) -> int | None:
        """A time of the form; None where it is left open. Raises NotPossible."""
        text = self.said.get(name, "")
        try:
            return instant_of(text, self.zone, is_end=is_end) if text else None
        except ValueError as error:
            raise NotPossible("wrong_time") from error

    def hours(self, name: str, offered: tuple[int, ...]) -> int:
        """One of the hours that were offered, in ms. Raises NotPossible."""
        text = self.said.get(name, "")
        if text not in {str(one) for one in offered}:
            raise NotPossible("wrong_time")
        return int(text) * HOUR_MS


def entry_from(kind: Kept, form: Form) -> Entry:
    """The entry that a form means. Raises NotPossible, ValidationError."""
    make: Mapping[Kept, Callable[[Form], Entry]] = {
        "passes": _pass, "aways": _away, "consents": _consent,
    }  # fmt: skip
    return make[kind](form)


def _pass(form: Form) -> PassEntry:
    """A visitor with a plate comes by it; one without by a number that we draw."""
    begins = form.instant("from") or form.at
    ends = begins + form.hours("hours", PASS_HOURS)
    if ends <= form.at or begins > form.at + AWAY_DAYS_MAX * 24 * HOUR_MS:
        raise NotPossible("wrong_time")
    plate = form.said.get("plate") or None
    number = None if plate else str(secrets.randbelow(10**NUMBER_DIGITS)).zfill(NUMBER_DIGITS)
    return PassEntry(
        estate=form.home.estate, dwelling=form.home.name, plate=plate, number=number,
        visitor=form.said.get("visitor") or None, valid_from=begins, valid_to=ends,
    )  # fmt: skip


def _away(form: Form) -> AwayEntry:
    begins, ends = form.instant("from") or form.at, form.instant("to", is_end=True)
    if ends is None or ends <= max(begins, form.at) or ends - begins > AWAY_DAYS_MAX * 24 * HOUR_MS:
        raise NotPossible("wrong_time")
    home = {"estate": form.home.estate, "dwelling": form.home.name}
    return AwayEntry(**home, valid_from=begins, valid_to=ends)


def _consent(form: Form) -> ConsentEntry:
    person, guardian = form.said.get("person", ""), form.said.get("guardian", "")
    if not person or form.said.get("agree") != "yes":
        raise NotPossible("needs_consent")
    return ConsentEntry(
        estate=form.home.estate, dwelling=form.home.name, person=person,
        given_by="guardian" if guardian else "self", guardian=guardian or None,
        silent_max_s=form.hours("silent", SILENT_HOURS) // 1000, valid_from=form.at,
    )  # fmt: skip


def sealed_row(register: RegisterOffice, kind: Kept, entry: Entry) -> dict[str, Any]:
    """An entry as a row, sealed. Raises NoKey."""
    (row,) = register.desk.rows(KINDS[kind], [entry])
    return row


def enter(tx: Connection, kind: Kept, row: dict[str, Any], signed: Signed) -> str:
    """Enter a row of one's own; its id. Raises NotPossible, planning.Refused.

    What was ended before comes back, because whoever may end it says it anew.
    """
    hold(tx)
    table = KINDS[kind]
    if len(own_rows(tx, kind, signed.who, signed.at)) >= STANDING_MAX:
        raise NotPossible("too_many")
    (planned,) = plan(tx, table, [row], signed.at, revive=True)
    name = str(planned.row["id"])
    if planned.before is not None and not _is_own(tx, table, name, signed.who):
        raise NotPossible("is_entered")
    write(tx, table, [planned], signed)
    return name


def own_rows(tx: Connection, kind: Kept, login: str, at: int) -> list[Row]:
    """The entries of a kind that a login entered and that are not over, the next one first."""
    table = KINDS[kind].table
    first = (HISTORY.c.kind == kind, HISTORY.c.version == 1, HISTORY.c.who == login)
    mine = sa.select(HISTORY.c.entry).where(*first)
    query = sa.select(table).where(table.c.id.in_(mine), table.c.ended_at.is_(None))
    rows = [as_row(row) for row in tx.execute(query.order_by(table.c.valid_from, table.c.id))]
    return [row for row in rows if stands(row, at)]


def own_row(tx: Connection, kind: Kept, name: str, login: str) -> Row | None:
    """An entry that a login entered; None for any other."""
    table = KINDS[kind]
    row = entry_of(tx, table, name)
    return row if row is not None and _is_own(tx, table, name, login) else None


def _is_own(tx: Connection, kind: Kind, name: str, login: str) -> bool:
    versions = history(tx, kind, name)
    return bool(versions) and versions[0].who == login
