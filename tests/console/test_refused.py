"""A refusal is a page for a person and JSON for a program, whoever refused."""

import httpx
import pytest
from starlette.responses import HTMLResponse, JSONResponse
from starlette.types import Receive, Scope, Send

from console.refused import readable

PERSON = {"Accept": "text/html,*/*", "Accept-Language": "zh-CN"}
PROGRAM = {"Accept": "application/json"}


async def ask(path: str, headers: dict[str, str], status: int = 404) -> httpx.Response:
    """What a route's refusal becomes; `/drawn` is one that the pages' framework drew."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        said: HTMLResponse | JSONResponse = JSONResponse({"detail": "no visit 'x'"}, status)
        if path.endswith("/drawn"):
            said = HTMLResponse("This page doesn't exist", status, {"X-NiceGUI-Content": "page"})
        await said(scope, receive, readable(scope, send))

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://office") as http:
        return await http.get(path, headers=headers)


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (404, "这里没有内容"), (403, "不对您开放"), (422, "填写有误"), (500, "系统出错"),
        (503, "系统忙"),
    ],
)  # fmt: skip
async def test_a_person_reads_what_is_wrong_and_finds_a_way_back(status: int, word: str) -> None:
    answer = await ask("/visits/x", PERSON, status)
    assert answer.status_code == status
    assert word in answer.text
    assert 'href="/"' in answer.text
    assert "no visit" not in answer.text


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/api/visits/x", PERSON), ("/visits/x", PROGRAM), ("/healthz", PERSON)],
)
async def test_a_program_reads_json(path: str, headers: dict[str, str]) -> None:
    assert (await ask(path, headers)).json() == {"detail": "no visit 'x'"}


async def test_what_the_framework_drew_is_drawn_anew() -> None:
    assert "这里没有内容" in (await ask("/register/drawn", PERSON)).text
    assert (await ask("/api/drawn", PERSON)).json() == {"detail": "Not Found"}


async def test_what_went_well_is_left_as_it_is() -> None:
    assert (await ask("/visits/x", PERSON, 200)).json() == {"detail": "no visit 'x'"}
