"""Who gets in, and what every answer carries."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from console.access import COOKIE, Access
from console.guard import HEADERS, Guard

ACCESS = Access("the-token")
SESSION = ACCESS.open_session(99_999_999_999)
OUTSIDE = ("10.1.2.3", 50_000)
HERE = ("127.0.0.1", 50_000)


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    """The application behind the guard; it tries to open itself to other sites."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    answer = PlainTextResponse("inside", headers={"Access-Control-Allow-Origin": "*"})
    await answer(scope, receive, send)


async def ask(
    headers: Mapping[str, str],
    *,
    client: tuple[str, int] = OUTSIDE,
    no_auth: bool = False,
    path: str = "/api/alerts",
    method: str = "GET",
) -> httpx.Response:
    transport = httpx.ASGITransport(Guard(inside, ACCESS, no_auth=no_auth), client=client)
    async with httpx.AsyncClient(transport=transport, base_url="http://console:8080") as http:
        return await http.request(method, path, headers=dict(headers))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer the-token"}, 200),
        ({"Authorization": "bearer the-token"}, 200),
        ({"Authorization": "Bearer another"}, 401),
        ({"Authorization": "Basic the-token"}, 401),
        ({"Cookie": f"{COOKIE}={SESSION}"}, 200),
        ({"Cookie": f"other=1; {COOKIE}={SESSION}"}, 200),
        ({"Cookie": f"{COOKIE}=1.2"}, 401),
        ({"Cookie": "\x01=;;;{"}, 401),
    ],
)
async def test_token_or_session_let_in(headers: dict[str, str], status: int) -> None:
    assert (await ask(headers)).status_code == status


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
    client: tuple[str, int], headers: dict[str, str], status: int
) -> None:
    assert (await ask(headers, client=client, no_auth=True)).status_code == status
    assert (await ask(headers, client=client, no_auth=False)).status_code == 401


@pytest.mark.parametrize(
    ("path", "status"), [("/healthz", 200), ("/login", 200), ("/metrics", 401)]
)
async def test_health_and_login_are_open(path: str, status: int) -> None:
    assert (await ask({}, path=path)).status_code == status


async def test_a_browser_is_led_to_the_login() -> None:
    answer = await ask({"Accept": "text/html,*/*"}, path="/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


@pytest.mark.parametrize(
    ("method", "origin", "status"),
    [
        ("POST", "http://console:8080", 200),
        ("POST", "http://evil.example", 403),
        ("POST", "null", 403),
        ("GET", "http://evil.example", 200),
    ],
)
async def test_another_sites_page_may_not_act(method: str, origin: str, status: int) -> None:
    headers = {"Authorization": "Bearer the-token", "Origin": origin}
    assert (await ask(headers, method=method)).status_code == status


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer the-token"}])
async def test_every_answer_keeps_the_page_to_itself(headers: dict[str, str]) -> None:
    answer = await ask(headers)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert answer.headers["cache-control"] == "no-store"
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_the_content_policy_names_no_other_host() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "http" not in policy
    assert "*" not in policy


async def knock(headers: dict[str, str]) -> Message:
    """Opens a web socket from outside; the first message it is answered with."""
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {"type": "websocket", "path": "/page/zh/live", "headers": raw}
    answers: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        answers.append(message)

    await Guard(inside, ACCESS, no_auth=False)(scope | {"client": OUTSIDE}, receive, send)
    return answers[0]


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ({"Cookie": f"{COOKIE}={SESSION}", "Origin": "http://console"}, "websocket.accept"),
        ({"Cookie": f"{COOKIE}={SESSION}", "Origin": "http://evil.example"}, "websocket.close"),
        ({"Origin": "http://console"}, "websocket.close"),
    ],
)
async def test_web_sockets_ask_the_same(headers: dict[str, str], answer: str) -> None:
    assert (await knock({"Host": "console"} | headers))["type"] == answer
