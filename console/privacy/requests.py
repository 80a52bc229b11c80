"""The requests of one database. Each step is one transaction with its entry in the audit log."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from console.accounts.principal import Principal
from console.audit.chain import Said, Signed
from console.audit.log import append, hold
from console.cases.surroundings import Surroundings
from console.database import reading, writing
from console.privacy.asking import (
    OPEN,
    Identity,
    NotPossible,
    Refusal,
    Request,
    State,
    Step,
    after,
    due_at,
)
from console.privacy.erasing import Entry, end_and_erase, entries_of, read_entry
from console.privacy.tables import REQUESTS
from console.register.office import RegisterOffice
from console.register.planning import Conflict, Refused
from console.register.shelf import as_row
from schemas.base import MS_PER_S

ID_BYTES = 8
SEALS = ("text", "name", "contact", "number", "plate")
COPY_DAYS = 30
COPY_MS = COPY_DAYS * 86_400 * MS_PER_S
MOST = 500
OPEN_MAX = 5
"""Requests that one resident may have open at a time."""
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """How somebody answers: the entries that are meant, and the words that the asker is given."""

    answer: str
    entries: tuple[str, ...] = ()
    reason: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Requests:
    """What people ask of their data. `around` says which areas an estate lies in."""

    office: RegisterOffice
    around: Surroundings

    def file(self, asked: Request, login: str, signed: Signed) -> Row:
        """Take a request in; `login` is the asker's account, empty where they have none.

        Raises Refused, NoKey.
        """
        row = self._row(asked, login, signed)
        with writing(self.office.engine) as tx:
            hold(tx)
            mine = (REQUESTS.c.login == login, REQUESTS.c.state.in_(OPEN))
            count = tx.scalar(sa.select(sa.func.count()).select_from(REQUESTS).where(*mine)) or 0
            if login and count >= OPEN_MAX:
                raise Refused(f"at most {OPEN_MAX} requests at a time; wait for an answer")
            _said(tx, "filed", row, signed)
            tx.execute(REQUESTS.insert().values(row))
        return row

    def _row(self, asked: Request, login: str, signed: Signed) -> dict[str, Any]:
        if fault := self.office.known().estate_fault(asked.estate):
            raise Refused(f"estate: {fault}")
        settings, scope = self.office.settings, self.office.vault.keys().estate(asked.estate)
        name = secrets.token_hex(ID_BYTES)
        told = asked.model_dump()
        sealed = {
            field: scope.seal(told[field], f"requests/{name}/{field}")
            for field in SEALS
            if told[field]
        }
        return {
            "id": name, "kind": asked.kind, "consent": asked.consent, "estate": asked.estate,
            "dwelling": asked.dwelling, "login": login, "filed_by": signed.who,
            "filed_at": signed.at, "state": "filed", "answer": "", "rows": "[]", "version": 1,
            "due_at": due_at(signed.at, settings.request_days, settings.zone),
            "ref": scope.credential(asked.number) if asked.number else None,
            "plate_ref": scope.plate(asked.plate).ref if asked.plate else None,
            "sealed": orjson.dumps(sealed).decode(), "identity": None, "decided_at": None,
            "decided_by": None, "reason": None,
        }  # fmt: skip

    def take(self, name: str, identity: Identity, signed: Signed) -> Row:
        """Somebody looks after it, and has found out who asks. Raises KeyError, NotPossible."""
        return self._step(name, "take", signed, {"identity": identity}, identity)

    def withdraw(self, name: str, login: str, signed: Signed) -> Row:
        """Whoever asked takes it back. Raises KeyError, NotPossible."""
        if self.request(name)["login"] != login:
            raise KeyError(name)
        return self._step(name, "withdraw", signed, {}, "")

    def refuse(self, name: str, decision: Decision, signed: Signed) -> Row:
        """Refuse it, for a reason and in words. Raises KeyError, NotPossible, Refused."""
        if decision.reason is None or not decision.answer.strip():
            raise Refused("answer: a refusal needs a reason, and words that the asker understands")
        values = {"reason": decision.reason, "answer": decision.answer}
        return self._step(name, "refuse", signed, values, decision.reason)

    def grant(self, name: str, decision: Decision, signed: Signed) -> Row:
        """Do what was asked, to the entries that are meant, and say so.

        Entries to be deleted, and consents that are withdrawn, end by the register's own way: the
        outbox tells the processors. Raises KeyError, NotPossible, Refused, Conflict.
        """
        row = self.request(name)
        after(row["state"], "grant")
        entries = [read_entry(text) for text in decision.entries]
        self._check(row, entries, decision)
        if row["kind"] in ("deletion", "withdrawal"):
            why = Signed(signed.who, f"requests/{name}", signed.at)
            for entry in entries:
                end_and_erase(self.office, entry, why)
        values = {"answer": decision.answer, "rows": orjson.dumps(decision.entries).decode()}
        return self._step(name, "grant", signed, values, " ".join(decision.entries))

    def _check(self, row: Row, entries: Sequence[Entry], decision: Decision) -> None:
        """Raises Refused."""
        known = {entry for entry, _ in self.entries(row)}
        if strange := [entry for entry in entries if entry not in known]:
            raise Refused(f"entries: {strange[0]} is none of this request's")
        if row["consent"] == "care" and any(entry.kind != "consents" for entry in entries):
            raise Refused("entries: withdrawing consent to care ends consents alone")
        if row["kind"] in ("deletion", "withdrawal") and not entries and row["consent"] != "face":
            raise Refused("entries: say which ones go; where there is none, refuse as not held")
        if not decision.answer.strip():
            raise Refused("answer: say what was done, in words that the asker understands")

    def _step(
        self, name: str, step: Step, signed: Signed, values: Mapping[str, Any], detail: str
    ) -> Row:
        with writing(self.office.engine) as tx:
            hold(tx)
            row = self._found(tx, name)
            state = after(cast("State", row["state"]), step)
            row |= {**values, "state": state, "version": row["version"] + 1}
            if state not in OPEN:
                row |= {"decided_at": signed.at, "decided_by": signed.who}
            _said(tx, state, row, signed, detail)
            tx.execute(REQUESTS.update().where(REQUESTS.c.id == name).values(row))
        return row

    @staticmethod
    def _found(tx: Connection, name: str) -> dict[str, Any]:
        row = tx.execute(sa.select(REQUESTS).where(REQUESTS.c.id == name)).one_or_none()
        if row is None:
            raise KeyError(name)
        return as_row(row)

    def request(self, name: str) -> Row:
        """One request. Raises KeyError."""
        with reading(self.office.engine) as connection:
            return self._found(connection, name)

    def seen(self, who: Principal, name: str) -> Row:
        """One request of somebody's area. Raises KeyError."""
        row = self.request(name)
        if not self.covers(who, row["estate"]):
            raise KeyError(name)
        return row

    def mine(self, who: Principal, name: str) -> Row:
        """One request of whoever asks. Raises KeyError."""
        row = self.request(name)
        if not who.login or row["login"] != who.login:
            raise KeyError(name)
        return row

    def covers(self, who: Principal, estate: str) -> bool:
        """Whether an estate is of somebody's area."""
        return who.covers(self.around.areas(estate, estate))

    def of_asker(self, login: str) -> list[Row]:
        """What an account has asked, newest first."""
        query = sa.select(REQUESTS).where(REQUESTS.c.login == login)
        with reading(self.office.engine) as connection:
            rows = connection.execute(query.order_by(REQUESTS.c.filed_at.desc()).limit(MOST))
            return [as_row(row) for row in rows]

    def listed(self, who: Principal, *, is_open: bool = True) -> list[Row]:
        """The requests of somebody's area: the open ones by when they are due, else the newest."""
        query = sa.select(REQUESTS).limit(MOST)
        if is_open:
            query = query.where(REQUESTS.c.state.in_(OPEN)).order_by(REQUESTS.c.due_at)
        else:
            query = query.order_by(REQUESTS.c.filed_at.desc())
        with reading(self.office.engine) as connection:
            rows = [as_row(row) for row in connection.execute(query)]
        return [row for row in rows if self.covers(who, row["estate"])]

    def some(
        self, limit: int, after: tuple[int | str, ...] | None = None, *, is_open: bool = True
    ) -> list[Row]:
        """At most `limit` requests of all areas, in the order of `place_of`, behind a place."""
        first = REQUESTS.c.due_at if is_open else -REQUESTS.c.filed_at
        query = sa.select(REQUESTS).order_by(first, REQUESTS.c.id).limit(limit)
        if is_open:
            query = query.where(REQUESTS.c.state.in_(OPEN))
        if after is not None:
            query = query.where(sa.tuple_(first, REQUESTS.c.id) > sa.tuple_(*after))
        with reading(self.office.engine) as connection:
            return [as_row(row) for row in connection.execute(query)]

    def entries(self, row: Row) -> list[tuple[Entry, Row]]:
        """The register's entries that a request may be about: of its home, card or plate."""
        with reading(self.office.engine) as connection:
            return entries_of(connection, row)

    def clear(self, row: Row) -> dict[str, str]:
        """What the asker wrote. Raises NoKey, SealError."""
        scope = self.office.vault.keys().estate(row["estate"])
        sealed: dict[str, str] = orjson.loads(row["sealed"])
        return {
            field: scope.unseal(text, f"requests/{row['id']}/{field}")
            for field, text in sealed.items()
        }


def place_of(row: Row, *, is_open: bool) -> tuple[int, str]:
    """Where a request stands among the open ones (by when it is due), or among all (by age)."""
    return (row["due_at"] if is_open else -row["filed_at"]), row["id"]


def may_be_copied(row: Row, at: int) -> bool:
    """Whether the copy that was asked for can be fetched at an instant (ms)."""
    is_copy = row["kind"] == "copy" and row["state"] == "granted"
    return is_copy and at - int(row["decided_at"]) < COPY_MS


def is_late(row: Row, at: int) -> bool:
    """Whether a request should have been answered by an instant (ms)."""
    return row["state"] in OPEN and int(row["due_at"]) <= at


def _said(tx: Connection, what: str, row: Row, signed: Signed, detail: str = "") -> None:
    told = f"{row['kind']} {row['consent'] or ''} {row['estate']} {detail}".split()
    append(tx, signed, [Said(f"requests.{what}", f"requests/{row['id']}", " ".join(told))])


FAULTS = (NotPossible, Refused, Conflict)
