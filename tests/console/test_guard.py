"""Who gets in, what they may, and what every answer carries."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from console.accounts.sessions import csrf_token
from console.audit.chain import Signed
from console.guard import COOKIE, HEADERS, Guard, principal_of, who_of
from console.office import Office
from console.rates import Rate
from tests.console.conftest import Clock
from tests.console.housing import PASSWORD, Housed, open_house
from tests.console.samples import HOUR

OUTSIDE = ("10.1.2.3", 50_000)
HERE = ("127.0.0.1", 50_000)
OFTEN = Rate(1000, 1000)


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    """The application behind the guard; it tries to open itself to other sites."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    body = await Request(scope, receive).body()
    headers = {"Access-Control-Allow-Origin": "*", "X-Who": who_of(scope)}
    await PlainTextResponse(f"inside {len(body)}", headers=headers)(scope, receive, send)


@pytest.fixture
def housed(office: Office, clock: Clock) -> Housed:
    return open_house(office, clock)


Ask = Callable[..., Any]


@pytest.fixture
def ask(housed: Housed) -> Ask:
    async def asking(
        headers: Mapping[str, str], path: str = "/api/alerts", method: str = "GET", **given: Any
    ) -> httpx.Response:
        no_auth, client = given.pop("no_auth", False), given.pop("client", OUTSIDE)
        rate = given.pop("rate", OFTEN)
        guard = given.pop("guard", None) or Guard(
            inside, housed.house.entrance, rate, no_auth=no_auth
        )
        transport = httpx.ASGITransport(guard, client=client)
        async with httpx.AsyncClient(transport=transport, base_url="http://console:8080") as http:
            return await http.request(method, path, headers=dict(headers), **given)

    return asking


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer the-token"}, 200),
        ({"Authorization": "bearer the-token"}, 200),
        ({"Authorization": "Bearer another"}, 401),
        ({"Authorization": "Basic the-token"}, 401),
        ({"Cookie": f"{COOKIE}={{session}}"}, 200),
        ({"Cookie": f"other=1; {COOKIE}={{session}}"}, 200),
        ({"Cookie": f"{COOKIE}=1.2"}, 401),
        ({"Cookie": "\x01=;;;{{"}, 401),
    ],
)
async def test_token_or_session_let_in(
    ask: Ask, housed: Housed, headers: dict[str, str], status: int
) -> None:
    session = housed.session("admin")
    given = {name: value.format(session=session) for name, value in headers.items()}
    answer = await ask(given)
    assert answer.status_code == status
    assert answer.headers.get("x-who", "") == ("admin" if status == 200 else "")


async def test_a_session_ends_by_time_by_idleness_and_with_its_account(
    ask: Ask, housed: Housed, clock: Clock
) -> None:
    housed.person("wang")
    session = {"Cookie": f"{COOKIE}={housed.session('wang')}"}
    assert (await ask(session)).status_code == 200
    for _ in range(3):
        clock.at += 7 * HOUR
        assert (await ask(session)).status_code == 200
    clock.at += 3 * HOUR
    assert (await ask(session)).status_code == 401
    idle = {"Cookie": f"{COOKIE}={housed.session('wang')}"}
    clock.at += 12 * HOUR + 1
    assert (await ask(idle)).status_code == 401


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        (HERE, {"Host": "127.0.0.1:8080"}, 200),
        (HERE, {"Host": "localhost:8080"}, 200),
        (("::1", 1), {"Host": "[::1]:8080"}, 200),
        (HERE, {"Host": "evil.example:8080"}, 401),
        (HERE, {"Host": ""}, 401),
        (OUTSIDE, {"Host": "127.0.0.1:8080"}, 401),
        (HERE, {"Host": "127.0.0.1:8080", "X-Forwarded-For": "10.1.2.3"}, 401),
        (HERE, {"Host": "127.0.0.1:8080", "Forwarded": "for=10.1.2.3"}, 401),
    ],
)
async def test_without_auth_only_this_machines_own_users_come_in(
    ask: Ask, client: tuple[str, int], headers: dict[str, str], status: int
) -> None:
    assert (await ask(headers, client=client, no_auth=True)).status_code == status
    assert (await ask(headers, client=client, no_auth=False)).status_code == 401


@pytest.mark.parametrize(
    ("path", "status"), [("/healthz", 200), ("/login", 200), ("/metrics", 401)]
)
async def test_health_and_login_are_open(ask: Ask, path: str, status: int) -> None:
    assert (await ask({}, path)).status_code == status


async def test_a_browser_is_led_to_the_login(ask: Ask) -> None:
    answer = await ask({"Accept": "text/html,*/*"}, "/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


async def test_what_stands_in_no_table_is_not_there(ask: Ask) -> None:
    token = {"Authorization": "Bearer the-token"}
    assert (await ask(token, "/api/secret")).status_code == 404
    assert (await ask(token, "/api/cases/a1/secret")).status_code == 404
    wrong = await ask(token, "/api/alerts", "POST")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET")
    assert (await ask(token, "/api/alerts", "HEAD")).status_code == 200


@pytest.mark.parametrize(
    ("method", "origin", "status"),
    [
        ("POST", "http://console:8080", 200),
        ("POST", "http://evil.example", 403),
        ("POST", "null", 403),
        ("GET", "http://evil.example", 200),
    ],
)
async def test_another_sites_page_may_not_act(
    ask: Ask, method: str, origin: str, status: int
) -> None:
    headers = {"Authorization": "Bearer the-token", "Origin": origin}
    answer = await ask(headers, "/api/shelves", method)
    assert answer.status_code == status


async def test_a_browsers_change_carries_its_sessions_token(ask: Ask, housed: Housed) -> None:
    session = housed.session("admin")
    cookie, path = {"Cookie": f"{COOKIE}={session}"}, "/api/shelves"
    assert (await ask(cookie, path)).status_code == 200
    assert (await ask(cookie, path, "POST")).status_code == 403
    other = cookie | {"X-CSRF-Token": csrf_token(housed.session("admin"))}
    assert (await ask(other, path, "POST")).status_code == 403
    own = cookie | {"X-CSRF-Token": csrf_token(session)}
    assert (await ask(own, path, "POST")).status_code == 200


async def test_who_must_change_the_password_does_nothing_else(ask: Ask, housed: Housed) -> None:
    housed.person("wang")
    book, signed = housed.house.entrance.accounts, Signed("admin", "", 0)
    book.set_password("wang", PASSWORD, signed, must_change=True)
    cookie = {"Cookie": f"{COOKIE}={housed.session('wang')}"}
    assert (await ask(cookie)).status_code == 403
    page = await ask(cookie | {"Accept": "text/html"}, "/")
    assert (page.status_code, page.headers["location"]) == (303, "/password")
    assert (await ask(cookie, "/api/me")).status_code == 200


@pytest.mark.parametrize("size", [64 * 1024, 64 * 1024 + 1])
@pytest.mark.parametrize("is_told", [True, False])
async def test_a_body_that_is_too_large_is_refused(ask: Ask, size: int, is_told: bool) -> None:
    async def chunks() -> Any:
        for at in range(0, size, 10_000):
            yield b"x" * min(10_000, size - at)

    headers = {"Authorization": "Bearer the-token"}
    body = b"x" * size if is_told else chunks()
    if size > 64 * 1024 and not is_told:
        with pytest.raises(Exception, match="at most 65536 bytes"):
            await ask(headers, "/api/shelves", "POST", content=body)
        return
    answer = await ask(headers, "/api/shelves", "POST", content=body)
    assert answer.status_code == (200 if size <= 64 * 1024 else 413)


async def test_a_length_that_lies_is_no_way_in(ask: Ask) -> None:
    headers = {"Authorization": "Bearer the-token", "Content-Length": "1e9"}
    assert (await ask(headers, "/api/shelves", "POST", content=b"")).status_code == 413


async def test_who_asks_too_often_waits(ask: Ask, housed: Housed, clock: Clock) -> None:
    guard = Guard(inside, housed.house.entrance, Rate(per_s=1, burst=3))
    token = {"Authorization": "Bearer the-token"}
    answers = [await ask(token, guard=guard) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].headers["retry-after"] == "1"
    clock.at += 2000
    assert (await ask(token, guard=guard)).status_code == 200
    assert (await ask(token, "/healthz", guard=guard)).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer the-token"}])
async def test_every_answer_keeps_the_page_to_itself(ask: Ask, headers: dict[str, str]) -> None:
    answer = await ask(headers)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert answer.headers["cache-control"] == "no-store"
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_the_content_policy_names_no_other_host() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "http" not in policy
    assert "*" not in policy


def test_without_a_guard_nobody_is_anybody() -> None:
    with pytest.raises(LookupError):
        principal_of({"type": "http"})
    assert who_of({"type": "http"}) == "unknown"


async def knock(housed: Housed, headers: dict[str, str]) -> Message:
    """Opens a web socket from outside; the first message it is answered with."""
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {"type": "websocket", "path": "/page/zh/live", "headers": raw}
    answers: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        answers.append(message)

    guard = Guard(inside, housed.house.entrance, OFTEN)
    await guard(scope | {"client": OUTSIDE}, receive, send)
    return answers[0]


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ({"Cookie": "{cookie}", "Origin": "http://console"}, "websocket.accept"),
        ({"Cookie": "{cookie}", "Origin": "http://evil.example"}, "websocket.close"),
        ({"Origin": "http://console"}, "websocket.close"),
    ],
)
async def test_web_sockets_ask_the_same(
    housed: Housed, headers: dict[str, str], answer: str
) -> None:
    cookie = f"{COOKIE}={housed.session('admin')}"
    given = {name: value.format(cookie=cookie) for name, value in headers.items()}
    assert (await knock(housed, {"Host": "console"} | given))["type"] == answer
