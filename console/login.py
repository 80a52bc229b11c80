"""The way in for a browser: a page that asks for the access token, or a link that carries it."""

import html
import time
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from console.access import COOKIE, Access
from console.words import Language, pick, say
from schemas.base import Words

FORM_BYTES_MAX = 4096
_PAGE = """<!doctype html><html lang="{lang}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>body{{font:16px/1.6 system-ui,sans-serif;background:#eef1f5;color:#16202c;display:grid;
place-items:center;min-height:90vh;margin:0}}form{{background:#fff;padding:28px 32px;
border-radius:6px;box-shadow:0 1px 4px #0003;width:min(24rem,86vw)}}
h1{{font-size:20px;margin:0 0 12px}}
input,button{{font:inherit;width:100%;box-sizing:border-box;padding:8px 10px;margin-top:8px}}
button{{background:#12406b;color:#fff;border:0;border-radius:4px}}small{{color:#4b5a6a}}
b{{color:#b3261e}}</style>
<form method="post" action="/login"><h1>{title}</h1><label>{ask}
<input name="token" type="password" autocomplete="current-password" autofocus required></label>
<b role="alert">{wrong}</b><button>{enter}</button><p><small>{where}</small></p></form></html>"""


def login_router(access: Access, office: Words, session_hours: int) -> APIRouter:
    """The routes under `/login`."""
    router = APIRouter(include_in_schema=False)

    def enter(request: Request, token: str) -> Response:
        if not access.knows_token(token):
            return _page(request, office, wrong=bool(token))
        seconds = session_hours * 3600
        response = RedirectResponse("/", 303)
        response.set_cookie(
            COOKIE, access.open_session(int(time.time()) + seconds), max_age=seconds,
            httponly=True, samesite="lax", secure=request.url.scheme == "https",
        )  # fmt: skip
        return response

    @router.get("/login")
    async def by_link(request: Request, token: str = "") -> Response:
        return enter(request, token)

    @router.post("/login")
    async def by_form(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > FORM_BYTES_MAX:
                return Response(status_code=413)
        given = parse_qs(body.decode(errors="replace")).get("token", [""])
        return enter(request, given[0])

    return router


def _page(request: Request, office: Words, *, wrong: bool) -> HTMLResponse:
    accepted = request.headers.get("accept-language", "zh").lower()
    language: Language = "en" if accepted.startswith("en") else "zh"
    page = _PAGE.format(
        lang=language, title=html.escape(pick(office, language)), ask=say("login", language),
        wrong=say("login_wrong", language) if wrong else "", enter=say("login_enter", language),
        where=say("login_where", language),
    )  # fmt: skip
    return HTMLResponse(page, 401 if wrong else 200)
