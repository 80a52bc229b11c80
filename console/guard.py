"""Stands before every request: lets in who may, and sends the headers that keep a page to itself.

Plain ASGI, because web sockets and endless streams pass through it too.
"""

import hashlib
import ipaddress
import time
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.access import COOKIE, Access

OPEN_PATHS = frozenset({"/healthz", "/login"})
CONTENT_POLICY = "; ".join((
    "default-src 'self'",
    # NiceGUI starts its pages with scripts inside them and compiles its templates in the browser.
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
))  # fmt: skip
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


class Guard:
    """Wraps the whole application. `no_auth` lets in this machine's own users unasked."""

    def __init__(self, app: ASGIApp, access: Access, *, no_auth: bool) -> None:
        """Guards `app`."""
        self.app = app
        self._access = access
        self._no_auth = no_auth

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or refuses it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        who = self._who(scope, headers)
        scope.setdefault("state", {})["who"] = who
        refusal = self._refusal(scope, headers, who)
        if refusal is None:
            await self.app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, _with_headers(send))

    @staticmethod
    def _refusal(scope: Scope, headers: Headers, who: str | None) -> Response | None:
        if not _is_same_origin(scope, headers):
            return JSONResponse({"error": "another site's page may not ask this"}, 403)
        if scope["path"] in OPEN_PATHS or who is not None:
            return None
        if scope["type"] == "http" and "text/html" in headers.get("accept", ""):
            return RedirectResponse("/login", 303)
        error = "say who you are: Authorization: Bearer TOKEN, or open /login in a browser"
        return JSONResponse({"error": error}, 401, {"WWW-Authenticate": "Bearer"})

    def _who(self, scope: Scope, headers: Headers) -> str | None:
        """Who asks, as it is written down; None for somebody who may not come in.

        One token serves all of an office, so sessions are told apart and people are not.
        """
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and self._access.knows_token(token.strip()):
            return "token"
        session = _cookie(headers)
        if self._access.knows_session(session, time.time()):
            return f"session {hashlib.sha256(session.encode()).hexdigest()[:8]}"
        return "this machine" if self._no_auth and _is_own_user(scope, headers) else None


def who_of(scope: Scope) -> str:
    """Who asks, as the guard found out."""
    return str(scope.get("state", {}).get("who") or "unknown")


def _cookie(headers: Mapping[str, str]) -> str:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _is_own_user(scope: Scope, headers: Headers) -> bool:
    """Whether a program on this machine asks this machine by a loopback name.

    The name counts because a foreign page can have its own name lead to 127.0.0.1, and forwarded
    requests do not because a proxy here speaks for people elsewhere.
    """
    client = scope.get("client")
    name = urlsplit(f"//{headers.get('host', '')}").hostname or ""
    forwarded = any(header in headers for header in FORWARDED)
    return client is not None and _is_loopback(client[0]) and _is_loopback(name) and not forwarded


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_same_origin(scope: Scope, headers: Headers) -> bool:
    """False for what another site's page asks, unless it is a plain GET that it cannot read."""
    origin = headers.get("origin")
    if origin is None or urlsplit(origin).netloc == headers.get("host"):
        return True
    return scope["type"] == "http" and scope["method"] in ("GET", "HEAD")


def _with_headers(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
            for name in [key for key in headers if key.startswith("access-control-")]:
                del headers[name]
        await send(message)

    return guarded
