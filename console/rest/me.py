"""`/api/me`: whoever asks, their password, second factor, sessions and API tokens."""

from fastapi import APIRouter, HTTPException
from sqlalchemy import Connection
from starlette.responses import Response

from console.accounts.entrance import Entrance
from console.accounts.passwords import WeakPassword
from console.accounts.principal import SCOPES, Principal
from console.accounts.second import WrongCode
from console.accounts.sessions import csrf_token, hashed
from console.accounts.tokens import DAY_MS
from console.audit.chain import Signed
from console.rest.accounts import tokens_of
from console.rest.paging import Page, Paged
from console.rest.people import (
    Confirmation,
    Enrolment,
    Me,
    NewPassword,
    Present,
    SessionAnswer,
    TokenAnswer,
    TokenAsked,
    TokenMade,
)
from console.rest.plumbing import REFUSED, Responses, Who
from console.rest.repeating import Form, Repeatable

WRONG: Responses = {403: {"description": "the password is wrong"}, 422: REFUSED[422]}
GONE: Responses = {404: REFUSED[404]}


def me_router(entrance: Entrance) -> APIRouter:
    """The routes of whoever asks."""
    router = APIRouter(prefix="/api/me", tags=["me"])
    _add_secrets(router, entrance)
    _add_sessions(router, entrance)
    _add_tokens(router, entrance)

    @router.get("")
    def me(who: Who) -> Me:
        """Who asks, and what they may see and do."""
        return Me(
            login=who.login, role=who.role, areas=tuple(sorted(who.areas)),
            kinds=tuple(sorted(who.kinds)), teams=tuple(sorted(who.teams)), admin=who.admin,
            scopes=tuple(sorted(who.scopes)), must_change=who.must_change,
            csrf=csrf_token(who.session) if who.session else None,
        )  # fmt: skip

    return router


def _signed(entrance: Entrance, who: Principal) -> Signed:
    return Signed(who.login, "", entrance.clock())


def _prove(entrance: Entrance, who: Principal, password: str) -> None:
    """Raises HTTPException unless it is the password, Locked after too many wrong ones.

    Whoever finds a page open has the session and not the password. A program's token is for what
    its scopes say, and these are for the person.
    """
    if who.session is None and who.scopes != frozenset(SCOPES):
        raise HTTPException(403, "this is for the person, not for a program's token")
    if not entrance.is_password(who.login, password):
        raise HTTPException(403, "the password is wrong")


def _add_secrets(router: APIRouter, entrance: Entrance) -> None:
    @router.post("/password", status_code=204, responses=WRONG)
    def change(asked: NewPassword, who: Who) -> None:
        """Change one's own password; all one's sessions end."""
        _prove(entrance, who, asked.now)
        try:
            signed = _signed(entrance, who)
            entrance.accounts.set_password(who.login, asked.new, signed, must_change=False)
        except WeakPassword as error:
            raise HTTPException(422, str(error)) from error

    @router.post("/totp", responses=WRONG)
    def enrol(asked: Present, who: Who) -> Enrolment:
        """Begin with a second factor: scan the link with a phone, then confirm a code."""
        _prove(entrance, who, asked.password)
        secret, link = entrance.second.enrol(who.login)
        return Enrolment(secret=secret, link=link)

    @router.post("/totp/confirm", status_code=204, responses=WRONG)
    def confirm(asked: Confirmation, who: Who) -> None:
        """From now on a code is asked for at each login."""
        try:
            entrance.second.confirm(who.login, asked.code, _signed(entrance, who))
        except WrongCode as error:
            raise HTTPException(422, str(error)) from error


def _add_sessions(router: APIRouter, entrance: Entrance) -> None:
    @router.get("/sessions")
    def sessions(who: Who, part: Paged) -> Page[SessionAnswer]:
        """One's open sessions, newest first."""
        this = hashed(who.session) if who.session else None
        some = entrance.sessions.of(who.login, entrance.clock())
        found = part.of(some, lambda one: (-one.opened_at, one.id), int, str)
        return found.shown(lambda one: SessionAnswer.of(one, this))

    @router.delete("/sessions/{session}", status_code=204, responses=GONE)
    def end(session: str, who: Who) -> None:
        """End one of one's sessions."""
        if not entrance.sessions.end(session, who.login):
            raise HTTPException(404, "no such session")


def _add_tokens(router: APIRouter, entrance: Entrance) -> None:
    @router.get("/tokens")
    def tokens(who: Who, part: Paged) -> Page[TokenAnswer]:
        """One's API tokens, newest first."""
        return tokens_of(entrance, part, who.login)

    @router.post(
        "/tokens", status_code=201, response_model=TokenMade, responses={403: REFUSED[403]}
    )
    def make(asked: TokenAsked, who: Who, once: Repeatable) -> Response:
        """Make a token within one's own scopes; its text is shown this once, and never again.

        It is kept nowhere, so the same request once more under its key answers the token without
        its text: whoever never read it takes it back and makes another.
        """
        if beyond := set(asked.scopes) - who.scopes:
            raise HTTPException(403, f"scopes: not yours to give: {', '.join(sorted(beyond))}")
        until = entrance.clock() + asked.days * DAY_MS

        def work(_: Connection) -> TokenMade:
            signed = _signed(entrance, who)
            token, text = entrance.tokens.make(asked.label, asked.scopes, until, signed)
            return TokenMade(**TokenAnswer.of(token).model_dump(), token=text)

        return once.answer(entrance, asked, work, Form(201, secret="token"))

    @router.delete("/tokens/{token}", status_code=204, responses=GONE)
    def revoke(token: str, who: Who) -> None:
        """Take one of one's tokens back."""
        if not entrance.tokens.revoke(token, who.login, _signed(entrance, who)):
            raise HTTPException(404, f"no token {token!r}")
