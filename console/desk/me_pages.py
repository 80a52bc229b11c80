"""`/me`: one's own password, second factor, language, sessions and API tokens."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import segno
from fastapi import APIRouter, HTTPException, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from console.accounts.entrance import Entrance, WrongLogin
from console.accounts.passwords import WeakPassword
from console.accounts.principal import SCOPES, Scope
from console.accounts.second import WrongCode
from console.accounts.sessions import hashed
from console.accounts.tokens import DAY_MS
from console.around.asking import Asked, Page
from console.audit.chain import Signed
from console.desk.account_pages import done_of, fault_of, tokens_sheet
from console.desk.areas import areas_text
from console.forms import LANGUAGE_COOKIE
from console.office import Office
from console.posting import OwnForm, Posted
from console.register.vault import NoKey
from console.rest.people import TokenAsked
from console.words import LANGUAGES

YEAR_S = 365 * 24 * 3600
DAYS = (30, 90, 180, 366)


class NotSo(ValueError):
    """The word for what is wrong."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown once: a second factor to be scanned, a token's text, or what was wrong."""

    secret: str = ""
    link: str = ""
    token: str = ""
    wrong: str = ""

    @property
    def picture(self) -> str:
        """The link as a QR code: an SVG without anything but squares."""
        file = io.BytesIO()
        segno.make(self.link, error="m").save(
            file, kind="svg", scale=4, xmldecl=False, svgns=True, nl=False, title=None
        )
        return file.getvalue().decode()


NOTHING = Shown()
FAULTS = (NotSo, WeakPassword, WrongCode, WrongLogin, NoKey, ValidationError)
Do = Callable[[Asked, Entrance, Posted], Response]


def me_pages(office: Office, entrance: Entrance) -> APIRouter:
    """The page of whoever asks."""
    router = APIRouter(include_in_schema=False)

    @router.get("/me")
    def me(request: Request) -> Response:
        return _page(Asked(office, request), entrance)

    @router.post("/me")
    def change(request: Request, form: OwnForm) -> Response:
        return _change(Asked(office, request), entrance, form)

    return router


def _page(asked: Asked, entrance: Entrance, shown: Shown = NOTHING) -> Response:
    who, say = asked.who, asked.tongue.say
    this = hashed(who.session) if who.session else None
    account = entrance.accounts.account(who.login)
    more: dict[str, Any] = {
        "account": account, "areas": areas_text(asked, account.areas), "shown": shown,
        "this": this,
        "sessions": entrance.sessions.of(who.login, entrance.clock()), "days": DAYS,
        "tokens": tokens_sheet(asked, entrance.tokens.of(who.login), whose=False),
        "scopes": [scope for scope in SCOPES if scope in who.scopes], "languages": LANGUAGES,
        "wrong": shown.wrong, "done": done_of(asked), "to": asked.link("/me"),
    }  # fmt: skip
    page = Page("desk_me.html", say("me_title"), (), more, 422 if shown.wrong else 200)
    return asked.answer(page)


def _change(asked: Asked, entrance: Entrance, form: Posted) -> Response:
    who = asked.who
    if who.session is None and who.scopes != frozenset(SCOPES):
        raise HTTPException(403, "this is for the person, not for a program's token")
    do = DOES.get(form.get("do"))
    if do is None:
        raise HTTPException(422, "do: this cannot be done")
    try:
        return do(asked, entrance, form)
    except NotSo as error:
        return _page(asked, entrance, Shown(wrong=asked.tongue.say(str(error))))
    except FAULTS as error:
        word = "me_locked" if isinstance(error, WrongLogin) else ""
        text = asked.tongue.say(word) if word else fault_of(asked, error)
        return _page(asked, entrance, Shown(wrong=text))


def _prove(asked: Asked, entrance: Entrance, form: Posted) -> None:
    """Whoever finds a page open has the session and not the password. Raises NotSo, Locked."""
    if not entrance.is_password(asked.who.login, form.get("now")[:1024]):
        raise NotSo("me_wrong_password")


def _signed(asked: Asked, entrance: Entrance) -> Signed:
    return Signed(asked.who.login, "", entrance.clock())


def _password(asked: Asked, entrance: Entrance, form: Posted) -> Response:
    if form.get("new") != form.get("again"):
        raise NotSo("me_differs")
    _prove(asked, entrance, form)
    signed = _signed(asked, entrance)
    entrance.accounts.set_password(
        asked.who.login, form.get("new")[:1024], signed, must_change=False
    )
    return RedirectResponse("/login", 303)


def _codes(asked: Asked, entrance: Entrance, form: Posted) -> Response:
    if entrance.accounts.account(asked.who.login).totp_on:
        raise NotSo("me_codes_are_on")
    _prove(asked, entrance, form)
    secret, link = entrance.second.enrol(asked.who.login)
    return _page(asked, entrance, Shown(secret, link))


def _confirm(asked: Asked, entrance: Entrance, form: Posted) -> Response:
    entrance.second.confirm(asked.who.login, form.get("code")[:16], _signed(asked, entrance))
    return RedirectResponse(asked.link("/me", done="changed"), 303)


def _language(asked: Asked, _: Entrance, form: Posted) -> Response:
    chosen = form.get("language")
    if chosen not in LANGUAGES:
        raise HTTPException(422, "language: zh or en")
    answer = RedirectResponse("/me", 303)
    answer.set_cookie(
        LANGUAGE_COOKIE, chosen, max_age=YEAR_S, httponly=True, samesite="lax",
        secure=asked.request.url.scheme == "https",
    )  # fmt: skip
    return answer


def _session(asked: Asked, entrance: Entrance, form: Posted) -> Response:
    entrance.sessions.end(form.get("session"), asked.who.login)
    return RedirectResponse(asked.link("/me", done="changed"), 303)


def _token(asked: Asked, entrance: Entrance, form: Posted) -> Response:
    if asked.who.role == "resident":
        raise HTTPException(403, "tokens are for those who work here")
    wanted = TokenAsked.model_validate(
        {"label": form.get("label"), "scopes": form.all("scopes"), "days": form.get("days")}
    )
    scopes: set[Scope] = set(wanted.scopes)
    if scopes - asked.who.scopes:
        raise HTTPException(403, "scopes: not yours to give")
    until = entrance.clock() + wanted.days * DAY_MS
    _, text = entrance.tokens.make(wanted.label, scopes, until, _signed(asked, entrance))
    return _page(asked, entrance, Shown(token=text))


def _revoke(asked: Asked, entrance: Entrance, form: Posted) -> Response:
    entrance.tokens.revoke(form.get("token"), asked.who.login, _signed(asked, entrance))
    return RedirectResponse(asked.link("/me", done="revoked"), 303)


DOES: Mapping[str, Do] = {
    "password": _password, "codes": _codes, "confirm": _confirm, "language": _language,
    "session": _session, "token": _token, "revoke": _revoke,
}  # fmt: skip
