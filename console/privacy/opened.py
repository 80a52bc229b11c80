"""What stands behind the pseudonyms of a case: opened with the estate's keys, joined with homes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from console.cases.tables import CASE_ALERTS
from console.privacy.looks import Field
from console.register.kinds import KINDS
from console.register.sealing import unsealed
from console.register.shelf import as_row
from console.register.tables import CREDENTIALS, DWELLINGS, PASSES, PERMITS
from console.tables import ALERTS
from schemas.alerts import Alert, Evidence
from schemas.sealing import Keys, SealError, person_context, subject_context

BEARERS = {"credentials": CREDENTIALS, "permits": PERMITS, "passes": PASSES}
NAMES = ("holder", "visitor")
VEHICLE = ("plate.", "vehicle.")


@dataclass(frozen=True, slots=True)
class ClearValue:
    """One value in clear: what it is, where it was read (`estate`), and in which alert."""

    field: Field
    text: str
    estate: str
    alert: str


@dataclass(slots=True)
class Opened:
    """The clear values of a case, each once; `sealed` counts those that no key here opens."""

    values: list[ClearValue]
    sealed: int = 0

    def add(self, field: Field, text: str, estate: str, alert: str) -> None:
        """A value, unless it is there already."""
        known = any((one.field, one.text, one.estate) == (field, text, estate)
                    for one in self.values)  # fmt: skip
        if not known:
            self.values.append(ClearValue(field, text, estate, alert))


def alerts_of(tx: Connection, case: str) -> list[Alert]:
    """The alerts of a case that are still kept, the oldest first."""
    joined = sa.select(ALERTS.c.body).join(CASE_ALERTS, CASE_ALERTS.c.alert == ALERTS.c.id)
    query = joined.where(CASE_ALERTS.c.case == case).order_by(ALERTS.c.opened_at, ALERTS.c.id)
    return [Alert.model_validate_json(body) for body in tx.scalars(query)]


def clear_values(
    tx: Connection, alerts: Iterable[Alert], fields: Collection[Field], keys: Keys
) -> Opened:
    """What alerts hide, as far as `fields` go."""
    found = Opened([])
    for alert in alerts:
        for item in alert.evidence:
            _open(found, alert, item, keys)
        _join(tx, found, alert, keys)
    found.values = [one for one in found.values if one.field in fields]
    return found


def _open(found: Opened, alert: Alert, item: Evidence, keys: Keys) -> None:
    """The sealed values of one reading. Those of another reading's seal stay closed."""
    estate, sealed = item.estate or alert.estate, item.sealed or {}
    field: Field = "plate" if item.type.startswith(VEHICLE) else "number"
    for name, context in (("subject", subject_context), ("person", person_context)):
        if name not in sealed:
            continue
        try:
            text = keys.estate(estate).unseal(sealed[name], context(item.id))
        except SealError:
            found.sealed += 1
            continue
        found.add(field if name == "subject" else "person", text, estate, alert.id)


def _join(tx: Connection, found: Opened, alert: Alert, keys: Keys) -> None:
    """The homes and holders that the register knows for what was read, and the alert's own home."""
    for estate, ref in sorted(_refs(alert)):
        for name, row in _bearers(tx, estate, ref):
            if row.get("dwelling"):
                _home(tx, found, alert, estate, row["dwelling"])
            values = unsealed(row, keys) if KINDS[name].seals else {}
            for column in NAMES:
                if column in values:
                    found.add("holder", values[column], estate, alert.id)
    _home(tx, found, alert, alert.estate, alert.place)


def _refs(alert: Alert) -> set[tuple[str, str]]:
    own = {(alert.estate, alert.subject)} if alert.subject else set()
    return own | {
        (item.estate or alert.estate, item.subject) for item in alert.evidence if item.subject
    }


def _bearers(tx: Connection, estate: str, ref: str) -> Sequence[tuple[str, dict[str, Any]]]:
    rows = []
    for name, table in BEARERS.items():
        query = sa.select(table).where(table.c.estate == estate, table.c.ref == ref)
        rows += [(name, as_row(row)) for row in tx.execute(query.order_by(table.c.id))]
    return rows


def _home(tx: Connection, found: Opened, alert: Alert, estate: str, name: str) -> None:
    mine = (DWELLINGS.c.estate == estate, DWELLINGS.c.name == name)
    address = tx.scalar(sa.select(DWELLINGS.c.address).where(*mine))
    if address is not None:
        found.add("home", address, estate, alert.id)
