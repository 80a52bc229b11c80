"""Alerts become cases: one an incident, kept in the transaction that keeps the alerts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from console.cases.quiet import Quiet, desk_of, quieted
from console.cases.rows import Desk, find_case, keep, keep_devices, keep_new
from console.cases.surroundings import Surroundings
from console.cases.tables import CASE_ALERTS
from console.database import insert_new
from console.feed import is_for_people
from console.lifecycle.facts import Case, Deed, Facts
from console.lifecycle.procedure import Procedure
from console.lifecycle.table import SYSTEM
from console.tables import ALERTS
from schemas.alerts import SEVERITIES, Alert, Severity

AFTERWARDS = "afterwards"


@dataclass(frozen=True, slots=True)
class Opening:
    """Opens cases by a procedure, in surroundings."""

    procedure: Procedure
    around: Surroundings

    def take(self, tx: Connection, alerts: Sequence[Alert], at: int) -> None:
        """Open or extend the cases of alerts that are for people.

        In the order of the incidents: two consoles on one database then wait for each other
        instead of for ever.
        """
        for alert in sorted(filter(is_for_people, alerts), key=_order):
            self._take(tx, alert, at)

    def adopt(self, tx: Connection, at: int) -> int:
        """Open cases for alerts that stand without one; they ring nobody. How many there were."""
        found = tx.scalars(_without_case())
        alerts = [Alert.model_validate_json(body) for body in found]
        for alert in sorted(filter(is_for_people, alerts), key=_order):
            self._take(tx, alert.model_copy(update={"found_afterwards": True}), at)
        return len(alerts)

    def _take(self, tx: Connection, alert: Alert, at: int) -> None:
        facts = self.facts(alert)
        name = _kept_in(tx, alert) or case_id(alert, police_only=facts.police_only)
        known = find_case(tx, name, to_change=True)
        is_new = insert_new(tx, CASE_ALERTS, [_alert_row(alert, name)]) == 1
        keep_devices(tx, name, facts.devices)
        if known is None:
            known = self._open(tx, name, facts, at)
        if known is not None and (is_new or self._is_graver(tx, alert)):
            self._join(tx, known, facts, at)
        if not is_new:
            severity = {"severity": alert.severity}
            tx.execute(CASE_ALERTS.update().where(CASE_ALERTS.c.alert == alert.id).values(severity))

    def _open(self, tx: Connection, name: str, facts: Facts, at: int) -> Case | None:
        """Open a case. One that another console opened meanwhile comes back, to be joined."""
        quiet = quieted(tx, self.procedure, facts, at)
        deed = Deed(kind="open", by=SYSTEM, at=at, version=0, facts=quiet.facts)
        case = self.procedure.opened(name, deed)
        if keep_new(tx, self.procedure, case, deed, _desk(quiet, case, at)):
            return None
        return find_case(tx, name, to_change=True)

    def _join(self, tx: Connection, case: Case, facts: Facts, at: int) -> None:
        deed = Deed(
            kind="join", by=SYSTEM, at=at, version=case.version, facts=facts, to=facts.source
        )
        keep(tx, self.procedure, case, self.procedure.applied(case, deed), deed)

    @staticmethod
    def _is_graver(tx: Connection, alert: Alert) -> bool:
        """Whether an alert that was known has become graver."""
        query = sa.select(CASE_ALERTS.c.severity).where(CASE_ALERTS.c.alert == alert.id)
        before = tx.scalar(query)
        return before is not None and _gravity(alert.severity) > _gravity(before)

    def facts(self, alert: Alert) -> Facts:
        """What an alert says of its case."""
        police_only = alert.rule in self.procedure.table.police_only or bool(alert.roles)
        return Facts(
            flow="alert", kind=alert.rule, source=alert.id, estate=alert.estate,
            place=alert.place, place_name=alert.place_name, severity=alert.severity,
            handler=alert.handler, also=alert.also,
            delivery="push" if alert.delivery == "push" else "list", police_only=police_only,
            named_roles=alert.roles, nodes=self.around.nodes(alert.estate),
            areas=self.around.areas(alert.estate, alert.place),
            devices=tuple(dict.fromkeys(item.device for item in alert.evidence)),
            quiet=AFTERWARDS if alert.found_afterwards else "",
        )  # fmt: skip


def case_id(alert: Alert, *, police_only: bool) -> str:
    """The case of an alert: alerts of one incident have one.

    What is for the police alone is never grouped: whoever else looks after the incident must not
    learn of it, and what others do to theirs must not move it.
    """
    return f"{alert.id}-police" if police_only else alert.incident or alert.id


def _without_case() -> sa.Select[Any]:
    stands = (
        ALERTS.c.cleared.is_(False), ALERTS.c.suppressed_by.is_(None),
        ALERTS.c.delivery != "statistic",
    )  # fmt: skip
    taken = sa.exists().where(CASE_ALERTS.c.alert == ALERTS.c.id)
    return sa.select(ALERTS.c.body).where(*stands, ~taken)


def _kept_in(tx: Connection, alert: Alert) -> str | None:
    """The case that an alert is in already."""
    query = sa.select(CASE_ALERTS.c.case).where(CASE_ALERTS.c.alert == alert.id)
    found: str | None = tx.scalar(query)
    return found


def _order(alert: Alert) -> tuple[str, int, str]:
    return alert.incident or alert.id, alert.opened_at, alert.id


def _gravity(severity: Severity) -> int:
    return SEVERITIES.index(severity)


def _alert_row(alert: Alert, case: str) -> dict[str, str]:
    return {"alert": alert.id, "case": case, "rule": alert.rule, "severity": alert.severity}


def _desk(quiet: Quiet, case: Case, at: int) -> Desk:
    is_alarm = quiet.facts.delivery == "push" and quiet.facts.quiet in ("", "flood")
    return Desk(desk_of(case), at if is_alarm else None, quiet.shelf)
