"""The one table of routes × roles × scopes. A route that does not stand here answers nobody.

A template's `{name}` is one part of a path, `{name:path}` all the rest. The first that fits holds.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
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
    the route itself, `none` is for what changes nothing or is bound otherwise. `is_polled`: pages
    that stand open ask for it again and again, and who they are may be remembered for that.
    """

    scope: Scope = "self"
    roles: frozenset[Role] = ALL
    is_open: bool = False
    whole: bool = False
    admin: bool = False
    csrf: Csrf = "header"
    body_max: int = BODY_MAX
    is_login: bool = False
    is_polled: bool = False

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
_PEOPLE = Right("accounts:admin", STAFF, admin=True, whole=True)
_PAGE = Right("office:read", STAFF)
_SOCKET = Right("office:read", STAFF, csrf="none", body_max=MB)
_SHELVES = Right("shelves:write", STAFF - {"grid_worker"})
_GLANCE = Right("office:read", STAFF)
_HOMES = Right("office:read", STAFF - {"property"})
_VISITS = Right("register:read", STAFF - {"property"})
_VISITING = frozenset[Role]({"police", "grid_worker"})
_VISIT = Right("cases:act", _VISITING, csrf="form", body_max=32 * KB)
_HANDOVER = Right("cases:read", STAFF)
_HAND_OVER = Right("cases:act", STAFF, csrf="form", body_max=32 * KB)
_FIGURES = Right("statistics:read", OFFICE)
_ACCOUNTS = Right("accounts:admin", STAFF, admin=True)
_REGISTER = Right("register:read", OFFICE)
_REGISTER_WRITE = Right("register:write", POLICE)
_PROPERTY: frozenset[Role] = frozenset({"property"})
_PROPERTYS = ("permits", "passes", "works", "patrols")


def _register(above: str, read: Right, write: Right, *kinds: str) -> Mapping[Key, Right]:
    """The register's routes for programs, for some kinds or for all others."""
    found: dict[Key, Right] = {}
    for kind in kinds or ("{kind}",):
        found |= {
            ("GET", f"{above}/{kind}"): read,
            ("POST", f"{above}/{kind}"): write,
            ("POST", f"{above}/{kind}/{{name}}/reveal"): write,
            ("POST", f"{above}/{kind}/{{name}}/end"): write,
            ("GET", f"{above}/{kind}/{{name}}"): read,
            ("GET", f"{above}/{kind}/{{name}}/history"): read,
        }
        if kind != "works":
            found["POST", f"{above}/{kind}/find"] = read
    return found


def _register_pages(read: Right, write: Right, *kinds: str) -> Mapping[Key, Right]:
    """The same as pages, for some kinds or for all others. Words stand before ids."""
    found: dict[Key, Right] = {}
    posts = replace(write, csrf="form")
    for kind in kinds or ("{kind}",):
        one = f"/register/{kind}/{{name}}"
        found |= {
            ("GET", f"/register/{kind}"): read,
            ("POST", f"/register/{kind}"): posts,
            ("POST", f"/register/{kind}/find"): replace(read, csrf="form"),
            ("GET", f"/register/{kind}/new"): write,
            ("GET", f"/register/{kind}/import"): write,
            ("POST", f"/register/{kind}/import"): replace(posts, body_max=12 * MB),
            ("GET", f"/register/{kind}/template/{{form}}"): write,
            ("GET", one): read,
            ("POST", one): posts,
            ("GET", f"{one}/edit"): write,
            ("POST", f"{one}/end"): posts,
            ("POST", f"{one}/reveal"): posts,
        }
    return found


_WATCH = Right("watch:read", POLICE)
_WATCH_WRITE = Right("watch:write", POLICE)

_RESIDENT = Right("register:read", frozenset({"resident"}))
_RESIDENT_FORM = Right("register:write", frozenset({"resident"}), csrf="form")
_AUDIT = Right("audit:read", frozenset({"supervisor"}))
_RIGHTS = Right("rights:file", frozenset({"resident"}))
_REQUESTS = Right("rights:decide", OFFICE)

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
    ("GET", "/api/cases/stream"): Right("cases:read"),
    ("GET", "/api/cases/{name}"): Right("cases:read"),
    ("GET", "/api/cases/{name}/acts"): Right("cases:read"),
    ("POST", "/api/cases/{name}/acts"): Right("cases:act"),
    ("GET", "/api/cases/{name}/reveal"): Right("cases:reveal", STAFF),
    ("POST", "/api/cases/{name}/reveal"): Right("cases:reveal", STAFF),
    ("POST", "/api/cases/{name}/export"): Right("cases:export", OFFICE),
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
    ("GET", "/api/accounts"): _PEOPLE,
    ("POST", "/api/accounts"): _PEOPLE,
    ("GET", "/api/accounts/{login}"): _PEOPLE,
    ("PATCH", "/api/accounts/{login}"): _PEOPLE,
    ("POST", "/api/accounts/{login}/password"): _PEOPLE,
    ("POST", "/api/accounts/{login}/unlock"): _PEOPLE,
    ("DELETE", "/api/accounts/{login}/totp"): _PEOPLE,
    ("GET", "/api/tokens"): _PEOPLE,
    ("DELETE", "/api/tokens/{token}"): _PEOPLE,
    ("GET", "/api/teams"): Right("cases:read", STAFF),
    ("PUT", "/api/teams/{team}"): _PEOPLE,
    # Telling people: who is on duty, by what they are reached.
    ("GET", "/api/roster"): Right("cases:read", STAFF),
    ("POST", "/api/roster"): _ACCOUNTS,
    ("PUT", "/api/roster"): Right("accounts:admin", STAFF, admin=True, whole=True, body_max=4 * MB),
    ("DELETE", "/api/roster/{entry}"): _ACCOUNTS,
    ("GET", "/api/cases/{name}/notices"): Right("cases:read", STAFF),
    ("GET", "/api/quiet-hours"): _PEOPLE,
    ("PUT", "/api/quiet-hours/{subject}"): _PEOPLE,
    ("GET", "/api/contacts"): _PEOPLE,
    ("PUT", "/api/contacts/{login}/{channel}"): _PEOPLE,
    ("DELETE", "/api/contacts/{login}/{channel}"): _PEOPLE,
    ("GET", "/api/channels"): _PEOPLE,
    ("POST", "/api/channels/{name}/test"): _PEOPLE,
    ("GET", "/roster"): Right("cases:read", STAFF),
    ("POST", "/roster"): Right("accounts:admin", STAFF, admin=True, csrf="form", body_max=4 * KB),
    ("GET", "/channels"): _PEOPLE,
    ("POST", "/channels"): Right(
        "accounts:admin", STAFF, admin=True, whole=True, csrf="form", body_max=4 * KB
    ),
    # Watch entries and the register are bounded by each of their routes.
    ("GET", "/api/watch/entries"): _WATCH,
    ("GET", "/api/watch/entries/{name}"): _WATCH,
    ("GET", "/api/watch/entries/{name}/history"): _WATCH,
    ("POST", "/api/watch/entries"): _WATCH_WRITE,
    ("POST", "/api/watch/entries/{name}/reveal"): _WATCH_WRITE,
    ("POST", "/api/watch/entries/{name}/approve"): _WATCH_WRITE,
    ("POST", "/api/watch/entries/{name}/end"): _WATCH_WRITE,
    **_register(
        "/api/register",
        replace(_REGISTER, roles=OFFICE | _PROPERTY),
        replace(_REGISTER_WRITE, roles=POLICE | _PROPERTY),
        *_PROPERTYS,
    ),
    **_register("/api/register", _REGISTER, _REGISTER_WRITE),
    # Plain pages at the desk.
    ("GET", "/me"): Right(),
    ("POST", "/me"): Right(csrf="form", body_max=16 * KB),
    ("GET", "/accounts"): _PEOPLE,
    ("POST", "/accounts"): replace(_PEOPLE, csrf="form"),
    ("GET", "/accounts/{login}"): _PEOPLE,
    ("POST", "/accounts/{login}"): replace(_PEOPLE, csrf="form"),
    ("GET", "/teams"): _PEOPLE,
    ("POST", "/teams"): replace(_PEOPLE, csrf="form"),
    ("GET", "/tokens"): _PEOPLE,
    ("POST", "/tokens"): replace(_PEOPLE, csrf="form"),
    ("GET", "/register"): replace(_REGISTER, roles=OFFICE | _PROPERTY),
    **_register_pages(
        replace(_REGISTER, roles=OFFICE | _PROPERTY),
        replace(_REGISTER_WRITE, roles=POLICE | _PROPERTY),
        *_PROPERTYS,
    ),
    **_register_pages(_REGISTER, _REGISTER_WRITE),
    # Pages for phones.
    ("GET", "/m"): Right("cases:read", is_polled=True),
    ("GET", "/m/areas"): Right("cases:read", OFFICE),
    ("GET", "/m/cases/{name}"): Right("cases:read"),
    ("POST", "/m/cases/{name}/acts"): Right("cases:act", csrf="form", body_max=25 * MB),
    ("POST", "/m/cases/{name}/reveal"): Right("cases:reveal", STAFF, csrf="form", body_max=4 * KB),
    ("GET", "/m/photos/{case}/{name}"): Right("cases:read"),
    ("GET", "/m/report"): Right("reports:file", ALL - {"supervisor"}),
    ("POST", "/m/report"): Right(
        "reports:file", ALL - {"supervisor"}, csrf="form", body_max=25 * MB
    ),
    ("GET", "/m/home/{kind}"): _RESIDENT,
    ("POST", "/m/home/{kind}"): _RESIDENT_FORM,
    ("POST", "/m/home/{kind}/{name}/end"): _RESIDENT_FORM,
    ("GET", "/m/home/passes/{name}"): _RESIDENT,
    ("GET", "/m/me"): Right(),
    ("POST", "/m/me/codes"): Right(csrf="form", body_max=4 * KB),
    ("GET", "/m/language/{language}"): Right(),
    ("GET", "/m/file/{name}"): Right(),
    # What stands, on plain pages and for programs.
    ("GET", "/around/sheet.css"): Right(),
    ("GET", "/homes"): _HOMES,
    ("GET", "/buildings/{name}"): _HOMES,
    ("GET", "/gates"): _GLANCE,
    ("GET", "/gates/{name}"): _GLANCE,
    ("GET", "/vehicles"): _GLANCE,
    ("GET", "/places/{name}"): _GLANCE,
    ("GET", "/unjudged"): _GLANCE,
    ("GET", "/api/homes"): _HOMES,
    ("GET", "/api/gates/{name}/passages"): _GLANCE,
    ("GET", "/api/vehicles"): _GLANCE,
    # Visits, handovers, papers, figures and the wall.
    ("GET", "/visits"): _VISITS,
    ("POST", "/visits"): _VISIT,
    ("GET", "/visits/{name}"): _VISITS,
    ("POST", "/visits/{name}"): _VISIT,
    ("POST", "/visits/{name}/register"): Right(
        "register:write", POLICE, csrf="form", body_max=4 * KB
    ),
    ("GET", "/api/visits"): _VISITS,
    ("POST", "/api/visits"): Right("cases:act", _VISITING),
    ("GET", "/api/visits/{name}"): _VISITS,
    ("POST", "/api/visits/{name}/result"): Right("cases:act", _VISITING),
    ("GET", "/paper/visits"): _VISITS,
    ("GET", "/paper/visits/{name}"): _VISITS,
    ("GET", "/paper/cases/{name}"): Right("cases:read", STAFF),
    ("POST", "/paper/cases/{name}/export"): Right(
        "cases:export", OFFICE, csrf="form", body_max=4 * KB
    ),
    ("GET", "/handover"): _HANDOVER,
    ("POST", "/handover"): _HAND_OVER,
    ("GET", "/handover/{name}"): _HANDOVER,
    ("POST", "/handover/{name}/take"): _HAND_OVER,
    ("GET", "/paper/handover/{name}"): _HANDOVER,
    ("GET", "/figures"): _FIGURES,
    ("GET", "/api/figures"): _FIGURES,
    ("GET", "/quality"): _FIGURES,
    ("GET", "/wall"): _FIGURES,
    # People's data: plain pages. What an area bounds is bounded by each of them.
    ("GET", "/privacy/style.css"): Right(),
    ("GET", "/bases"): Right(),
    ("GET", "/kept"): Right(),
    ("GET", "/watch"): _WATCH,
    ("GET", "/watch/new"): _WATCH_WRITE,
    ("GET", "/watch/{name}"): _WATCH,
    ("POST", "/watch"): replace(_WATCH_WRITE, csrf="form"),
    ("POST", "/watch/{name}/reveal"): replace(_WATCH_WRITE, csrf="form"),
    ("POST", "/watch/{name}/approve"): replace(_WATCH_WRITE, csrf="form"),
    ("POST", "/watch/{name}/end"): replace(_WATCH_WRITE, csrf="form"),
    ("GET", "/audit"): _AUDIT,
    ("POST", "/audit/export"): replace(_AUDIT, csrf="form"),
    ("POST", "/audit/verify"): replace(_AUDIT, csrf="form"),
    ("GET", "/rights"): _RIGHTS,
    ("POST", "/rights"): replace(_RIGHTS, csrf="form"),
    ("GET", "/rights/{name}"): _RIGHTS,
    ("POST", "/rights/{name}/withdraw"): replace(_RIGHTS, csrf="form"),
    ("GET", "/rights/{name}/copy"): _RIGHTS,
    ("GET", "/rights/{name}/copy.json"): _RIGHTS,
    ("GET", "/api/rights"): _RIGHTS,
    ("POST", "/api/rights"): _RIGHTS,
    ("GET", "/api/rights/{name}"): _RIGHTS,
    ("POST", "/api/rights/{name}/withdraw"): _RIGHTS,
    ("GET", "/api/rights/{name}/copy"): _RIGHTS,
    ("GET", "/api/requests"): _REQUESTS,
    ("POST", "/api/requests"): _REQUESTS,
    ("GET", "/api/requests/{name}"): _REQUESTS,
    ("GET", "/api/requests/{name}/copy"): _REQUESTS,
    ("POST", "/api/requests/{name}/take"): _REQUESTS,
    ("POST", "/api/requests/{name}/grant"): _REQUESTS,
    ("POST", "/api/requests/{name}/refuse"): _REQUESTS,
    ("GET", "/requests"): _REQUESTS,
    ("POST", "/requests"): replace(_REQUESTS, csrf="form"),
    ("GET", "/requests/{name}"): _REQUESTS,
    ("GET", "/requests/{name}/copy"): _REQUESTS,
    ("GET", "/requests/{name}/copy.json"): _REQUESTS,
    ("POST", "/requests/{name}/take"): replace(_REQUESTS, csrf="form"),
    ("POST", "/requests/{name}/grant"): replace(_REQUESTS, csrf="form"),
    ("POST", "/requests/{name}/refuse"): replace(_REQUESTS, csrf="form"),
    # Pages, and what their framework loads and listens by.
    ("GET", "/"): Right("office:read"),
    ("GET", "/en"): Right("office:read"),
    ("GET", "/page/{language}/cases/{name}"): _PAGE,
    ("GET", "/page/{language}/cases/{name}/parties"): _PAGE,
    ("GET", "/page/{language}/merged"): _PAGE,
    ("GET", "/page/{language}/plans"): _PAGE,
    ("GET", "/page/{language}/plans/{estate}"): _PAGE,
    ("GET", "/page/{language}/tables/{kind}"): _PAGE,
    ("GET", "/page/{language}/search"): _PAGE,
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


def may(who: Principal, path: str, method: str = "GET") -> bool:
    """Whether somebody who was let into the house may ask for an address."""
    key = _known(method, path)
    return key is not None and RIGHTS[key].lets_in(who)


@lru_cache(maxsize=512)
def _known(method: str, path: str) -> Key | None:
    """`key_of` the few addresses that our own pages lead to, which each menu asks for."""
    return key_of(method, path)


def methods_of(path: str) -> Iterable[str]:
    """The methods that a path takes."""
    return sorted({wanted for wanted, pattern, _ in _patterns() if pattern.fullmatch(path)})
