"""What other programs are told, over the application as it runs."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from console.api import Check
from console.batch import Record
from console.guard import COOKIE
from console.office import Office
from console.server import build_api, guard_of, house_of
from schemas.alerts import Alert, AlertLine, alert_line
from schemas.views import DeviceView
from tests.console.conftest import TOKEN
from tests.console.samples import HOUR, MINUTE, NINE, alert, device, evidence, suppressed
from tests.console.test_batch import alert_record, view_record

CHECKS: dict[str, Check] = {}


async def fill(office: Office, *alerts: Alert) -> None:
    await office.take([alert_record(n, one) for n, one in enumerate(alerts)])


@pytest.fixture
async def http(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    house = house_of(office, TOKEN)
    transport = httpx.ASGITransport(guard_of(build_api(house, CHECKS), house))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://console", headers=headers
    ) as client:
        yield client


async def listed(http: httpx.AsyncClient, **asked: Any) -> list[str]:
    answer = await http.get("/api/alerts", params=asked)
    assert answer.status_code == 200, answer.text
    return [line["id"] for line in answer.json()]


async def test_a_line_is_what_the_back_test_prints(office: Office, http: httpx.AsyncClient) -> None:
    one = alert(evidence=(evidence("open", "door.opened"), evidence("seen", "object.seen", 3)))
    await fill(office, one)
    (line,) = (await http.get("/api/alerts")).json()
    assert line == alert_line(one).model_dump(mode="json")
    assert list(line) == list(AlertLine.model_fields)
    assert line["opened_at"] == "2026-03-01T01:00:00.000Z"
    assert line["evidence"] == ["open-0", "seen-3"]


async def test_the_list_is_newest_first_and_goes_on_page_by_page(
    office: Office, http: httpx.AsyncClient
) -> None:
    await fill(office, *(alert(f"a{n}", opened_at=NINE + n * MINUTE) for n in range(5)))
    assert await listed(http) == ["a4", "a3", "a2", "a1", "a0"]
    first = await http.get("/api/alerts", params={"limit": 2, "suppressed": "any"})
    assert [line["id"] for line in first.json()] == ["a4", "a3"]
    await fill(office, alert("newer", opened_at=NINE + HOUR))
    second = await http.get(first.links["next"]["url"])
    assert [line["id"] for line in second.json()] == ["a2", "a1"]
    third = await http.get(second.links["next"]["url"])
    assert ([line["id"] for line in third.json()], third.links) == (["a0"], {})


async def test_the_list_is_filtered(office: Office, http: httpx.AsyncClient) -> None:
    await fill(office, alert("a", severity="red"), alert("b", estate="hillside"), suppressed("s"))
    assert await listed(http) == ["b", "a"]
    assert await listed(http, severity="red") == ["a"]
    assert await listed(http, estate="hillside") == ["b"]
    assert await listed(http, rule="duress") == []
    assert await listed(http, delivery="list") == ["b", "a"]
    assert await listed(http, suppressed="true") == ["s"]
    assert await listed(http, suppressed="any") == ["s", "b", "a"]


@pytest.mark.parametrize(
    "asked", [{"limit": 0}, {"limit": 10_001}, {"severity": "pink"}, {"after": "no-such"}]
)
async def test_a_question_that_makes_no_sense_is_refused(
    http: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    assert (await http.get("/api/alerts", params=asked)).status_code == 422


async def test_one_alert_whole(office: Office, http: httpx.AsyncClient) -> None:
    await fill(office, suppressed("s"))
    answer = await http.get("/api/alerts/s")
    assert Alert.model_validate_json(answer.content) == suppressed("s")
    missing = await http.get("/api/alerts/t")
    assert (missing.status_code, missing.json()) == (404, {"detail": "no alert 't'"})


async def test_devices(office: Office, http: httpx.AsyncClient) -> None:
    here, there = device("a", skew_s=3.5), device("b", estate="hillside")
    await office.take([view_record(0, here), view_record(1, there)])
    answer = await http.get("/api/devices")
    assert [DeviceView.model_validate(view) for view in answer.json()["items"]] == [there, here]
    only = await http.get("/api/devices", params={"estate": "hillside"})
    assert [view["device"] for view in only.json()["items"]] == ["b"]


async def test_health_asks_the_log_and_every_other_part(
    office: Office, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await http.get("/healthz")).status_code == 503
    office.reading.caught_up = True
    answer = await http.get("/healthz")
    assert (answer.status_code, answer.json()["wrong"]) == (200, {})
    monkeypatch.setitem(CHECKS, "ingest", lambda: "no MQTT broker at 127.0.0.1:1883")
    answer = await http.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["wrong"] == {"ingest": "no MQTT broker at 127.0.0.1:1883"}
    office.reading.fault = "broker"
    assert (await http.get("/healthz")).json()["wrong"]["console"] == "broker"


async def test_figures_for_prometheus(office: Office, http: httpx.AsyncClient) -> None:
    await fill(office, alert("m", severity="orange", delivery="push"))
    await office.take([Record("community.views", 0, 0, NINE, b"x", b"not a view")])
    figures = (await http.get("/metrics")).text
    assert 'console_alerts_total{delivery="push",severity="orange"}' in figures
    assert "console_unreadable_total" in figures


async def test_the_api_describes_itself_and_loads_nothing_from_afar(
    http: httpx.AsyncClient,
) -> None:
    described = (await http.get("/api/openapi.json")).json()
    assert {"/api/alerts", "/api/alerts/{name}", "/api/alerts/stream"} <= set(described["paths"])
    assert (await http.get("/docs")).status_code == 404
    assert (await http.get("/redoc")).status_code == 404


async def test_the_login_link_opens_a_session(http: httpx.AsyncClient) -> None:
    answer = await http.get("/login", params={"token": "the-token"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "the-token" not in cookie


async def test_the_login_form_opens_a_session(http: httpx.AsyncClient) -> None:
    assert (await http.post("/login", data={"token": "the-token"})).status_code == 303
    wrong = await http.post("/login", data={"token": "<b>"}, headers={"Accept-Language": "en"})
    assert wrong.status_code == 401
    assert "The token is wrong" in wrong.text
    assert "<b>" not in wrong.text.replace('<b role="alert">', "")
    assert (await http.post("/login", content=b"x" * 5000)).status_code == 413


async def test_the_login_page_speaks_the_browsers_language(http: httpx.AsyncClient) -> None:
    assert "请输入访问口令" in (await http.get("/login")).text
    english = await http.get("/login", headers={"Accept-Language": "en-GB"})
    assert "Enter the access token" in english.text
