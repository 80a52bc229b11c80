"""What is refused before any page is asked, as a page where a browser wants one.

Programs read JSON. Somebody whose photo was too large, or whose session is over, reads a line in
their language and a way back.
"""

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from console.forms import Wrong, language_of, page
from console.words import Language, say

WORDS = {
    401: "stranger", 403: "right", 404: "nothing", 405: "nothing", 413: "size", 429: "often",
    503: "busy",
}  # fmt: skip


def as_asked(
    scope: Scope, status: int, error: str, headers: Mapping[str, str] | None = None
) -> Response:
    """A refusal as whoever asks can read it; `error` is the line for programs."""
    asked = Headers(scope=scope)
    is_api = str(scope["path"]).startswith("/api/")
    if is_api or status not in WORDS or "text/html" not in asked.get("accept", ""):
        return JSONResponse({"detail": error}, status, headers)
    answer = _page(status, language_of(Request(scope)))
    answer.headers.update(headers or {})
    return answer


def _page(status: int, language: Language) -> Response:
    body = f'<p><a href="/">{say("refused_back", language)}</a></p>'
    wrong = Wrong(say(f"refused_{WORDS[status]}", language), status)
    return page(say("refused_title", language), body, language, wrong)
