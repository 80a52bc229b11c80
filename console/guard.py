"""Stands before every request: who asks, whether they may, how often, how much; and sends the
headers that keep a page to itself.

Plain ASGI, because web sockets and endless streams pass through it too.
"""

import asyncio
import hmac
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlencode, urlsplit

import orjson
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.accounts.entrance import Entrance
from console.accounts.principal import Principal
from console.accounts.sessions import csrf_token
from console.database import looked_up
from console.rates import Rate, Rates
from console.refused import as_asked, readable
from console.rights import RIGHTS, Right, key_of, methods_of
from schemas.base import MS_PER_S

COOKIE = "sc_session"
CSRF_HEADER = "x-csrf-token"
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
PASSWORD_PATHS = frozenset({"/api/me", "/api/me/password", "/password", "/logout"})
LOGIN_RATE = Rate(per_s=0.5, burst=20)
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
_PHONE_PAGE = re.compile(r"/m(/[\w-]+)*", re.ASCII)
KEPT = ("allow", "retry-after", "www-authenticate")
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


class TooLarge(HTTPException):
    """A body that is larger than its route takes, found out while it came."""

    def __init__(self, most: int) -> None:
        """`most`: how many bytes it takes."""
        super().__init__(413, f"at most {most} bytes")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as far as the guard has understood it."""

    scope: Scope
    headers: Headers
    right: Right | None
    who: Principal | None

    @property
    def method(self) -> str:
        """The method; WEBSOCKET for a web socket."""
        return "WEBSOCKET" if self.scope["type"] == "websocket" else str(self.scope["method"])

    @property
    def path(self) -> str:
        """The path."""
        return str(self.scope["path"])

    @property
    def address(self) -> str:
        """Where it comes from."""
        client = self.scope.get("client")
        return str(client[0]) if client else ""


class Guard:
    """Wraps the whole application. `no_auth` lets in this machine's own users unasked."""

    def __init__(
        self, app: ASGIApp, entrance: Entrance, rate: Rate, *, no_auth: bool = False
    ) -> None:
        """Guards `app`; `rate` is how often one person may ask."""
        self.app = app
        self._entrance = entrance
        self._no_auth = no_auth
        self._rates, self._logins = Rates(rate), Rates(LOGIN_RATE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or refuses it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        try:
            asked = await self._understand(scope)
        except SQLAlchemyError:
            await _answer(scope, receive, send, _said(503, "the database is busy; try again"))
            return
        scope.setdefault("state", {})["principal"] = asked.who
        refusal = self._refusal(asked)
        if refusal is not None:
            await _answer(scope, receive, send, refusal)
            return
        assert asked.right is not None
        answer = readable(scope, _with_headers(send))
        await self.app(scope, _bounded(receive, asked.right.body_max), answer)

    async def _understand(self, scope: Scope) -> Asked:
        headers = Headers(scope=scope)
        method = "WEBSOCKET" if scope["type"] == "websocket" else scope["method"]
        key = key_of(method, scope["path"])
        right = RIGHTS[key] if key else None
        who = self._remembered(right, headers) or await self._who(scope, headers)
        return Asked(scope, headers, right, who)

    def _remembered(self, right: Right | None, headers: Headers) -> Principal | None:
        """Who asks again whether what they have is still the same, if they were let in lately."""
        if right is None or not right.is_polled or "if-none-match" not in headers:
            return None
        return self._entrance.by_remembered(_cookie(headers))

    async def _who(self, scope: Scope, headers: Headers) -> Principal | None:
        """Who asks; None for somebody who may not come in."""
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return await asyncio.to_thread(self._entrance.by_bearer, token.strip())
        session = _cookie(headers)
        if session and (who := await self._by_session(session)):
            return who
        if self._no_auth and _is_own_user(scope, headers):
            return await asyncio.to_thread(self._entrance.first)
        return None

    async def _by_session(self, session: str) -> Principal | None:
        return await looked_up(self._entrance.engine, partial(self._entrance.by_session, session))

    def _refusal(self, asked: Asked) -> Response | None:
        if not _is_same_origin(asked):
            return _said(403, "another site's page may not ask this")
        if asked.right is None:
            return _unknown(asked)
        return (
            self._too_often(asked, asked.right)
            or _too_large(asked, asked.right)
            or _stranger(asked, asked.right)
            or _without_right(asked, asked.right)
        )

    def _too_often(self, asked: Asked, right: Right) -> Response | None:
        now_s = self._entrance.clock() / MS_PER_S
        wait = 0.0
        if right.is_login:
            wait = self._logins.wait_s(asked.address, now_s)
        elif not right.is_open and asked.path.startswith(("/api/", "/m/")):
            asker = asked.who.login if asked.who else f"address {asked.address}"
            wait = self._rates.wait_s(asker, now_s)
        if not wait:
            return None
        seconds = str(max(1, round(wait)))
        return _said(429, f"too many requests; wait {seconds} s", {"Retry-After": seconds})


def _too_large(asked: Asked, right: Right) -> Response | None:
    """Refuses a body that says it is too large; one that does not say is counted as it comes."""
    length = asked.headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and int(length) <= right.body_max:
        return None
    return _said(413, f"at most {right.body_max} bytes")


def _led_to(asked: Asked, page: str) -> Response | None:
    """A browser that wants a page is led to another one."""
    is_phone = asked.path.startswith("/m/")
    wants_page = (is_phone or asked.method == "GET") and "text/html" in asked.headers.get(
        "accept", ""
    )
    return RedirectResponse(page, 303) if wants_page else None


def _login_for(asked: Asked) -> str:
    """The login, which leads on to the phone's page that was asked for."""
    if asked.method != "GET" or not is_phone_page(asked.path):
        return "/login"
    return f"/login?{urlencode({'next': asked.path})}"


def is_phone_page(path: str) -> bool:
    """Whether a path is one of the phone's pages: somewhere here that a login may lead on to."""
    return _PHONE_PAGE.fullmatch(path) is not None


def _stranger(asked: Asked, right: Right) -> Response | None:
    if right.is_open or asked.who is not None:
        return None
    error = "say who you are: Authorization: Bearer TOKEN, or open /login in a browser"
    return _led_to(asked, _login_for(asked)) or _said(401, error, {"WWW-Authenticate": "Bearer"})


def _without_right(asked: Asked, right: Right) -> Response | None:
    who = asked.who
    if right.is_open or who is None:
        return None
    if who.must_change and asked.path not in PASSWORD_PATHS:
        return _led_to(asked, "/password") or _said(
            403, "change the password first: POST /api/me/password"
        )
    if not right.lets_in(who):
        return _said(403, f"this is not for {who.login}: role, area or the token's scope")
    needs_proof = asked.method in CHANGING and right.csrf == "header"
    if needs_proof and not is_own_page(who, asked.headers.get(CSRF_HEADER, "")):
        return _said(403, "send the session's token of /api/me as X-CSRF-Token")
    return None


def is_own_page(who: Principal, token: str) -> bool:
    """Whether a browser's session proves by its CSRF token that its own page asks."""
    if who.session is None:
        return True
    return hmac.compare_digest(token.encode(), csrf_token(who.session).encode())


def _unknown(asked: Asked) -> Response:
    methods = ", ".join(methods_of(asked.path))
    if methods:
        return _said(405, f"this takes {methods}", {"Allow": methods})
    return _said(404, "there is nothing here")


def _said(status: int, error: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"detail": error}, status, headers)


async def _answer(scope: Scope, receive: Receive, send: Send, response: Response) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await _readable(scope, response)(scope, receive, _with_headers(send))


def _readable(scope: Scope, response: Response) -> Response:
    """A refusal, as a page where a browser wants one; what leads elsewhere stays as it is."""
    if not isinstance(response, JSONResponse):
        return response
    kept = {name: response.headers[name] for name in KEPT if name in response.headers}
    error = str(orjson.loads(response.body)["detail"])
    return as_asked(scope, response.status_code, error, kept)


def principal_of(scope: Scope) -> Principal:
    """Who asks, as the guard found out. Raises LookupError where no guard stands before."""
    who = scope.get("state", {}).get("principal")
    if not isinstance(who, Principal):
        raise LookupError("nobody was let in; the guard is missing")
    return who


def who_of(scope: Scope) -> str:
    """The login of whoever asks, as it is written down."""
    who = scope.get("state", {}).get("principal")
    return who.login if isinstance(who, Principal) else "unknown"


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


def _is_same_origin(asked: Asked) -> bool:
    """False for what another site's page asks, unless it is a plain GET that it cannot read."""
    origin = asked.headers.get("origin")
    if origin is None or urlsplit(origin).netloc == asked.headers.get("host"):
        return True
    return asked.method in ("GET", "HEAD")


def _bounded(receive: Receive, most: int) -> Receive:
    """Counts a body as it comes. Raises TooLarge."""
    total = 0

    async def counted() -> Message:
        nonlocal total
        message = await receive()
        if message["type"] == "http.request":
            total += len(message.get("body", b""))
            if total > most:
                raise TooLarge(most)
        return message

    return counted


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
