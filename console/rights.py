"""The one table of routes × roles × scopes. A route that does not stand here answers nobody.

A template's `{name}` is one part of a path, `{name:path}` all the rest. The first that fits holds.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from console.accounts.principal import STAFF, Principal, Scope
from console.lifecycle.table import Role

Csrf = Literal["header", "form", "none"]
KB, MB = 1024, 1024 * 1024
BODY_MAX = 64 * KB
ALL: frozenset[Role] = STAFF | {"resident"}
OFFICE: frozenset[Role] = frozenset({"police", "supervisor"})
POLICE: frozenset[Role] = frozenset({"police"})
NOBODY: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Right:
    """Who may use a route, and how.

    `is_open`: without being let in. `whole`: only whom no area bounds, because what it answers is
    not bounded. `csrf`: how a browser's session proves that its own page asks; `form` is checked by
    the route itself, `none` is for what changes nothing or is bound otherwise.
    """

    scope: Scope = "self"
    roles: frozenset[Role] = ALL
    is_open: bool = False
    whole: bool = False
    admin: bool = False
    csrf: Csrf = "header"
    body_max: int = BODY_MAX
    is_login: bool = False

    def lets_in(self, who: Principal) -> bool:
        """Whether somebody who was let into the house may use it."""
        return (
            who.role in self.roles
            and self.scope in who.scopes
            and (who.admin or not self.admin)
            and (who.is_everywhere or not self.whole)
        )


Key = tuple[str, str]
_OPEN = Right(is_open=True, roles=ALL)
_LOGIN = Right(is_open=True, csrf="form", body_max=4 * KB, is_login=True)
_PAGE = Right("office:read", OFFICE, whole=True)
_SOCKET = Right("office:read", OFFICE, whole=True, csrf="none", body_max=MB)
_SHELVES = Right("shelves:write", STAFF - {"grid_worker"})
_ACCOUNTS = Right("accounts:admin", STAFF, admin=True)
_REGISTER = Right("register:read", OFFICE, whole=True)
_REGISTER_WRITE = Right("register:write", POLICE, whole=True)
_WATCH = Right("watch:read", POLICE, whole=True)
_WATCH_WRITE = Right("watch:write", POLICE, whole=True)

RIGHTS: Mapping[Key, Right] = {
    ("GET", "/healthz"): _OPEN,
    ("GET", "/login"): _LOGIN,
    ("POST", "/login"): _LOGIN,
    ("POST", "/logout"): Right(csrf="form"),
    ("GET", "/password"): Right(),
    ("POST", "/password"): Right(csrf="form", body_max=4 * KB),
    ("GET", "/metrics"): Right("metrics:read", OFFICE),
    ("GET", "/api/openapi.json"): Right(),
    # What belongs to whoever asks.
    ("GET", "/api/me"): Right(),
    ("POST", "/api/me/password"): Right(),
    ("POST", "/api/me/totp"): Right(),
    ("POST", "/api/me/totp/confirm"): Right(),
    ("GET", "/api/me/sessions"): Right(),
    ("DELETE", "/api/me/sessions/{session}"): Right(),
    ("GET", "/api/me/tokens"): Right(),
    ("POST", "/api/me/tokens"): Right(roles=STAFF),
    ("DELETE", "/api/me/tokens/{token}"): Right(),
    # What the office sees.
    ("GET", "/api/alerts/stream"): Right("alerts:read", STAFF),
    ("GET", "/api/alerts"): Right("alerts:read", STAFF),
    ("GET", "/api/alerts/{name}"): Right("alerts:read", STAFF),
    ("GET", "/api/incidents"): Right("alerts:read", STAFF),
    ("GET", "/api/devices"): Right("office:read", STAFF),
    ("GET", "/pictures/{name}"): Right("alerts:read", STAFF),
    ("GET", "/api/looks"): Right("alerts:read", OFFICE),
    # Cases.
    ("GET", "/api/procedure"): Right("cases:read"),
    ("GET", "/api/cases"): Right("cases:read"),
    ("GET", "/api/cases/counts"): Right("cases:read"),
    ("GET", "/api/cases/{name}"): Right("cases:read"),
    ("GET", "/api/cases/{name}/acts"): Right("cases:read"),
    ("POST", "/api/cases/{name}/acts"): Right("cases:act"),
    ("GET", "/api/reports/categories"): Right("reports:file"),
    ("POST", "/api/reports"): Right("reports:file"),
    ("GET", "/api/shelves"): Right("cases:read", STAFF),
    ("POST", "/api/shelves"): Right(
        "shelves:write", frozenset({"police", "property", "supervisor"})
    ),
    ("DELETE", "/api/shelves/{shelf}"): _SHELVES,
    ("GET", "/api/floods"): Right("statistics:read", OFFICE),
    ("GET", "/api/statistics/verdicts"): Right("statistics:read", OFFICE),
    # Accounts.
    ("GET", "/api/accounts"): _ACCOUNTS,
    ("POST", "/api/accounts"): _ACCOUNTS,
    ("GET", "/api/accounts/{login}"): _ACCOUNTS,
    ("PATCH", "/api/accounts/{login}"): _ACCOUNTS,
    ("POST", "/api/accounts/{login}/password"): _ACCOUNTS,
    ("POST", "/api/accounts/{login}/unlock"): _ACCOUNTS,
    ("DELETE", "/api/accounts/{login}/totp"): _ACCOUNTS,
    ("GET", "/api/tokens"): _ACCOUNTS,
    ("DELETE", "/api/tokens/{token}"): _ACCOUNTS,
    ("GET", "/api/teams"): Right("cases:read", STAFF),
    ("PUT", "/api/teams/{team}"): _ACCOUNTS,
    # The register and the watch entries: not bounded to areas yet, so for whom no area bounds.
    ("GET", "/api/watch/entries"): _WATCH,
    ("GET", "/api/watch/entries/{name}"): _WATCH,
    ("GET", "/api/watch/entries/{name}/history"): _WATCH,
    ("POST", "/api/watch/entries"): _WATCH_WRITE,
    ("POST", "/api/watch/entries/{name}/reveal"): _WATCH_WRITE,
    ("POST", "/api/watch/entries/{name}/approve"): _WATCH_WRITE,
    ("POST", "/api/watch/entries/{name}/end"): _WATCH_WRITE,
    ("GET", "/api/register/{kind}"): _REGISTER,
    ("GET", "/api/register/{kind}/{name}"): _REGISTER,
    ("GET", "/api/register/{kind}/{name}/history"): _REGISTER,
    ("POST", "/api/register/{kind}"): _REGISTER_WRITE,
    ("POST", "/api/register/{kind}/find"): _REGISTER_WRITE,
    ("POST", "/api/register/{kind}/{name}/reveal"): _REGISTER_WRITE,
    ("POST", "/api/register/{kind}/{name}/end"): _REGISTER_WRITE,
    # Pages, and what their framework loads and listens by.
    ("GET", "/"): _PAGE,
    ("GET", "/en"): _PAGE,
    ("GET", "/_nicegui/{rest:path}"): _PAGE,
    ("GET", "/_nicegui_ws/{rest:path}"): _SOCKET,
    ("POST", "/_nicegui_ws/{rest:path}"): _SOCKET,
    ("WEBSOCKET", "/_nicegui_ws/{rest:path}"): _SOCKET,
    ("WEBSOCKET", "/page/{language}/live"): _SOCKET,
}
_PART = re.compile(r"\{\w+(:path)?\}")


def pattern_of(template: str) -> re.Pattern[str]:
    """The paths that a template means."""
    parts, last = [], 0
    for found in _PART.finditer(template):
        parts += [re.escape(template[last : found.start()]), ".*" if found[1] else "[^/]+"]
        last = found.end()
    return re.compile("".join([*parts, re.escape(template[last:])]))


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str], Key], ...]:
    return tuple((key[0], pattern_of(key[1]), key) for key in RIGHTS)


def key_of(method: str, path: str) -> Key | None:
    """The entry of the table that a request falls under; None where there is none."""
    method = "GET" if method == "HEAD" else method
    for wanted, pattern, key in _patterns():
        if wanted == method and pattern.fullmatch(path):
            return key
    return None


def methods_of(path: str) -> Iterable[str]:
    """The methods that a path takes."""
    return sorted({wanted for wanted, pattern, _ in _patterns() if pattern.fullmatch(path)})
