"""`/api/accounts`, `/api/teams`, `/api/tokens`: for administrators."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from sqlalchemy import Connection
from starlette.responses import Response

from console.accounts.book import Account, Team
from console.accounts.entrance import Entrance
from console.accounts.passwords import WeakPassword
from console.accounts.principal import Principal
from console.audit.chain import Signed
from console.rest.paging import Page, Paged, Part
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
from console.rest.repeating import GUARDED_MADE, Repeatable

TeamId = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")]
GONE: Responses = {404: REFUSED[404]}
THERE: Responses = {409: {"description": "is there"}}


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
    def accounts(part: Paged) -> Page[AccountAnswer]:
        """Accounts in the order of their logins."""
        begin = part.begin(str)
        some = book.accounts(part.limit + 1, None if begin is None else str(begin[0]))
        return part.page(some, lambda one: (one.login,)).shown(AccountAnswer.of)

    @router.post("/api/accounts", status_code=201, response_model=AccountAnswer, responses=THERE)
    def make(asked: AccountAsked, who: Who, once: Repeatable) -> Response:
        """Make an account. A password given here must be changed at the first login."""
        account, signed = asked.account(entrance.clock()), _signed(entrance, who, asked.why)

        def work(_: Connection) -> AccountAnswer:
            try:
                return AccountAnswer.of(book.make(account, asked.password, signed))
            except WeakPassword as error:
                raise HTTPException(422, str(error)) from error

        return once.answer(entrance, asked, work, GUARDED_MADE)

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
    def teams(who: Who, part: Paged) -> Page[TeamAnswer]:
        """The teams of one's area, in the order of their ids."""
        mine = [
            team
            for team in entrance.accounts.teams()
            if who.is_everywhere or "*" in team.areas or not who.areas.isdisjoint(team.areas)
        ]
        return part.of(mine, lambda team: (team.id,), str).shown(TeamAnswer.of)

    @router.put("/api/teams/{team}")
    def set_team(team: TeamId, asked: TeamAsked, who: Who) -> TeamAnswer:
        """Make a team, or make it what is said."""
        members = tuple(dict.fromkeys(asked.members))
        wanted = Team(team, asked.name, asked.role, asked.areas, members)
        return TeamAnswer.of(entrance.accounts.set_team(wanted, _signed(entrance, who)))


def tokens_of(entrance: Entrance, part: Part, login: str | None) -> Page[TokenAnswer]:
    """The tokens of a login or of all, by pages."""
    found = entrance.tokens.of(login, part.limit + 1, part.begin(int, str))
    return part.page(found, lambda one: (-one.created_at, one.id)).shown(TokenAnswer.of)


def _add_tokens(router: APIRouter, entrance: Entrance) -> None:
    @router.get("/api/tokens")
    def tokens(part: Paged) -> Page[TokenAnswer]:
        """All API tokens, newest first."""
        return tokens_of(entrance, part, None)

    @router.delete("/api/tokens/{token}", status_code=204, responses=GONE)
    def revoke(token: str, who: Who) -> None:
        """Take anybody's token back."""
        if not entrance.tokens.revoke(token, None, _signed(entrance, who)):
            raise HTTPException(404, f"no token {token!r}")
