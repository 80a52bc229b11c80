"""`/m/me`: one's own account on a phone, and the files that pages load."""

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from console.accounts.entrance import Entrance
from console.accounts.second import WrongCode
from console.audit.chain import Signed
from console.phone.asking import Posted
from console.phone.desk import Desk
from console.phone.refusing import NotPossible
from console.phone.rendering import (
    COOKIE,
    FOREVER,
    LANGUAGE_AGE_S,
    OK,
    TYPES,
    Said,
    Visit,
    asset,
    packed,
)
from console.words import Language


def own_router(desk: Desk, entrance: Entrance) -> APIRouter:
    """The routes of whoever asks."""
    router = APIRouter(include_in_schema=False)
    _add_account(router, desk, entrance)

    @router.get("/m/language/{language}")
    def choose(language: Language, request: Request) -> Response:
        answer = RedirectResponse("/m", 303)
        answer.set_cookie(
            COOKIE, language, max_age=LANGUAGE_AGE_S, httponly=True, samesite="lax",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        return answer

    @router.get("/m/file/{name}")
    def file(name: str, request: Request) -> Response:
        if name not in TYPES:
            raise HTTPException(404, f"no file {name!r}")
        return packed(asset(name)[0], TYPES[name], desk.visit(request), {"Cache-Control": FOREVER})

    return router


def _add_account(router: APIRouter, desk: Desk, entrance: Entrance) -> None:
    def page(
        visit: Visit, said: Said = OK, typed: dict[str, str] | None = None,
        enrolled: tuple[str, str] = ("", ""),
    ) -> Response:  # fmt: skip
        account = entrance.accounts.account(visit.who.login)
        return desk.pages.page(
            visit, "me.html", said, account=account, typed=typed or {}, secret=enrolled[0],
            link=enrolled[1],
        )  # fmt: skip

    @router.get("/m/me")
    def me(request: Request) -> Response:
        return page(desk.visit(request))

    @router.post("/m/me/codes")
    async def codes(request: Request) -> Response:
        """Set up the phone's codes: first the secret is shown, then a code of it confirms it."""
        found: list[tuple[str, str]] = []

        def do(visit: Visit, posted: Posted) -> str:
            if posted.texts.get("code"):
                _confirm(entrance, visit, posted.texts["code"])
                return "/m/me?done=codes"
            _prove(entrance, visit, posted)
            found.append(entrance.second.enrol(visit.who.login))
            raise NotPossible("codes_next")

        def again(visit: Visit, said: Said, typed: dict[str, str]) -> Response:
            return page(visit, OK, typed, found[0]) if found else page(visit, said, typed)

        return await desk.posted(request, do, again)


def _prove(entrance: Entrance, visit: Visit, posted: Posted) -> None:
    """Whoever finds a phone open has the session and not the password. Raises NotPossible."""
    login = visit.who.login
    if not entrance.is_password(login, posted.texts.get("password", "")):
        raise NotPossible("wrong_password")
    if entrance.accounts.account(login).totp_on:
        raise NotPossible("codes_on")


def _confirm(entrance: Entrance, visit: Visit, code: str) -> None:
    try:
        entrance.second.confirm(visit.who.login, code, Signed(visit.who.login, "", visit.now))
    except WrongCode as error:
        raise NotPossible("wrong_code") from error
