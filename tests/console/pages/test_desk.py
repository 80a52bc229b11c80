"""What the open page asks for, over the application: bounded to whoever asks."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from console.accounts.book import Team
from console.advice import advice
from console.audit.chain import Signed
from console.cases.surroundings import load_surroundings
from console.guard import Guard
from console.office import Office
from console.pages.desk import desk_router
from console.pages.live import Live
from console.rates import Rate
from console.rest.plumbing import add_refusals
from console.settings import ConsoleSettings
from schemas.pictures import picture_link, picture_name
from tests.console.conftest import Clock
from tests.console.housing import Housed, open_house
from tests.console.samples import HOUR, MINUTE, NINE, alert, camera, device, evidence, suppressed
from tests.console.samples import words as both
from tests.console.test_api import fill
from tests.console.test_batch import view_record
from tests.console.test_glance import home
from tests.repo.tree import ROOT

SITE = ROOT / "deploy/simulation/site.yaml"
COURT = "riverside-court"
DOOR: dict[str, Any] = {"estate": COURT, "place": "b3-u1-door"}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[tuple[Housed, Live]]:
    clock = Clock()
    office = Office(ConsoleSettings(data=tmp_path, site=SITE), clock)
    office.cases.around = load_surroundings(SITE)
    housed = open_house(office, clock)
    live = Live(office)
    app = FastAPI()
    add_refusals(app)
    app.include_router(desk_router(live))
    housed.app = Guard(app, housed.house.entrance, Rate(1000, 1000))
    for login, role, areas in (
        ("wang", "police", ("滨河苑警务室",)), ("li", "property", (COURT,)),
        ("zhou", "grid_worker", ("b1",)), ("far", "police", ("hillside",)),
    ):  # fmt: skip
        housed.person(login, role, areas=areas)  # type: ignore[arg-type]
    yield housed, live
    office.close()


async def ask(housed: Housed, login: str, path: str) -> httpx.Response:
    async with housed.browser(login) as http:
        return await http.get(path)


async def told(housed: Housed, login: str, path: str) -> Any:
    answer = await ask(housed, login, path)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text)


async def test_a_case_is_told_whole(desk: tuple[Housed, Live]) -> None:
    housed, _live = desk
    early, late = picture_name(b"early", "jpg"), picture_name(b"late", "jpg")
    one = alert(
        **DOOR, severity="orange", delivery="push", steps={"open": both("门打开", "it opened")},
        evidence=(
            evidence("seen", "object.seen", -5, pictures=(picture_link(early),)),
            evidence("open", "door.opened", 2, pictures=(picture_link(late), "javascript:1")),
            evidence("lane", "barrier.opened", 9, confidence=0.5),
        ),
        cameras=(camera("cam-b3", live_url="rtsp://nvr/1"), camera("odd", live_url="javascript:1")),
    )  # fmt: skip
    lost = device("cam", state="lost", estate=COURT, place="cam-b3", last_seen=NINE)
    await housed.office.take([view_record(0, lost)])
    await fill(housed.office, one)
    case = await told(housed, "wang", f"/page/en/cases/{one.id}")
    assert [step["part"] for step in case["steps"]] == ["camera", "door", "barrier"]
    assert (case["steps"][1]["said"], case["steps"][2]["said"]) == ("it opened", "50% sure")
    assert case["pictures"]["before"]["src"] == f"/pictures/{early}?alert=a1"
    assert case["pictures"]["after"]["src"] == f"/pictures/{late}?alert=a1"
    assert case["steps"][1]["pictures"] == [{"src": f"/pictures/{late}?alert=a1"}]
    first, odd = case["cameras"]
    assert (first["live"], first["no_recording"]) == (
        "rtsp://nvr/1", "No recording address is set",
    )  # fmt: skip
    assert first["lost"] == "The camera is offline since 03-01 09:00 and may show nothing"
    assert (odd["live"], odd["no_live"], odd["lost"]) == ("", "No live-view address is set", "")
    assert case["why"] == ["door forced: it opened"]
    assert case["advice"][0].startswith("First the ten seconds before")
    kinds = {act["kind"]: act["needs"] for act in case["may"]}
    assert (kinds["accept"], kinds["assign"], kinds["return"]) == ([], ["to"], ["why", "to"])
    assert "supervise" not in kinds
    assert [line["what"] for line in case["log"]] == ["opened"]
    assert case["log"][0]["by"] == "the console"


async def test_missing_pictures_and_cameras_say_why(desk: tuple[Housed, Live]) -> None:
    housed, _live = desk
    await fill(housed.office, alert(**DOOR))
    case = await told(housed, "wang", "/page/zh/cases/a1")
    assert case["pictures"]["before"]["why"] == "设备没有传来图片"
    assert (case["cameras"], case["steps"]) == ([], [])


async def test_a_case_is_in_nobodys_sight_but_its_own(desk: tuple[Housed, Live]) -> None:
    housed, _live = desk
    await fill(housed.office, alert(**DOOR), alert("held", **DOOR, handler="property"))
    for login, name, status in (
        ("wang", "a1", 200), ("wang", "held", 200), ("li", "held", 200), ("li", "a1", 404),
        ("far", "a1", 404), ("zhou", "held", 404), ("wang", "none", 404),
    ):  # fmt: skip
        for rest in ("", "/parties"):
            answer = await ask(housed, login, f"/page/zh/cases/{name}{rest}")
            assert answer.status_code == status, (login, name, rest)


async def test_a_case_is_found_by_any_of_its_alerts(desk: tuple[Housed, Live]) -> None:
    housed, _live = desk
    second = alert("b", **DOOR, incident="a", severity="red", opened_at=NINE + MINUTE)
    await fill(housed.office, alert("a", **DOOR), second)
    case = await told(housed, "wang", "/page/en/cases/b")
    assert (case["id"], case["level"]) == ("a", "red")
    assert [one["id"] for one in case["alerts"]] == ["a", "b"]


async def test_what_was_here_in_thirty_days_is_counted_and_listed(
    desk: tuple[Housed, Live],
) -> None:
    housed, _live = desk
    housed.clock.at = NINE - 40 * 24 * HOUR
    await fill(housed.office, alert("old", **DOOR))
    housed.clock.at = NINE
    await fill(housed.office, alert("a", **DOOR), alert("b", **DOOR),
               alert("else", estate=COURT, place="b4-u1-door"))  # fmt: skip
    near = (await told(housed, "wang", "/page/en/cases/a"))["near"]
    assert (near["count"], [one["id"] for one in near["items"]]) == (1, ["b"])


async def test_whom_a_case_can_be_given_to_looks_after_its_area(
    desk: tuple[Housed, Live],
) -> None:
    housed, _live = desk
    book = housed.house.entrance.accounts
    signed = Signed("admin", "test", NINE)
    book.set_team(Team("night", "Night shift", "police", (COURT,), ("wang",)), signed)
    book.set_team(Team("away", "Elsewhere", "police", ("hillside",), ("far",)), signed)
    duress = alert("d", **DOOR, rule="duress", severity="red", delivery="push")
    await fill(housed.office, alert(**DOOR), duress)

    async def refs(name: str) -> list[str]:
        groups = await told(housed, "wang", f"/page/en/cases/{name}/parties")
        return [one["ref"] for group in groups for one in group["items"]]

    some = await refs("a1")
    assert {"person:wang", "person:li", "team:night", "group:property"} <= set(some)
    assert not {"person:far", "person:zhou", "team:away"} & set(some)
    assert set(await refs("d-police")) == {
        "person:admin", "person:wang", "team:night", "group:police",
    }  # fmt: skip


async def test_what_was_merged_says_why(desk: tuple[Housed, Live]) -> None:
    housed, live = desk
    second = alert("b", **DOOR, incident="a", severity="red", opened_at=NINE + MINUTE)
    await fill(housed.office, alert("a", **DOOR), second, suppressed("s", **DOOR),
               suppressed("far", estate="hillside"))  # fmt: skip
    live.load.take(live.load.read_all(0))
    lines = await told(housed, "wang", "/page/en/merged")
    assert {(one["id"], one["why"], one["case"]) for one in lines} == {
        ("a", "Part of: door forced", "a"), ("s", "while the fire relay holds doors open", ""),
    }  # fmt: skip
    assert await told(housed, "li", "/page/en/merged") == []


async def test_plans_are_bounded(desk: tuple[Housed, Live]) -> None:
    housed, _live = desk
    assert [one["estate"] for one in await told(housed, "wang", "/page/zh/plans")] == [COURT]
    assert await told(housed, "far", "/page/zh/plans") == []
    assert (await ask(housed, "far", f"/page/zh/plans/{COURT}")).status_code == 404
    whole = await told(housed, "wang", f"/page/zh/plans/{COURT}")
    part = await told(housed, "zhou", f"/page/zh/plans/{COURT}")
    named = {one["place"] for one in part["shapes"] if one["place"]}
    assert named == {"b1", "b1-u1-door", "b1-u2-door"}
    assert "gate-south" in {one["place"] for one in whole["shapes"]}


async def test_the_search_finds_places_homes_and_devices_in_sight(
    desk: tuple[Housed, Live],
) -> None:
    housed, _live = desk
    flat = home("b3-101").model_copy(update={
        "estate": COURT, "place": "b3-u1", "place_name": both("3号楼101室", "Flat 3-101"),
    })  # fmt: skip
    reader = device("term", estate=COURT, place="b3-u1-door", name=both("3号楼门禁", "B3 reader"))
    await housed.office.take([view_record(0, flat), view_record(1, reader)])

    async def names(login: str, text: str) -> list[tuple[str, str]]:
        found = await told(housed, login, f"/page/zh/search?q={text}")
        return [(one["name"], one["kind"]) for one in found]

    found = await names("wang", "3号楼")
    assert {("3号楼", "地点"), ("3号楼101室", "住户"), ("3号楼门禁", "设备")} <= set(found)
    assert found[0] == ("3号楼", "地点")
    assert ("3号楼101室", "住户") not in await names("li", "3号楼")
    assert await names("zhou", "3号楼") == []
    (gate,) = await told(housed, "wang", "/page/en/search?q=south%20gate%20camera")
    assert gate["href"] == f"/places/cam-gate-south?estate={COURT}&lang=en"
    assert (await ask(housed, "wang", "/page/zh/search?q=")).status_code == 422


async def test_tables_hold_no_more_than_is_theirs(desk: tuple[Housed, Live]) -> None:
    housed, _live = desk
    flat = home("b3-101").model_copy(update={"estate": COURT, "place": "b3-u1"})
    await housed.office.take([view_record(0, flat), view_record(1, device())])
    for login, kind, rows in (("wang", "homes", 1), ("li", "homes", 0), ("wang", "devices", 0)):
        table = await told(housed, login, f"/page/en/tables/{kind}")
        assert len(table["rows"]) == rows, (login, kind)
    assert (await told(housed, "wang", "/page/en/tables/homes"))["whole"] == "/homes?lang=en"
    assert (await ask(housed, "wang", "/page/en/tables/none")).status_code == 422


def test_every_shipped_situation_has_advice() -> None:
    shipped = {file.parent.name for file in (ROOT / "processors/rules").glob("*/README.md")}
    assert len(shipped) > 40
    assert shipped == set(advice().situations)
