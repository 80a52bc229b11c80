"""What each make wants to read before it believes that its message was taken."""

import orjson
from aiohttp import web

_JSON = "application/json"


def taken(make: str) -> web.Response:
    """200 in the make's own words.

    Dahua's ITSAPI sends a notification again until it reads a JSON object with a true `Result`
    (spelt with either case by its firmwares); Hikvision wants the status alone.
    """
    if make == "dahua":
        return _json({"Result": True, "result": True, "Message": "OK"}, 200)
    return web.Response(status=200)


def refused(make: str, status: int, why: str, *, again_after_s: int | None = None) -> web.Response:
    """A refusal with a reason, and when to try again."""
    headers = {} if again_after_s is None else {"Retry-After": str(again_after_s)}
    body: dict[str, object] = {"error": why}
    if make == "dahua":
        body |= {"Result": False, "result": False}
    return _json(body, status, headers)


def _json(
    body: dict[str, object], status: int, headers: dict[str, str] | None = None
) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, content_type=_JSON, headers=headers)
