"""What the API says of itself: lists are pages or bounded by nature, and what makes something may
be repeated under a key. Made from the description, so that a new route without either fails.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from console.office import Office
from console.rights import RIGHTS, key_of
from console.settings import ConsoleSettings
from tests.console.conftest import Clock
from tests.console.housing import Housed
from tests.console.security.house import marked, near
from tests.console.test_rights import filled, principal

BOUNDED = {
    "/api/procedure": "the table of states and acts, as it is shipped",
    "/api/reports/categories": "the table of kinds of reports, as it is shipped",
    "/api/channels": "the channels of one file of settings",
    "/api/statistics/verdicts": "at most `most` of each list, the surest wrong ones",
    "/api/figures": "one row for each estate in sight",
    "/api/gates/{name}/passages": "the hours of a day, and the days that are kept",
    "/api/me": "one person",
    "/api/accounts/{login}": "one account",
    "/api/alerts/{name}": "one alert: its evidence is what its rule needs",
    "/api/cases/{name}": "one case: its parties, and the alerts of one incident",
    "/api/cases/{name}/reveal": "the values of one case",
    "/api/watch/entries/{name}": "one entry: the roles that it names",
    "/api/requests/{name}": "one request: the entries of one home, card or plate",
    "/api/requests/{name}/copy": "what is held of one person",
    "/api/rights/{name}/copy": "what is held of one person",
    "/healthz": "the parts of one stack",
}
"""Lists that are no pages, and why they cannot grow."""
LINKED = {"/api/alerts": "a plain array that programs rely on; the header `Link` has its next page"}
UNREPEATED = {
    "/api/me/password": "the password that proves who asks is another one afterwards",
    "/api/me/totp": "a secret that is shown and kept nowhere; asked again, it is another one",
    "/api/me/totp/confirm": "a code is good once",
    "/api/accounts/{login}/password": "the same password once more changes nothing",
    "/api/accounts/{login}/unlock": "unlocked once more is unlocked",
    "/api/channels/{name}/test": "sends a test and makes nothing",
    "/api/cases/{name}/reveal": "a look, and each look counts",
    "/api/cases/{name}/export": "hands a case out, and each time is written down",
    "/api/watch/entries/{name}/reveal": "a look, and each look counts",
    "/api/register/*/reveal": "a look, and each look counts",
    "/api/register/*/find": "a question that stands in no address",
}
"""What is posted and makes nothing that could be made twice, and why."""


@pytest.fixture(scope="module")
def housed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Housed]:
    clock = Clock()
    office = Office(ConsoleSettings(data=tmp_path_factory.mktemp("described")), clock)
    housed = asyncio.run(marked(office, clock, "北门"))
    housed.person("root", areas=("*",), admin=True)
    yield housed
    office.close()


@pytest.fixture(scope="module")
def described(housed: Housed) -> dict[str, Any]:
    async def asked() -> Any:
        async with housed.browser("root") as http:
            return (await http.get("/api/openapi.json")).json()

    told: dict[str, Any] = asyncio.run(asked())
    return told


def answer_of(described: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """The schema of what a route answers."""
    done = next(answer for code, answer in operation["responses"].items() if code[0] == "2")
    schema: dict[str, Any] = done.get("content", {}).get("application/json", {}).get("schema", {})
    while "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def holds_a_list(schema: dict[str, Any]) -> bool:
    """Whether it is a list or table, or has one among its fields."""
    parts = [schema, *schema.get("properties", {}).values()]
    options = [one for part in parts for one in (part, *part.get("anyOf", ()))]
    return any(
        one.get("type") == "array" or isinstance(one.get("additionalProperties"), dict)
        for one in options
    )


def lists(described: dict[str, Any]) -> dict[str, bool]:
    """The routes that answer lists, and whether they answer pages."""
    found = {}
    for path, routes in described["paths"].items():
        schema = answer_of(described, routes["get"]) if "get" in routes else {}
        if holds_a_list(schema):
            found[path] = {"items", "next"} <= set(schema.get("properties", {}))
    return found


def takes(operation: dict[str, Any], name: str) -> bool:
    return any(one["name"] == name for one in operation.get("parameters", ()))


def is_detail_of_register(path: str) -> bool:
    """One entry, with the names of its fields that are shown for a reason."""
    return path.startswith("/api/register/") and path.endswith("/{name}")


def test_every_list_is_a_page_or_cannot_grow(described: dict[str, Any]) -> None:
    found = lists(described)
    loose = {path for path, is_page in found.items() if not is_page}
    assert {path for path in loose if not is_detail_of_register(path)} == {
        *BOUNDED, *LINKED,
    }  # fmt: skip
    for path, is_page in found.items():
        operation = described["paths"][path]["get"]
        if path in LINKED:
            assert takes(operation, "limit")
            assert takes(operation, "after")
            continue
        assert takes(operation, "limit") is takes(operation, "after") is is_page, path
        if is_page:
            (limit,) = (one for one in operation["parameters"] if one["name"] == "limit")
            assert limit["schema"]["maximum"] <= 500, path
    assert sum(found.values()) > 30


def posts(described: dict[str, Any]) -> list[str]:
    return [path for path, routes in described["paths"].items() if "post" in routes]


def plain(path: str) -> str:
    """A route of the register without its kind."""
    front, _, rest = path.partition("/api/register/")
    return path if front or not rest else f"/api/register/*/{rest.rpartition('/')[2]}"


def test_whatever_makes_something_may_be_repeated_under_a_key(described: dict[str, Any]) -> None:
    unkeyed = {
        plain(path)
        for path in posts(described)
        if path.startswith("/api/")
        and not takes(described["paths"][path]["post"], "Idempotency-Key")
    }
    assert unkeyed == set(UNREPEATED)


async def items_of(http: httpx.AsyncClient, path: str, **asked: Any) -> list[Any]:
    """All items, page by page."""
    found: list[Any] = []
    asked["after"] = None
    while True:
        given = {name: value for name, value in asked.items() if value is not None}
        page = (await http.get(path, params=given)).json()
        assert len(page["items"]) <= asked.get("limit", 100)
        found += page["items"]
        if page["next"] is None:
            return found
        asked["after"] = page["next"]
        assert len(found) < 500


NOT_OURS = ("x", "e30", "W10", "W10=", "WzEsMl0", "%00", "W251bGxd", "WzEuNV0", "WzldLA")


async def test_small_pages_make_the_same_list_and_strange_cursors_are_refused(
    housed: Housed, described: dict[str, Any]
) -> None:
    """Every page route, as an officer near by and as a resident."""
    long = set[str]()
    for login, role in ((near("police"), "police"), ("root", "police")):
        asker = principal(role, admin=login == "root", everywhere=login == "root")  # type: ignore[arg-type]
        async with housed.browser(login) as http:
            for path in [path for path, is_page in lists(described).items() if is_page]:
                key = key_of("GET", filled(path))
                if key is None or not RIGHTS[key].lets_in(asker):
                    continue
                given = {"alert": "a1"} if path == "/api/looks" else {}
                real = path.replace("{name}", "a1")
                if (await http.get(real, params=given)).status_code == 404:
                    continue
                whole = await items_of(http, real, limit=500, **given)
                assert await items_of(http, real, limit=1, **given) == whole, path
                long |= {path} if len(whole) > 1 else set()
                for after in NOT_OURS:
                    answer = await http.get(real, params=given | {"after": after})
                    assert answer.status_code == 422, (path, after)
                for limit in (0, 501, "x"):
                    answer = await http.get(real, params=given | {"limit": limit})
                    assert answer.status_code == 422, (path, limit)
    assert long >= {"/api/accounts", "/api/cases", "/api/incidents"}
