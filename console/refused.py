"""What is refused before any page is asked, as a page where a browser wants one.

Programs read JSON. Somebody whose photo was too large, or whose session is over, reads a line in
their language and a way back.
"""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Scope, Send

from console.forms import Wrong, language_of, page
from console.words import Language, say

WORDS = {
    400: "wrong", 401: "stranger", 403: "right", 404: "nothing", 405: "nothing", 409: "wrong",
    413: "size", 422: "wrong", 429: "often", 500: "fault", 503: "busy",
}  # fmt: skip
FRAMED = "x-nicegui-content"
"""The header of pages that NiceGUI draws: what it has none for, it draws in English."""


def as_asked(
    scope: Scope, status: int, error: str, headers: Mapping[str, str] | None = None
) -> Response:
    """A refusal as whoever asks can read it; `error` is the line for programs."""
    if status not in WORDS or not _wants_page(scope):
        return JSONResponse({"detail": error}, status, headers)
    answer = _page(status, language_of(Request(scope)))
    answer.headers.update(headers or {})
    return answer


def readable(scope: Scope, send: Send) -> Send:
    """Sends answers on. A refusal that a route meant for programs, or that the pages' framework
    drew, becomes one that whoever asks can read.
    """
    is_replaced = False

    async def passed(message: Message) -> None:
        nonlocal is_replaced
        if message["type"] == "http.response.start" and _is_unreadable(scope, message):
            is_replaced = True
            status = int(message["status"])
            await as_asked(scope, status, HTTPStatus(status).phrase)(scope, _nothing, send)
        elif not is_replaced:
            await send(message)

    return passed


def _is_unreadable(scope: Scope, message: Message) -> bool:
    if message["status"] < HTTPStatus.BAD_REQUEST or scope["path"] == "/healthz":
        return False
    headers = Headers(raw=message["headers"])
    is_json = headers.get("content-type", "").startswith("application/json")
    return FRAMED in headers or (is_json and _wants_page(scope))


def _wants_page(scope: Scope) -> bool:
    is_api = str(scope["path"]).startswith("/api/")
    return not is_api and "text/html" in Headers(scope=scope).get("accept", "")


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _page(status: int, language: Language) -> Response:
    body = f'<p><a href="/">{say("refused_back", language)}</a></p>'
    wrong = Wrong(say(f"refused_{WORDS[status]}", language), status)
    return page(say("refused_title", language), body, language, wrong)
