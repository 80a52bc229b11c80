"""Questions to the audit log: who did what to whose data, within what the asker looks after."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from console.accounts.principal import Principal
from console.audit.chain import Link
from console.audit.tables import AUDIT
from console.cases.sight import in_sight
from console.cases.tables import CASE_ALERTS, CASES
from console.lifecycle.procedure import Procedure
from schemas.base import format_instant

GROUPS: dict[str, tuple[str, ...]] = {
    "looks": ("reveal", "look"), "cases": ("cases.",), "watch": ("watch.",),
    "requests": ("requests.",),
    "register": ("dwellings.", "credentials.", "permits.", "passes.", "aways.", "consents.",
                 "works.", "patrols.", "register."),
    "accounts": ("accounts.", "teams.", "tokens.", "sessions.", "login"),
    "log": ("audit.", "erased", "retention."),
}  # fmt: skip
"""What one can ask for, by how the names of acts begin."""
COLUMNS = ("sequence", "at", "who", "act", "target", "why", "detail", "hash")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of whom, of a group of acts, of a target, from and before instants (ms)."""

    who: str = ""
    group: str = ""
    target: str = ""
    since: int | None = None
    until: int | None = None


def found(
    tx: Connection, bounds: Sequence[ColumnElement[bool]], wanted: Wanted, limit: int,
    before: int | None = None,
) -> list[Link]:  # fmt: skip
    """At most `limit` entries, newest first, beginning below the sequence `before`."""
    query = sa.select(*(AUDIT.c[name] for name in Link.__dataclass_fields__))
    query = query.where(*bounds, *_conditions(wanted))
    if before is not None:
        query = query.where(AUDIT.c.sequence < before)
    rows = tx.execute(query.order_by(AUDIT.c.sequence.desc()).limit(limit))
    return [Link(*row) for row in rows]


def _conditions(wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    if wanted.who:
        yield AUDIT.c.who == wanted.who
    if wanted.target:
        yield AUDIT.c.target.startswith(wanted.target, autoescape=True)
    if wanted.group:
        starts = GROUPS.get(wanted.group, ())
        yield sa.or_(sa.false(), *(AUDIT.c.act.startswith(start) for start in starts))
    if wanted.since is not None:
        yield AUDIT.c.at >= wanted.since
    if wanted.until is not None:
        yield AUDIT.c.at < wanted.until


def bounds_of(procedure: Procedure, who: Principal) -> list[ColumnElement[bool]]:
    """What bounds whoever an area bounds: entries of the cases that they see, and no others."""
    if who.is_everywhere:
        return []
    seen = sa.select(CASES.c.id).where(*in_sight(procedure, who))
    cases = sa.select(sa.literal("cases/") + CASES.c.id).where(CASES.c.id.in_(seen))
    alerts = sa.select(sa.literal("alerts/") + CASE_ALERTS.c.alert)
    alerts = alerts.where(CASE_ALERTS.c.case.in_(seen))
    return [sa.or_(AUDIT.c.target.in_(cases), AUDIT.c.target.in_(alerts))]


def as_csv(links: Iterable[Link]) -> bytes:
    """Entries as a table that spreadsheets open (UTF-8 with its mark), none of it a formula."""
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\r\n")
    sheet.writerow(COLUMNS)
    for link in links:
        cells = [format_instant(link.at) if name == "at" else getattr(link, name)
                 for name in COLUMNS]  # fmt: skip
        sheet.writerow([_plain(str(cell)) for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
