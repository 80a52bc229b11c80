"""The roster, quiet hours and contacts in the database; each change stands in the audit log."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import orjson
import sqlalchemy as sa
from pydantic import Field, TypeAdapter, model_validator
from sqlalchemy import Connection, Engine

from console.accounts.tables import ACCOUNTS
from console.audit.chain import Said, Signed
from console.audit.log import append, hold
from console.database import insert_new, reading, writing
from console.notify.channels import Address, ChannelName
from console.notify.roster import ENTRY, Away, Entry, Extra, Hours, Name, Shift, area_of, entry_id
from console.notify.tables import CONTACTS, QUIET_HOURS, ROSTER
from console.register.vault import Vault
from schemas.base import Model

AnyEntry = Shift | Away | Extra
ENTRIES_MAX, HOURS_MAX = 5000, 20
_HOURS: TypeAdapter[tuple[Hours, ...]] = TypeAdapter(tuple[Hours, ...])
_FORMS: Mapping[Address, re.Pattern[str]] = {
    "phone": re.compile(r"\+?[0-9]{6,15}"),
    "mail": re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,120}\.[A-Za-z]{2,24}"),
}


class PeopleFault(ValueError):
    """Something that cannot be entered; one line on why."""


class QuietHours(Hours):
    """When a person or a channel does not ring, but for red and duress."""

    person: Name | None = None
    channel: ChannelName | None = None

    @model_validator(mode="after")
    def _of_one(self) -> "QuietHours":
        if (self.person is None) == (self.channel is None):
            raise ValueError("name either a person or a channel")
        return self

    @property
    def subject(self) -> str:
        """Whose they are."""
        return f"person:{self.person}" if self.person else f"channel:{self.channel}"


class RosterFile(Model):
    """A roster as it is written in YAML: what stands there replaces what stood before."""

    entries: tuple[Entry, ...] = Field(default=(), max_length=ENTRIES_MAX)
    quiet_hours: tuple[QuietHours, ...] = Field(default=(), max_length=ENTRIES_MAX)


@dataclass(frozen=True, slots=True)
class Standing:
    """The roster and the quiet hours as they stand."""

    entries: Mapping[str, AnyEntry] = field(default_factory=dict)
    quiet: Mapping[str, tuple[Hours, ...]] = field(default_factory=dict)


def standing(tx: Connection) -> Standing:
    """All of it."""
    rows = tx.execute(sa.select(ROSTER.c.id, ROSTER.c.body).order_by(ROSTER.c.person, ROSTER.c.id))
    entries = {row.id: ENTRY.validate_json(row.body) for row in rows}
    quiet = tx.execute(sa.select(QUIET_HOURS))
    return Standing(entries, {row.subject: _HOURS.validate_json(row.body) for row in quiet})


def contacts_of(tx: Connection, logins: Iterable[str]) -> list[tuple[str, str]]:
    """The channels that people are reached by: login and channel."""
    mine = CONTACTS.c.login.in_(sorted(logins))
    query = sa.select(CONTACTS.c.login, CONTACTS.c.channel).where(mine)
    return [(row.login, row.channel) for row in tx.execute(query.order_by(*CONTACTS.c[:2]))]


class PeopleDesk:
    """Enters who is on duty, who is left alone when, and where people are reached."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        """Works on an engine whose tables are of this version."""
        self.engine, self.vault = engine, vault

    def standing(self) -> Standing:
        """The roster and the quiet hours."""
        with reading(self.engine) as connection:
            return standing(connection)

    def file(self) -> RosterFile:
        """The roster and the quiet hours as they are written in YAML."""
        told = self.standing()
        quiet = [
            QuietHours(**{subject.partition(":")[0]: subject.partition(":")[2]}, **dict(one))
            for subject, some in sorted(told.quiet.items())
            for one in some
        ]
        return RosterFile(entries=tuple(told.entries.values()), quiet_hours=tuple(quiet))

    def add(self, entry: AnyEntry, signed: Signed) -> str:
        """Enter one entry; its id. The same once more changes nothing. Raises PeopleFault."""
        with writing(self.engine) as tx:
            hold(tx)
            _check_people(tx, [entry.person])
            name = entry_id(entry)
            if insert_new(tx, ROSTER, [_row(entry)]):
                append(tx, signed, [Said("roster.added", name, entry.model_dump_json())])
        return name

    def remove(self, name: str, signed: Signed) -> None:
        """Take one entry out. Raises KeyError."""
        with writing(self.engine) as tx:
            hold(tx)
            body = tx.scalar(sa.select(ROSTER.c.body).where(ROSTER.c.id == name))
            if body is None:
                raise KeyError(name)
            tx.execute(ROSTER.delete().where(ROSTER.c.id == name))
            append(tx, signed, [Said("roster.removed", name, body)])

    def replace(self, told: RosterFile, signed: Signed) -> tuple[int, int]:
        """Make roster and quiet hours what a file says; how many entries are new, and went."""
        wanted = {entry_id(entry): entry for entry in told.entries}
        with writing(self.engine) as tx:
            hold(tx)
            people = [q.person for q in told.quiet_hours if q.person]
            _check_people(tx, [*(entry.person for entry in told.entries), *people])
            had = set(tx.scalars(sa.select(ROSTER.c.id)))
            for name in sorted(had - set(wanted)):
                tx.execute(ROSTER.delete().where(ROSTER.c.id == name))
            new = insert_new(tx, ROSTER, [_row(entry) for entry in wanted.values()])
            tx.execute(QUIET_HOURS.delete())
            insert_new(tx, QUIET_HOURS, _quiet_rows(told.quiet_hours))
            gone = len(had - set(wanted))
            detail = f"entries={len(wanted)} new={new} gone={gone} quiet={len(told.quiet_hours)}"
            append(tx, signed, [Said("roster.replaced", "*", detail)])
        return new, gone

    def set_quiet(self, subject: str, hours: Sequence[Hours], signed: Signed) -> None:
        """Make somebody's quiet hours these; none: they have none any more. Raises PeopleFault."""
        kind, _, name = subject.partition(":")
        body = orjson.dumps([one.model_dump() for one in hours]).decode()
        with writing(self.engine) as tx:
            hold(tx)
            if kind == "person":
                _check_people(tx, [name])
            tx.execute(QUIET_HOURS.delete().where(QUIET_HOURS.c.subject == subject))
            if hours:
                tx.execute(QUIET_HOURS.insert().values(subject=subject, body=body))
            append(tx, signed, [Said("quiet_hours.set", subject, body)])

    def set_contact(
        self, login: str, channel: str, address: str, takes: Address, signed: Signed
    ) -> None:
        """Say where a person is reached on a channel. Raises PeopleFault, NoKey.

        The address is sealed; the audit log says that there is one, not which.
        """
        form = _FORMS.get(takes)
        if address and form is not None and not form.fullmatch(address):
            raise PeopleFault(f"address: is no {takes}; mend it")
        if not address and takes == "mail":
            raise PeopleFault("address: is missing; this channel sends mail")
        sealed = self.vault.keys().city.seal(address, _context(login, channel)) if address else ""
        with writing(self.engine) as tx:
            hold(tx)
            _check_people(tx, [login])
            row = {"login": login, "channel": channel, "address": sealed}
            if not insert_new(tx, CONTACTS, [row]):
                tx.execute(CONTACTS.update().where(*_of(login, channel)).values(address=sealed))
            append(tx, signed, [Said("contacts.set", f"{login}/{channel}")])

    def remove_contact(self, login: str, channel: str, signed: Signed) -> None:
        """Do not reach a person by a channel any more. Raises KeyError."""
        with writing(self.engine) as tx:
            hold(tx)
            if not tx.execute(CONTACTS.delete().where(*_of(login, channel))).rowcount:
                raise KeyError(f"{login}/{channel}")
            append(tx, signed, [Said("contacts.removed", f"{login}/{channel}")])

    def contacts(self) -> list[tuple[str, str]]:
        """Who is reached by what, without where."""
        with reading(self.engine) as connection:
            query = sa.select(CONTACTS.c.login, CONTACTS.c.channel).order_by(*CONTACTS.c[:2])
            return [(row.login, row.channel) for row in connection.execute(query)]

    def addresses(self, people: Iterable[str], channel: str) -> tuple[str, ...]:
        """Where people are reached on a channel, in clear. Raises NoKey."""
        mine = (CONTACTS.c.login.in_(sorted(people)), CONTACTS.c.channel == channel)
        with reading(self.engine) as connection:
            rows = connection.execute(sa.select(CONTACTS).where(*mine)).all()
        sealed = [(row.login, row.address) for row in rows if row.address]
        return tuple(
            self.vault.keys().city.unseal(address, _context(login, channel))
            for login, address in sorted(sealed)
        )


def _row(entry: AnyEntry) -> dict[str, str]:
    return {
        "id": entry_id(entry), "person": entry.person, "area": area_of(entry),
        "body": entry.model_dump_json(),
    }  # fmt: skip


def _quiet_rows(hours: Iterable[QuietHours]) -> list[dict[str, str]]:
    by_subject: dict[str, list[dict[str, object]]] = {}
    for one in hours:
        by_subject.setdefault(one.subject, []).append({"part": one.part, "days": one.days})
    return [{"subject": s, "body": orjson.dumps(some).decode()} for s, some in by_subject.items()]


def _check_people(tx: Connection, logins: Iterable[str]) -> None:
    """Raises PeopleFault for a login that nobody has."""
    known = set(tx.scalars(sa.select(ACCOUNTS.c.login)))
    if unknown := sorted(set(logins) - known):
        raise PeopleFault(f"person: there is no account {', '.join(map(repr, unknown))}")


def _of(login: str, channel: str) -> tuple[sa.ColumnElement[bool], ...]:
    return CONTACTS.c.login == login, CONTACTS.c.channel == channel


def _context(login: str, channel: str) -> str:
    return f"contact/{login}/{channel}"
