"""The way in for a browser: login, password and code; or the access token, by form or by link."""

import html
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from console.accounts.entrance import Entrance, Given, Locked, WrongLogin
from console.accounts.lockout import Tried
from console.accounts.passwords import WeakPassword
from console.accounts.principal import Principal
from console.accounts.sessions import csrf_token, hashed
from console.audit.chain import Signed
from console.forms import Field, Wrong, form, hidden, language_of, page
from console.guard import COOKIE, is_phone_page, principal_of
from console.lifecycle.table import Role
from console.menu import own_page
from console.posting import Posted, posted, read_form
from console.register.vault import NoKey
from console.words import Language, pick, say
from schemas.base import MS_PER_S, Words

LOGIN = (
    Field("login", "login_name", fills="username"),
    Field("password", "login_password", "password", "current-password"),
    Field("code", "login_code", fills="one-time-code", required=False),
)
TOKEN = (Field("token", "login", "password"),)
PASSWORD = (
    Field("now", "password_now", "password", "current-password"),
    Field("new", "password_new", "password", "new-password"),
    Field("again", "password_again", "password", "new-password"),
)
OUT_AND_ABOUT: frozenset[Role] = frozenset({"resident", "grid_worker", "property"})
MINUTE_MS = 60 * MS_PER_S
Form = dict[str, str]


@dataclass(frozen=True, slots=True)
class Door:
    """The way in of one office."""

    entrance: Entrance
    office: Words

    async def page(self, request: Request, wrong: Wrong | None = None) -> Response:
        """The page that asks who somebody is; for the token alone while nobody has a password."""
        language = language_of(request)
        where = f"<p><small>{say('login_where', language)}</small></p>"
        body = form("/login", TOKEN, "login_enter", language) + where
        if await run_in_threadpool(self.entrance.has_passwords):
            more = (
                f"<details><summary>{say('login_with_token', language)}</summary>{body}</details>"
            )
            body = form("/login", LOGIN, "login_enter", language) + more
        if then := _then(request):
            body = body.replace('action="/login"', f'action="/login?next={quote(then)}"')
        return page(pick(self.office, language), body, language, wrong)

    async def by_token(self, request: Request, token: str) -> Response:
        """By the access token."""
        secret = await run_in_threadpool(self.entrance.enter_by_token, token, _where(request))
        if secret is None:
            return await self.page(request, Wrong(say("login_wrong", language_of(request)), 401))
        return await self._let_in(request, secret)

    async def by_password(self, request: Request, form: Posted) -> Response:
        """By login, password and code."""
        address, agent = _where(request)
        tried = Tried(form.get("login")[:64], address)
        given = Given(form.raw("password")[:1024], form.raw("code")[:16], agent)
        try:
            secret = await run_in_threadpool(self.entrance.enter, tried, given)
        except (WrongLogin, NoKey) as error:
            wrong = _wrong(error, language_of(request), self.entrance.clock())
            return await self.page(request, wrong)
        return await self._let_in(request, secret)

    async def _let_in(self, request: Request, secret: str) -> Response:
        who = await run_in_threadpool(self.entrance.by_session, secret)
        is_free = who is not None and not who.must_change
        answer = RedirectResponse((_then(request) if is_free else "") or first_page(who), 303)
        answer.set_cookie(
            COOKIE, secret, max_age=self.entrance.sessions.lasts.most_ms // MS_PER_S,
            httponly=True, samesite="lax", secure=request.url.scheme == "https",
        )  # fmt: skip
        return answer


def _then(request: Request) -> str:
    """The phone's page that was asked for before; "" for none, or for one that is none of ours."""
    path = request.query_params.get("next", "")
    return path if is_phone_page(path) else ""


def first_page(who: Principal | None) -> str:
    """The page somebody begins with: the office's, or the phone's for those who are out and about.

    Whoever must change the password is led there from anywhere.
    """
    return "/m" if who is not None and who.role in OUT_AND_ABOUT else "/"


def _wrong(error: Exception, language: Language, now: int) -> Wrong:
    if isinstance(error, Locked):
        minutes = -(-(error.until - now) // MINUTE_MS)
        return Wrong(say("login_locked", language, n=minutes), 429)
    if isinstance(error, NoKey):
        return Wrong(say("login_no_key", language), 503)
    return Wrong(say("login_refused", language), 401)


def login_router(entrance: Entrance, office: Words) -> APIRouter:
    """The routes under `/login`, `/logout` and `/password`."""
    router = APIRouter(include_in_schema=False)
    door = Door(entrance, office)

    @router.get("/login")
    async def by_link(request: Request, token: str = "") -> Response:
        return await (door.by_token(request, token) if token else door.page(request))

    @router.post("/login")
    async def by_form(request: Request) -> Response:
        given = await read_form(request)
        if "token" in given:
            return await door.by_token(request, given.raw("token"))
        return await door.by_password(request, given)

    @router.post("/logout")
    async def leave(request: Request) -> Response:
        who = principal_of(request.scope)
        await posted(request)
        if who.session is not None:
            await run_in_threadpool(entrance.sessions.end, hashed(who.session), who.login)
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE)
        return answer

    @router.get("/password")
    async def asked(request: Request) -> Response:
        return _password_page(request, principal_of(request.scope))

    @router.post("/password")
    async def changed(request: Request) -> Response:
        who, given = principal_of(request.scope), await posted(request)
        wrong = await run_in_threadpool(_change, entrance, who, given)
        if wrong is not None:
            said = Wrong(say(wrong, language_of(request)), 422)
            return _password_page(request, who, said)
        return RedirectResponse("/login", 303)

    return router


def _where(request: Request) -> tuple[str, str]:
    address = request.client.host if request.client else ""
    return address, request.headers.get("user-agent", "")


def _password_page(request: Request, who: Principal, wrong: Wrong | None = None) -> Response:
    language = language_of(request)
    inputs = form("/password", PASSWORD, "password_change", language)
    if who.session is not None:
        inputs = inputs.replace("<label>", hidden("csrf", csrf_token(who.session)) + "<label>", 1)
    if not who.must_change:
        back = html.escape(say("password_back", language))
        inputs += f'<p><a href="{own_page(who)}">{back}</a></p>'
    return page(say("password_title", language), inputs, language, wrong)


def _change(entrance: Entrance, who: Principal, given: Posted) -> str | None:
    """Change one's own password; the word for what is wrong."""
    if given.raw("new") != given.raw("again"):
        return "password_differs"
    if not entrance.is_password(who.login, given.raw("now")):
        return "password_wrong"
    signed = Signed(who.login, "", entrance.clock())
    try:
        new = given.raw("new")
        entrance.accounts.set_password(who.login, new, signed, must_change=False)
    except WeakPassword:
        return "password_weak"
    return None
