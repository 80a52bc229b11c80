"""Acts and lists, asked for as a page or a program does."""

from typing import Any

import httpx

from schemas.alerts import Alert
from tests.console.housing import Housed
from tests.console.test_batch import alert_record


async def take(housed: Housed, *alerts: Alert) -> None:
    await housed.office.take([alert_record(n, one) for n, one in enumerate(alerts)])


async def act(
    http: httpx.AsyncClient, kind: str, name: str = "a1", key: str = "", **given: Any
) -> httpx.Response:
    """An act on the present version, unless another is given."""
    if "version" not in given:
        given["version"] = (await http.get(f"/api/cases/{name}")).json()["version"]
    headers = {"Idempotency-Key": key} if key else {}
    return await http.post(f"/api/cases/{name}/acts", json={"kind": kind} | given, headers=headers)


async def done(http: httpx.AsyncClient, kind: str, name: str = "a1", **given: Any) -> Any:
    answer = await act(http, kind, name, **given)
    assert answer.status_code == 200, answer.text
    return answer.json()["case"]


async def listed(http: httpx.AsyncClient, **asked: Any) -> list[str]:
    answer = await http.get("/api/cases", params=asked)
    assert answer.status_code == 200, answer.text
    return [case["id"] for case in answer.json()["items"]]
