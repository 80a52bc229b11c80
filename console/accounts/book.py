"""The accounts of a database; each change of one stands in the audit log."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from console.accounts import lockout
from console.accounts.passwords import Passwords, check_strength
from console.accounts.principal import EVERYWHERE, FIRST, KINDS, Principal, reach
from console.accounts.sessions import end_sessions
from console.accounts.tables import ACCOUNTS, TEAM_MEMBERS, TEAMS
from console.audit.chain import Said, Signed
from console.audit.log import append, hold
from console.database import insert_new, reading, writing
from console.lifecycle.clocks import TreeName
from console.lifecycle.facts import Case, Party
from console.lifecycle.procedure import Procedure
from console.lifecycle.table import Role
from console.notify.tables import CONTACTS


class AccountFault(ValueError):
    """An account that cannot be made or changed so; one line on why."""


class Conflict(AccountFault):
    """Somebody else changed it in the meantime, or it is there already."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is kept, without its secrets. Instants are in ms."""

    login: str
    name: str
    role: Role
    areas: tuple[str, ...]
    kinds: tuple[TreeName, ...]
    admin: bool = False
    must_change: bool = False
    has_password: bool = False
    totp_on: bool = False
    disabled_at: int | None = None
    created_at: int = 0
    version: int = 1

    def principal(self, teams: Iterable[str]) -> Principal:
        """Whom the account lets in."""
        return Principal(
            self.login, self.role, frozenset(self.areas), frozenset(self.kinds), frozenset(teams),
            self.admin, must_change=self.must_change, name=self.name,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Team:
    """People who are sent out together; one of them takes what the team was given."""

    id: str
    name: str
    role: Role
    areas: tuple[str, ...]
    members: tuple[str, ...] = ()


class AccountBook:
    """Accounts and teams of one database."""

    def __init__(self, engine: Engine, passwords: Passwords) -> None:
        """Works on an engine whose tables are of this version."""
        self.engine = engine
        self.passwords = passwords

    def ensure_first(self, at: int) -> None:
        """The first administrator is there from the first start; without a password."""
        row = _row(Account(FIRST, FIRST, "police", (EVERYWHERE,), KINDS["police"], admin=True))
        with writing(self.engine) as tx:
            insert_new(tx, ACCOUNTS, [row | _SECRETS | {"created_at": at}])

    def make(self, account: Account, password: str | None, signed: Signed) -> Account:
        """Make an account. With a password it must be changed at the first login.

        Raises Conflict, AccountFault, WeakPassword.
        """
        _check(account)
        kept = self._hashed(account.login, password)
        own = {"password": kept, "must_change": kept is not None, "created_at": signed.at}
        with writing(self.engine) as tx:
            hold(tx)
            if not insert_new(tx, ACCOUNTS, [_row(account) | _SECRETS | own]):
                raise Conflict(f"login: there is an account {account.login!r} already")
            append(tx, signed, [_said("made", account)])
        return self.account(account.login)

    def change(self, login: str, given: dict[str, Any], version: int, signed: Signed) -> Account:
        """Change name, role, areas, kinds, admin or disabled of an account at that version.

        Raises KeyError, Conflict, AccountFault.
        """
        with writing(self.engine) as tx:
            hold(tx)
            account = _changed(find(tx, login), given, version, signed.at)
            _check(account)
            self._keep_an_administrator(tx, account)
            mine = ACCOUNTS.c.login == login
            tx.execute(ACCOUNTS.update().where(mine).values(_row(account)))
            if account.disabled_at is not None:
                end_sessions(tx, login)
                forget_contacts(tx, login, signed)
            append(tx, signed, [_said("changed", account)])
        return account

    @staticmethod
    def _keep_an_administrator(tx: Connection, account: Account) -> None:
        if account.admin and account.disabled_at is None:
            return
        others = (
            ACCOUNTS.c.admin, ACCOUNTS.c.disabled_at.is_(None), ACCOUNTS.c.login != account.login,
        )  # fmt: skip
        if not tx.scalar(sa.select(sa.func.count()).select_from(ACCOUNTS).where(*others)):
            raise AccountFault("admin: one administrator must stay; make another one first")

    def set_password(self, login: str, password: str, signed: Signed, *, must_change: bool) -> None:
        """Give an account a password; all its sessions end. Raises KeyError, WeakPassword."""
        kept = self._hashed(login, password)
        with writing(self.engine) as tx:
            hold(tx)
            account = find(tx, login)
            change = {"password": kept, "must_change": must_change}
            tx.execute(ACCOUNTS.update().where(ACCOUNTS.c.login == login).values(change))
            end_sessions(tx, login)
            append(tx, signed, [_said("password", account)])

    def unlock(self, login: str, signed: Signed) -> None:
        """Give a login that was locked its tries again. Raises KeyError."""
        with writing(self.engine) as tx:
            hold(tx)
            find(tx, login)
            lockout.forgive(tx, login)
            append(tx, signed, [Said("accounts.unlocked", login)])

    def _hashed(self, login: str, password: str | None) -> str | None:
        if password is None:
            return None
        check_strength(password, login)
        return self.passwords.hash(password)

    def account(self, login: str) -> Account:
        """One account. Raises KeyError."""
        with reading(self.engine) as connection:
            return find(connection, login)

    def accounts(self, limit: int, after: str | None = None) -> list[Account]:
        """At most `limit` accounts in the order of their logins, beginning behind `after`."""
        query = sa.select(ACCOUNTS).order_by(ACCOUNTS.c.login).limit(limit)
        if after is not None:
            query = query.where(ACCOUNTS.c.login > after)
        with reading(self.engine) as connection:
            return [_account(row) for row in connection.execute(query)]

    def set_team(self, team: Team, signed: Signed) -> Team:
        """Make a team, or make it what is said. Raises AccountFault."""
        with writing(self.engine) as tx:
            hold(tx)
            for login in team.members:
                _check_member(tx, team, login)
            row = {"name": team.name, "role": team.role, "areas": _text(team.areas)}
            if not insert_new(tx, TEAMS, [{"id": team.id, **row}]):
                tx.execute(TEAMS.update().where(TEAMS.c.id == team.id).values(row))
            tx.execute(TEAM_MEMBERS.delete().where(TEAM_MEMBERS.c.team == team.id))
            insert_new(tx, TEAM_MEMBERS, [{"team": team.id, "login": m} for m in team.members])
            append(tx, signed, [Said("teams.set", team.id, " ".join(team.members))])
        return team

    def teams(self) -> list[Team]:
        """All teams with their members."""
        with reading(self.engine) as connection:
            members: dict[str, list[str]] = {}
            for row in connection.execute(sa.select(TEAM_MEMBERS).order_by(TEAM_MEMBERS.c.login)):
                members.setdefault(row.team, []).append(row.login)
            rows = connection.execute(sa.select(TEAMS).order_by(TEAMS.c.id))
            return [_team(row, members.get(row.id, ())) for row in rows]


def find(tx: Connection, login: str) -> Account:
    """One account. Raises KeyError."""
    row = tx.execute(sa.select(ACCOUNTS).where(ACCOUNTS.c.login == login)).one_or_none()
    if row is None:
        raise KeyError(login)
    return _account(row)


def principal_of(tx: Connection, login: str) -> Principal | None:
    """Whom a login lets in; None where it is switched off or unknown."""
    return principals_of(tx, [login]).get(login)


def principals_of(tx: Connection, logins: Iterable[str]) -> dict[str, Principal]:
    """Whom some logins let in, without those that are switched off or unknown."""
    rows: dict[str, list[sa.Row[Any]]] = {}
    for row in tx.execute(_WITH_TEAMS, {"of": list(logins)}):
        rows.setdefault(row.login, []).append(row)
    return {
        login: _account(some[0]).principal(row.team for row in some if row.team is not None)
        for login, some in rows.items()
    }


def forget_contacts(tx: Connection, login: str, signed: Signed) -> None:
    """Whoever does not come in any more is not told anything any more."""
    mine = CONTACTS.c.login == login
    channels = sorted(tx.scalars(sa.select(CONTACTS.c.channel).where(mine)))
    tx.execute(CONTACTS.delete().where(mine))
    append(tx, signed, [Said("contacts.removed", f"{login}/{channel}") for channel in channels])


def find_party(procedure: Procedure, tx: Connection, ref: str, case: Case) -> Party | None:
    """Whom a case would be given to: a person, a team or all of a role."""
    kind, _, name = ref.partition(":")
    if kind == "group":
        return Party(ref, procedure.role_of(name))
    if kind == "person":
        person = principal_of(tx, name)
        return Party(ref, person.role, person.covers(case.areas)) if person else None
    row = tx.execute(sa.select(TEAMS).where(TEAMS.c.id == name)).one_or_none()
    if kind != "team" or row is None:
        return None
    return Party(ref, row.role, reach(set(orjson.loads(row.areas)), case.areas))


def _check(account: Account) -> None:
    """Raises AccountFault."""
    if account.admin and account.role == "resident":
        raise AccountFault("admin: a resident is no administrator")
    if not account.areas and account.role != "resident":
        raise AccountFault("areas: name at least one, or * for everywhere")


def _check_member(tx: Connection, team: Team, login: str) -> None:
    try:
        role = find(tx, login).role
    except KeyError as error:
        raise AccountFault(f"members: there is no account {login!r}") from error
    if role != team.role:
        raise AccountFault(f"members: {login} is {role}, the team is {team.role}")


def _changed(account: Account, given: dict[str, Any], version: int, at: int) -> Account:
    if account.version != version:
        raise Conflict(f"version: it is {account.version} by now, not {version}; look at it again")
    fields = {name: getattr(account, name) for name in Account.__dataclass_fields__}
    if (disabled := given.pop("disabled", None)) is not None:
        given["disabled_at"] = (account.disabled_at or at) if disabled else None
    return Account(**fields | given | {"version": version + 1})


_WITH_TEAMS = (
    sa.select(ACCOUNTS, TEAM_MEMBERS.c.team)
    .outerjoin(TEAM_MEMBERS, TEAM_MEMBERS.c.login == ACCOUNTS.c.login)
    .where(ACCOUNTS.c.login.in_(sa.bindparam("of", expanding=True)))
    .where(ACCOUNTS.c.disabled_at.is_(None))
)
_SECRETS: dict[str, Any] = {
    "password": None, "must_change": False, "totp": None, "totp_on": False, "totp_step": 0,
}  # fmt: skip


def _row(account: Account) -> dict[str, Any]:
    return {
        "login": account.login, "name": account.name, "role": account.role,
        "areas": _text(account.areas), "kinds": _text(account.kinds), "admin": account.admin,
        "disabled_at": account.disabled_at, "version": account.version,
    }  # fmt: skip


def _account(row: sa.Row[Any]) -> Account:
    return Account(
        row.login, row.name, row.role, tuple(orjson.loads(row.areas)),
        tuple(orjson.loads(row.kinds)), row.admin, row.must_change, row.password is not None,
        row.totp_on, row.disabled_at, row.created_at, row.version,
    )  # fmt: skip


def _team(row: sa.Row[Any], members: Sequence[str]) -> Team:
    return Team(row.id, row.name, row.role, tuple(orjson.loads(row.areas)), tuple(members))


def _text(items: Iterable[str]) -> str:
    return orjson.dumps(list(items)).decode()


def _said(what: str, account: Account) -> Said:
    areas = ",".join(account.areas)
    detail = f"{account.role} areas={areas} kinds={','.join(account.kinds)} admin={account.admin}"
    return Said(f"accounts.{what}", account.login, detail)
