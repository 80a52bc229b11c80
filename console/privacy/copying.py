"""The copy that somebody asked for: what is held of them, for people to read and for programs."""

from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from console.accounts.tables import ACCOUNTS
from console.audit.chain import Said, Signed
from console.audit.log import append, hold
from console.audit.tables import AUDIT
from console.cases.tables import CASES, REPORTS
from console.database import writing
from console.privacy.looks import REASONS
from console.privacy.requests import Requests, Row
from console.register.sealing import unsealed
from console.tables import ALERTS
from schemas.alerts import Alert
from schemas.base import format_instant

LOOKS = ("reveal", "reveal.own", "reveal.request", "look", "cases.exported", "requests.copied")
COPIED = "requests.copied"
_INSTANTS = ("valid_from", "valid_to", "ended_at", "changed_at")
_INSIDE = ("sealed", "plate", "skeleton", "ref")


def copy_of(requests: Requests, row: Row, signed: Signed, police_only: tuple[str, ...]) -> Any:
    """What is held of whoever asked, in a transaction that writes down that it was given out.

    Raises NoKey. Alerts of situations for the police alone are not in it.
    """
    office, chosen = requests.office, _chosen(row)
    entries = [(entry, found) for entry, found in requests.entries(row) if str(entry) in chosen]
    keys = office.vault.keys()
    refs = {found["ref"] for _, found in entries if found.get("ref")}
    with writing(office.engine) as tx:
        hold(tx)
        cases = _cases(tx, row["login"])
        targets = [*map(str, (entry for entry, _ in entries)), f"requests/{row['id']}"]
        targets += [f"cases/{case['id']}" for case in cases]
        content = {
            "request": row["id"], "made_at": format_instant(signed.at), "estate": row["estate"],
            "account": _account(tx, row["login"]),
            "register": [
                {"entry": str(entry)} | _plain(found) | unsealed(found, keys)
                for entry, found in entries
            ],
            "filed": cases,
            "alerts": _alerts(tx, row["estate"], refs, police_only),
            "looks": _looks(tx, targets),
        }  # fmt: skip
        append(tx, signed, [Said(COPIED, f"requests/{row['id']}")])
    return content


def _chosen(row: Row) -> set[str]:
    return set(orjson.loads(row["rows"]))


def _plain(found: Row) -> dict[str, Any]:
    told = {name: value for name, value in found.items() if name not in _INSIDE}
    return {
        name: format_instant(value) if name in _INSTANTS and value is not None else value
        for name, value in told.items()
        if value is not None
    }


def _account(tx: Connection, login: str) -> dict[str, Any] | None:
    query = sa.select(ACCOUNTS.c.login, ACCOUNTS.c.name, ACCOUNTS.c.role, ACCOUNTS.c.created_at)
    row = tx.execute(query.where(ACCOUNTS.c.login == login)).one_or_none()
    if row is None:
        return None
    made = format_instant(row.created_at)
    return {"login": row.login, "name": row.name, "role": row.role, "created_at": made}


def _cases(tx: Connection, login: str) -> list[dict[str, Any]]:
    columns = (CASES.c.id, CASES.c.kind, CASES.c.state, REPORTS.c.text, REPORTS.c.filed_at)
    query = sa.select(*columns).join(REPORTS, REPORTS.c.case == CASES.c.id)
    rows = tx.execute(query.where(REPORTS.c.filed_by == login, REPORTS.c.filed_by != ""))
    return [row._asdict() | {"filed_at": format_instant(row.filed_at)} for row in rows]


def _alerts(
    tx: Connection, estate: str, refs: set[str], police_only: tuple[str, ...]
) -> list[dict[str, Any]]:
    """The alerts in which a pseudonym of theirs stands."""
    if not refs:
        return []
    holds = sa.or_(*(ALERTS.c.body.contains(ref, autoescape=True) for ref in sorted(refs)))
    query = sa.select(ALERTS.c.body).where(
        ALERTS.c.estate == estate, ALERTS.c.rule.not_in(police_only), holds
    )
    alerts = [Alert.model_validate_json(body) for body in tx.scalars(query)]
    return [
        {"id": one.id, "situation": one.rule, "opened_at": format_instant(one.opened_at),
         "place": one.place_name.model_dump()}
        for one in alerts if not one.roles
    ]  # fmt: skip


def _looks(tx: Connection, targets: list[str]) -> list[dict[str, Any]]:
    """Who looked at it, when and why: the role of whoever it was stands for their name."""
    query = sa.select(AUDIT.c.at, AUDIT.c.act, AUDIT.c.target, AUDIT.c.why, ACCOUNTS.c.role)
    query = query.join(ACCOUNTS, ACCOUNTS.c.login == AUDIT.c.who, isouter=True)
    query = query.where(AUDIT.c.target.in_(targets), AUDIT.c.act.in_(LOOKS))
    return [
        {"at": format_instant(row.at), "act": row.act, "of": row.target,
         "reason": _reason(row.why), "role": row.role or "office"}
        for row in tx.execute(query.order_by(AUDIT.c.sequence))
    ]  # fmt: skip


def _reason(why: str) -> str:
    """The reason of the list; what an officer wrote beside it is about their work."""
    return next((reason for reason in REASONS if why.startswith(f"{reason}:")), "")
