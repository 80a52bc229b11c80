"""What the API is asked and answers about accounts, sessions, tokens and teams."""

from typing import Annotated

from pydantic import Field, StringConstraints

from console.accounts.book import Account, Team
from console.accounts.principal import KINDS, Scope
from console.accounts.sessions import Session
from console.accounts.tokens import Token
from console.lifecycle.clocks import TreeName
from console.lifecycle.table import Role
from schemas.base import Instant, Model

Login = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")]
Area = Annotated[str, StringConstraints(pattern=r"^[^\s|,]{1,64}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Password = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
Code = Annotated[str, StringConstraints(pattern=r"^ *[0-9]{6} *$")]


class AccountAsked(Model):
    """A new account. Without a password nobody comes in by it until it is given one."""

    login: Login
    name: Name
    role: Role
    areas: tuple[Area, ...] = Field(default=(), max_length=200)
    kinds: tuple[TreeName, ...] | None = Field(default=None, max_length=3)
    admin: bool = False
    password: Password | None = None
    why: str = Field(default="", max_length=500)

    def account(self, at: int) -> Account:
        """The account, made at an instant (ms); with the kinds of its role unless it says more."""
        kinds = KINDS[self.role] if self.kinds is None else self.kinds
        return Account(
            self.login, self.name, self.role, self.areas, kinds, self.admin, created_at=at
        )


class AccountChange(Model):
    """What is to be another way; `version` is the one that was looked at."""

    version: int = Field(ge=1)
    name: Name | None = None
    role: Role | None = None
    areas: tuple[Area, ...] | None = Field(default=None, max_length=200)
    kinds: tuple[TreeName, ...] | None = Field(default=None, max_length=3)
    admin: bool | None = None
    disabled: bool | None = None
    why: str = Field(default="", max_length=500)


class AccountAnswer(Model):
    """An account without its secrets."""

    login: str
    name: str
    role: Role
    areas: tuple[str, ...]
    kinds: tuple[TreeName, ...]
    admin: bool
    must_change: bool
    has_password: bool
    totp_on: bool
    disabled_at: Instant | None
    created_at: Instant
    version: int

    @classmethod
    def of(cls, account: Account) -> "AccountAnswer":
        """From an account."""
        return cls(**{name: getattr(account, name) for name in cls.model_fields})


class Me(Model):
    """Whoever asks, and the token that a browser's page must send with each change."""

    login: str
    role: Role
    areas: tuple[str, ...]
    kinds: tuple[TreeName, ...]
    teams: tuple[str, ...]
    admin: bool
    scopes: tuple[Scope, ...]
    must_change: bool
    csrf: str | None


class NewPassword(Model):
    """One's own new password; the present one proves who asks."""

    now: Password
    new: Password


class SetPassword(Model):
    """A password that its owner must change at once."""

    password: Password
    why: str = Field(default="", max_length=500)


class Present(Model):
    """The present password, which proves who asks."""

    password: Password


class Enrolment(Model):
    """A second factor to be scanned by a phone; it counts once a code of it was confirmed."""

    secret: str
    link: str


class Confirmation(Model):
    """A code of the phone."""

    code: Code


class SessionAnswer(Model):
    """An open session; `id` is for ending it."""

    id: str
    opened_at: Instant
    seen_at: Instant
    until: Instant
    address: str
    agent: str
    is_this: bool

    @classmethod
    def of(cls, session: Session, this: str | None) -> "SessionAnswer":
        """From a session; `this` is the one that asks."""
        names = ("id", "opened_at", "seen_at", "until", "address", "agent")
        known = {name: getattr(session, name) for name in names}
        return cls(**known, is_this=session.id == this)


class TokenAsked(Model):
    """A token for a program that acts for whoever asks, within some scopes, for a time."""

    label: Name
    scopes: tuple[Scope, ...] = Field(min_length=1, max_length=20)
    days: int = Field(default=90, ge=1, le=366)


class TokenAnswer(Model):
    """A token as it is kept."""

    id: str
    login: str
    label: str
    scopes: tuple[Scope, ...]
    created_at: Instant
    until: Instant
    used_at: Instant | None
    revoked_at: Instant | None

    @classmethod
    def of(cls, token: Token) -> "TokenAnswer":
        """From a token."""
        return cls(**{name: getattr(token, name) for name in cls.model_fields})


class TokenMade(TokenAnswer):
    """A token that was made: `token` is shown once, and None where it is answered again."""

    token: str | None


class TeamAsked(Model):
    """A team as it shall be."""

    name: Name
    role: Role = "police"
    areas: tuple[Area, ...] = Field(min_length=1, max_length=200)
    members: tuple[Login, ...] = Field(default=(), max_length=100)


class TeamAnswer(TeamAsked):
    """A team as it is."""

    id: str

    @classmethod
    def of(cls, team: Team) -> "TeamAnswer":
        """From a team."""
        return cls(**{name: getattr(team, name) for name in cls.model_fields})
