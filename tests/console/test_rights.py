"""Every route has a right, and every right is kept: a new route without one fails here."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import httpx
import pytest

from console.accounts.principal import EVERYWHERE, KINDS, SCOPES, Principal, Scope
from console.accounts.sessions import csrf_token
from console.guard import COOKIE, CSRF_HEADER
from console.lifecycle.table import Role
from console.office import Office
from console.rights import RIGHTS, Key, Right, key_of, methods_of, pattern_of
from console.settings import ConsoleSettings
from tests.console.conftest import Clock
from tests.console.housing import Housed, open_house
from tests.console.samples import ESTATE
from tests.repo.tree import ROOT

ROLES: tuple[Role, ...] = get_args(Role)
PART = re.compile(r"\{\w+(:path)?\}")
# A stream never ends; sockets and pages are asked over the real server.
ASKED = [key for key in RIGHTS if key[0] != "WEBSOCKET" and key[1].startswith("/api/")]


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[Key]:
    folder = tmp_path_factory.mktemp("routes")
    argv = [sys.executable, "-m", "tests.console.routes", str(folder)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    return [(method, path) for method, path in json.loads(done.stdout)]


def filled(path: str) -> str:
    return PART.sub("x", path)


def test_every_route_has_a_right(routes: list[Key]) -> None:
    assert len(routes) > 60
    assert not [(m, path) for m, path in routes if key_of(m, filled(path)) is None]


def test_every_right_has_a_route(routes: list[Key]) -> None:
    used = {key_of(method, filled(path)) for method, path in routes}
    assert not set(RIGHTS) - used


def test_a_route_answers_as_its_own_template_and_no_other(routes: list[Key]) -> None:
    """A wide template before a narrow one would take its requests."""
    api = [(method, path) for method, path in routes if path.startswith("/api/")]
    for method, path in api:
        key = key_of(method, filled(path))
        assert key is not None
        assert pattern_of(key[1]).fullmatch(filled(path))
        exact = [
            k for k in RIGHTS if k[0] == method and PART.sub("{}", k[1]) == PART.sub("{}", path)
        ]
        assert not exact or key in exact, path


@pytest.mark.parametrize(
    ("template", "path", "fits"),
    [
        ("/api/cases/{name}", "/api/cases/a1", True),
        ("/api/cases/{name}", "/api/cases/a1/acts", False),
        ("/api/cases/{name}", "/api/cases/", False),
        ("/files/{rest:path}", "/files/a/b", True),
        ("/api/a.b", "/api/axb", False),
    ],
)
def test_what_a_template_means(template: str, path: str, fits: bool) -> None:
    assert (pattern_of(template).fullmatch(path) is not None) is fits


def test_what_a_path_takes() -> None:
    assert methods_of("/api/accounts/x") == ["GET", "PATCH"]
    assert key_of("TRACE", "/api/accounts") is None


def principal(
    role: Role, *scopes: Scope, admin: bool = False, everywhere: bool = True
) -> Principal:
    areas = frozenset({EVERYWHERE if everywhere else ESTATE})
    given = frozenset(scopes or SCOPES)
    return Principal("x", role, areas, frozenset(KINDS[role]), admin=admin, scopes=given)


@pytest.mark.parametrize("key", [key for key in RIGHTS if not RIGHTS[key].is_open])
@pytest.mark.parametrize("role", ROLES)
def test_role_scope_and_area_each_can_refuse(key: Key, role: Role) -> None:
    right = RIGHTS[key]
    assert right.lets_in(principal(role, admin=True)) is (role in right.roles)
    others = tuple(scope for scope in SCOPES if scope != right.scope)
    assert not right.lets_in(principal(role, *others, admin=True))
    assert not (right.admin and right.lets_in(principal(role)))
    assert not (right.whole and right.lets_in(principal(role, admin=True, everywhere=False)))


@pytest.fixture(scope="module")
def housed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Housed]:
    """One house for all: what is asked here changes little, and nobody looks at it."""
    clock = Clock()
    office = Office(ConsoleSettings(data=tmp_path_factory.mktemp("house")), clock)
    housed = open_house(office, clock)
    for role in ROLES:
        housed.person(role.replace("_", "-"), role)
    yield housed
    office.close()


async def ask(housed: Housed, key: Key, role: Role) -> httpx.Response:
    login = role.replace("_", "-")
    secret = housed.session(login)
    headers = {"Cookie": f"{COOKIE}={secret}", CSRF_HEADER: csrf_token(secret)}
    async with housed.client(headers) as http:
        return await http.request(key[0], filled(key[1]), json={})


@pytest.mark.parametrize("key", [key for key in ASKED if "stream" not in key[1]], ids="-".join)
async def test_over_the_application_each_role_is_refused_what_is_not_for_it(
    housed: Housed, key: Key
) -> None:
    """The people here are of one estate, and no administrators."""
    for role in ROLES:
        may = RIGHTS[key].lets_in(principal(role, everywhere=False))
        status = (await ask(housed, key, role)).status_code
        refused = status == 403
        assert refused is not may, (role, status)
        assert status < 500, (role, status)


async def test_nobody_is_let_in_without_saying_who(housed: Housed) -> None:
    async with housed.browser() as http:
        for method, path in ASKED:
            answer = await http.request(method, filled(path), json={})
            assert answer.status_code == 401, path


def test_only_what_must_be_is_open() -> None:
    assert {key[1] for key, right in RIGHTS.items() if right.is_open} == {"/healthz", "/login"}


def test_what_changes_something_is_guarded_against_other_sites() -> None:
    loose = {key for key, right in RIGHTS.items() if right.csrf == "none" and key[0] != "GET"}
    assert loose == {
        ("POST", "/_nicegui_ws/{rest:path}"), ("WEBSOCKET", "/_nicegui_ws/{rest:path}"),
        ("WEBSOCKET", "/page/{language}/live"),
    }  # fmt: skip


def test_a_right_is_for_no_role_by_mistake() -> None:
    assert not replace(Right(), roles=frozenset()).lets_in(principal("police", admin=True))
    assert all(right.roles for right in RIGHTS.values())
