"""`/api/accounts`, `/api/teams`, `/api/tokens`: for administrators."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query

from console.accounts.book import Account, Team
from console.accounts.entrance import Entrance
from console.accounts.passwords import WeakPassword
from console.accounts.principal import Principal
from console.audit.chain import Signed
from console.rest.answers import Page
from console.rest.people import (
    AccountAnswer,
    AccountAsked,
    AccountChange,
    SetPassword,
    TeamAnswer,
    TeamAsked,
    TokenAnswer,
)
from console.rest.plumbing import REFUSED, Responses, Who

LIMIT, LIMIT_MAX = 100, 500
After = Annotated[str | None, Query(max_length=64, description="login of the last account")]
TeamId = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")]
GONE: Responses = {404: REFUSED[404]}


def accounts_router(entrance: Entrance) -> APIRouter:
    """The routes of administration."""
    router = APIRouter(tags=["accounts"])
    _add_accounts(router, entrance)
    _add_help(router, entrance)
    _add_teams(router, entrance)
    _add_tokens(router, entrance)
    return router


def _signed(entrance: Entrance, who: Principal, why: str = "") -> Signed:
    return Signed(who.login, why, entrance.clock())


def found(entrance: Entrance, login: str) -> Account:
    """An account. Raises HTTPException."""
    try:
        return entrance.accounts.account(login)
    except KeyError as error:
        raise HTTPException(404, f"no account {login!r}") from error


def _add_accounts(router: APIRouter, entrance: Entrance) -> None:
    book = entrance.accounts

    @router.get("/api/accounts")
    def accounts(
        limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = LIMIT, after: After = None
    ) -> Page[AccountAnswer]:
        """Accounts in the order of their logins."""
        some = book.accounts(limit + 1, after)
        last = some[limit - 1].login if len(some) > limit else None
        return Page(items=[AccountAnswer.of(one) for one in some[:limit]], next=last)

    @router.post("/api/accounts", status_code=201, responses={409: {"description": "is there"}})
    def make(asked: AccountAsked, who: Who) -> AccountAnswer:
        """Make an account. A password given here must be changed at the first login."""
        account, signed = asked.account(entrance.clock()), _signed(entrance, who, asked.why)
        try:
            return AccountAnswer.of(book.make(account, asked.password, signed))
        except WeakPassword as error:
            raise HTTPException(422, str(error)) from error

    @router.get("/api/accounts/{login}", responses=GONE)
    def account(login: str) -> AccountAnswer:
        """One account."""
        return AccountAnswer.of(found(entrance, login))

    @router.patch("/api/accounts/{login}", responses=GONE)
    def change(login: str, asked: AccountChange, who: Who) -> AccountAnswer:
        """Change an account, or switch it off; what is not named stays."""
        found(entrance, login)
        given = asked.model_dump(exclude_none=True, exclude={"version", "why"})
        signed = _signed(entrance, who, asked.why)
        return AccountAnswer.of(book.change(login, given, asked.version, signed))


def _add_help(router: APIRouter, entrance: Entrance) -> None:
    @router.post("/api/accounts/{login}/password", status_code=204, responses=GONE)
    def set_password(login: str, asked: SetPassword, who: Who) -> None:
        """Give an account another password, to be changed at once; its sessions end."""
        found(entrance, login)
        signed = _signed(entrance, who, asked.why)
        try:
            entrance.accounts.set_password(login, asked.password, signed, must_change=True)
        except WeakPassword as error:
            raise HTTPException(422, str(error)) from error

    @router.post("/api/accounts/{login}/unlock", status_code=204, responses=GONE)
    def unlock(login: str, who: Who) -> None:
        """Give a login that was locked its tries again."""
        found(entrance, login)
        entrance.accounts.unlock(login, _signed(entrance, who))

    @router.delete("/api/accounts/{login}/totp", status_code=204, responses=GONE)
    def lost_phone(login: str, who: Who) -> None:
        """Ask no code of an account any more: the phone is lost."""
        found(entrance, login)
        entrance.second.remove(login, _signed(entrance, who))


def _add_teams(router: APIRouter, entrance: Entrance) -> None:
    @router.get("/api/teams")
    def teams(who: Who) -> list[TeamAnswer]:
        """The teams of one's area."""
        return [
            TeamAnswer.of(team)
            for team in entrance.accounts.teams()
            if who.is_everywhere or "*" in team.areas or not who.areas.isdisjoint(team.areas)
        ]

    @router.put("/api/teams/{team}")
    def set_team(team: TeamId, asked: TeamAsked, who: Who) -> TeamAnswer:
        """Make a team, or make it what is said."""
        members = tuple(dict.fromkeys(asked.members))
        wanted = Team(team, asked.name, asked.role, asked.areas, members)
        return TeamAnswer.of(entrance.accounts.set_team(wanted, _signed(entrance, who)))


def _add_tokens(router: APIRouter, entrance: Entrance) -> None:
    @router.get("/api/tokens")
    def tokens() -> list[TokenAnswer]:
        """All API tokens, newest first."""
        return [TokenAnswer.of(token) for token in entrance.tokens.of()]

    @router.delete("/api/tokens/{token}", status_code=204, responses=GONE)
    def revoke(token: str, who: Who) -> None:
        """Take anybody's token back."""
        if not entrance.tokens.revoke(token, None, _signed(entrance, who)):
            raise HTTPException(404, f"no token {token!r}")
