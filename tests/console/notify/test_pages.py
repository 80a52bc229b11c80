"""The API, the pages and the commands: what they show, to whom, and what they never do."""

from collections.abc import Iterator
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

import pytest
import typer
from openpyxl import load_workbook
from typer.testing import CliRunner

from console.audit.log import newest
from console.notify.cli import channels_app, roster_app
from console.office import Office
from console.settings import ConsoleSettings
from tests.console.conftest import Clock
from tests.console.desks import make_key, whole_database
from tests.console.housing import Housed, open_house
from tests.console.notify.receivers import Receiver
from tests.console.notify.scene import HOOK, SECRET, channels_text, write_channels
from tests.console.samples import ESTATE, alert

HOSTILE = "<script>alert(1)</script>"
PHONE = "13800000001"
SMS = f"""
  sms:
    kind: webhook
    url: http://127.0.0.1:PORT/sms
    secret: {SECRET}
    address: phone
"""
SHIFT = {"kind": "shift", "person": "wang", "duty": "police", "part": "00:00-24:00"}


@pytest.fixture
def housed(tmp_path: Path, receiver: Receiver, clock: Clock) -> Iterator[Housed]:
    file = write_channels(tmp_path, channels_text(receiver.port, HOOK + SMS))
    settings = ConsoleSettings(data=tmp_path / "console", channels=file)
    make_key(settings.data)
    with ExitStack() as stack:
        office = Office(settings, clock)
        stack.callback(office.close)
        housed = open_house(office, clock)
        stack.callback(housed.house.telling.close)
        housed.person("wang", areas=("*",))
        housed.person("boss", areas=("*",), admin=True)
        housed.person("local", areas=(ESTATE,), admin=True)
        yield housed


async def test_from_the_roster_to_the_proof(housed: Housed, receiver: Receiver) -> None:
    async with housed.browser("boss") as http:
        made = await http.post("/api/roster", json={"entry": SHIFT, "why": "March"})
        assert made.status_code == 201
        contact = await http.put("/api/contacts/wang/sms", json={"address": PHONE})
        assert contact.status_code == 204
        contacts = (await http.get("/api/contacts")).json()["items"]
        assert contacts == [{"login": "wang", "channel": "sms"}]
        told = (await http.get("/api/roster")).json()
        assert told["now"] == {"*": {"police": ["wang"]}}
    _push(housed)
    await housed.house.telling.turn()
    await housed.house.telling.settled()
    assert PHONE in receiver.requests[0].body.decode()
    async with housed.browser("wang") as http:
        (proof, *_) = (await http.get("/api/cases/a1/notices")).json()["items"]
    assert (proof["channel"], proof["outcome"], proof["code"]) == ("sms", "delivered", "200")
    assert PHONE not in whole_database(housed.office.engine)
    acts = [link.act for link in newest(housed.office.engine, 10)]
    assert {"roster.added", "contacts.set"} <= set(acts)


def _push(housed: Housed) -> None:
    from console.database import writing

    with writing(housed.office.engine) as tx:
        housed.office.cases.take(tx, [alert(delivery="push")], housed.clock())


async def test_the_proofs_are_for_whoever_sees_the_case(housed: Housed) -> None:
    housed.person("zhao", "property", areas=("*",))
    _push(housed)
    async with housed.browser("zhao") as http:
        assert (await http.get("/api/cases/a1/notices")).status_code == 404


@pytest.mark.parametrize(
    ("entry", "status"),
    [
        (SHIFT | {"area": ESTATE}, 201),
        (SHIFT, 403),
        (SHIFT | {"area": "elsewhere"}, 403),
        (SHIFT | {"area": ESTATE, "person": "nobody"}, 422),
        (SHIFT | {"area": ESTATE, "part": "8-17"}, 422),
    ],
)
async def test_an_administrator_of_an_area_enters_what_is_of_it(
    housed: Housed, entry: dict[str, str], status: int
) -> None:
    async with housed.browser("local") as http:
        answer = await http.post("/api/roster", json={"entry": entry})
        assert answer.status_code == status
        shown = [one["entry"]["area"] for one in (await http.get("/api/roster")).json()["items"]]
    assert shown == ([ESTATE] if status == 201 else [])


async def test_what_others_have_entered_elsewhere_is_out_of_reach(housed: Housed) -> None:
    async with housed.browser("boss") as http:
        name = (await http.post("/api/roster", json={"entry": SHIFT})).json()["id"]
    async with housed.browser("local") as http:
        assert (await http.delete(f"/api/roster/{name}")).status_code == 403
    async with housed.browser("boss") as http:
        assert (await http.delete(f"/api/roster/{name}")).status_code == 204
        assert (await http.delete(f"/api/roster/{name}")).status_code == 404


async def test_channels_show_no_secret_and_can_be_tried(housed: Housed, receiver: Receiver) -> None:
    async with housed.browser("boss") as http:
        outcome = (await http.post("/api/channels/hook/test")).json()
        assert outcome == {"ok": True, "code": "200", "line": "taken"}
        listed = await http.get("/api/channels")
        assert SECRET not in listed.text
        by_name = {one["name"]: one for one in listed.json()}
        assert by_name["hook"]["last_ok_at"] is not None
        assert (await http.post("/api/channels/none/test")).status_code == 404
    assert "a1" not in receiver.requests[0].body.decode()


async def test_a_roster_is_replaced_as_a_whole_and_quiet_hours_with_it(housed: Housed) -> None:
    told = {
        "entries": [SHIFT], "quiet_hours": [{"person": "wang", "part": "22:00-07:00"}],
    }  # fmt: skip
    async with housed.browser("boss") as http:
        assert (await http.put("/api/roster", json=told)).json() == {"new": 1, "gone": 0}
        assert (await http.put("/api/roster", json=told)).json() == {"new": 0, "gone": 0}
        (quiet,) = (await http.get("/api/quiet-hours")).json()["items"]
        assert quiet["subject"] == "person:wang"
        hours = {"hours": [{"part": "12:00-13:00"}]}
        await http.put("/api/quiet-hours/channel:hook", json=hours)
        assert len((await http.get("/api/quiet-hours")).json()["items"]) == 2
        assert (await http.put("/api/roster", json={})).json() == {"new": 0, "gone": 1}
        assert (await http.get("/api/quiet-hours")).json()["items"] == []


# Pages


@pytest.mark.parametrize(("lang", "heading"), [("zh", "现在值班"), ("en", "On duty now")])
async def test_the_roster_is_entered_on_a_page(housed: Housed, lang: str, heading: str) -> None:
    from console.accounts.sessions import csrf_token
    from console.guard import COOKIE

    secret = housed.session("boss")
    form = SHIFT | {"area": "*", "days": "mon", "csrf": csrf_token(secret)}
    async with housed.client({"Cookie": f"{COOKIE}={secret}"}) as http:
        refused = await http.post("/roster", data=form | {"csrf": "x"})
        assert refused.status_code == 403
        assert (await http.post("/roster", data=form)).status_code == 303
        page = (await http.get(f"/roster?lang={lang}")).text
        wrong = await http.post("/roster", data=form | {"person": HOSTILE})
    assert heading in page
    assert "wang" in page
    assert wrong.status_code == 422
    assert HOSTILE not in wrong.text


async def test_who_is_no_administrator_reads_the_roster(housed: Housed) -> None:
    async with housed.browser("wang") as http:
        page = await http.get("/roster")
        assert page.status_code == 200
        assert "<form" not in page.text
        assert (await http.get("/channels")).status_code == 403
        assert (await http.post("/roster", data=SHIFT)).status_code == 403


async def test_the_page_of_channels_tries_one_and_keeps_a_contact(
    housed: Housed, receiver: Receiver
) -> None:
    from console.accounts.sessions import csrf_token
    from console.guard import COOKIE

    secret = housed.session("boss")
    csrf = {"csrf": csrf_token(secret)}
    receiver.answer = HOSTILE.encode()
    async with housed.client({"Cookie": f"{COOKIE}={secret}"}) as http:
        said = await http.post("/channels?lang=en", data=csrf | {"test": "hook"})
        assert "hook: delivered (200" in said.text
        contact = csrf | {"login": "wang", "channel": "sms", "address": PHONE}
        assert (await http.post("/channels", data=contact)).status_code == 303
        wrong = await http.post("/channels", data=contact | {"address": "no number"})
        page = (await http.get("/channels?lang=en")).text
    assert wrong.status_code == 422
    assert HOSTILE not in said.text + page
    assert PHONE not in page
    assert SECRET not in page


async def test_quiet_hours_are_set_and_taken_out_on_the_page(housed: Housed) -> None:
    from console.accounts.sessions import csrf_token
    from console.guard import COOKIE

    secret = housed.session("boss")
    asked = {"csrf": csrf_token(secret), "quiet": "person:wang"}
    async with housed.client({"Cookie": f"{COOKIE}={secret}"}) as http:

        async def send(**fields: str) -> int:
            return (await http.post("/channels", data=asked | fields)).status_code

        assert await send(part="22:00-07:00", days="mon") == 303
        assert await send(part="12:00-13:00", days="sat") == 303
        page = (await http.get("/channels?lang=en")).text
        assert "22:00-07:00 Mon" in page
        assert "12:00-13:00 Sat" in page
        assert await send(part="22:00-22:00", days="mon") == 422
        assert await send(part="22:00-07:00", days="mon", quiet="nobody") == 422
        assert await send(part="22:00-07:00", days="mon", quiet="channel:none") == 404
        assert await send(remove="1") == 303
        assert "22:00-07:00 Mon" not in (await http.get("/channels?lang=en")).text


async def test_what_cannot_be_entered_into_the_roster_stays_as_it_was_typed(
    housed: Housed,
) -> None:
    from console.accounts.sessions import csrf_token
    from console.guard import COOKIE

    secret = housed.session("boss")
    typed = {"csrf": csrf_token(secret), "kind": "shift", "person": "wang", "duty": "property",
             "area": "*", "part": "08:00-08:00", "since": "2026-03-02"}  # fmt: skip
    async with housed.client({"Cookie": f"{COOKIE}={secret}"}) as http:
        page = await http.post("/roster", data=typed)
    assert page.status_code == 422
    for kept in ('value="wang" selected', 'value="property" selected', 'value="08:00-08:00"',
                 'value="2026-03-02"'):  # fmt: skip
        assert kept in page.text


async def test_a_dead_channel_is_told_and_does_not_make_the_console_unhealthy(
    housed: Housed, receiver: Receiver
) -> None:
    from fastapi import FastAPI

    from console.api import api_router

    receiver.status = 500
    telling = housed.house.telling
    for _ in range(3):
        await telling.test("hook", "boss")
    await telling.turn()
    housed.office.reading.caught_up = True
    app = FastAPI()
    app.include_router(api_router(housed.office, {"channels": telling.fault}))
    housed.app.app = app
    async with housed.browser() as http:
        told = await http.get("/healthz")
    assert told.status_code == 200
    assert told.json()["wrong"] == {"channels": "no answer from hook"}


# Commands


def run(app: typer.Typer, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.output


def test_the_commands(housed: Housed, receiver: Receiver, tmp_path: Path) -> None:
    data = ["--data", str(housed.office.settings.data)]
    channels = ["--channels", str(housed.office.settings.channels), *data]
    assert run(channels_app(), "test", "hook", *channels) == (0, "hook: delivered: 200 taken\n")
    assert "hook  webhook  127.0.0.1" in run(channels_app(), "list", *channels)[1]
    receiver.status = 503
    assert run(channels_app(), "test", "hook", *channels)[0] == 1
    status, said = run(channels_app(), "test", "none", *channels)
    assert (status, "there is no channel" in said) == (2, True)
    roster = tmp_path / "roster.yaml"
    roster.write_text(
        "entries:\n  - {kind: shift, person: wang, duty: police, part: '08:30-17:30'}\n"
        "  - {kind: away, person: wang, begins: 2026-03-02 08:00, ends: 2026-03-03 08:00}\n"
        "quiet_hours:\n  - {person: wang, part: '22:00-07:00'}\n",
        encoding="utf-8",
    )
    assert run(roster_app(), "import", str(roster), *data) == (0, "2 entries: 2 new, 0 gone\n")
    shown = run(roster_app(), "show", *data)[1]
    roster.write_text(shown, encoding="utf-8")
    assert run(roster_app(), "import", str(roster), *data) == (0, "2 entries: 0 new, 0 gone\n")
    roster.write_text("entries:\n  - {kind: shift, person: wang, duty: king, part: x}\n")
    status, said = run(roster_app(), "import", str(roster), *data)
    assert status == 2
    assert "roster.yaml:2: entries.0" in said


def test_every_word_is_there_in_both_languages_with_the_same_places() -> None:
    import re
    from importlib.resources import files

    import yaml

    package = files("console.notify")
    words = yaml.safe_load(package.joinpath("words.yaml").read_text(encoding="utf-8"))
    for key, both in words.items():
        assert all(both[language] for language in ("zh", "en")), key
        places = [set(re.findall(r"{(\w+)}", both[language])) for language in ("zh", "en")]
        assert places[0] == places[1], key
    used = "".join(
        package.joinpath("templates", name).read_text(encoding="utf-8")
        for name in ("base.html", "roster.html", "channels.html")
    )
    asked = set(re.findall(r"say\('(\w+)'[,)]", used))
    assert not asked - set(words)
    others = {"title", "number", "test_kind", "test_estate", "test_went", "test_failed",
              "quiet_whose"}  # fmt: skip
    kinds = {"away", "extra"}
    assert not {key for key in words if not key.startswith("day_")} - asked - others - kinds


async def test_the_roster_names_its_zone_says_what_is_missing_and_is_taken_out(
    housed: Housed,
) -> None:
    async with housed.browser("boss") as http:
        page = (await http.get("/roster?lang=zh")).text
        assert "时间均为当地时间（Asia/Shanghai, UTC+8）" in page
        assert "没有每周班次" in page
        assert (await http.post("/api/roster", json={"entry": SHIFT})).status_code == 201
        page = (await http.get("/roster?lang=zh")).text
        assert "没有每周班次" not in page
        assert 'aria-label="删除 Wang"' in page
        assert "/roster?format=xlsx" in page
        file = await http.get("/roster?format=xlsx&lang=zh")
    book = load_workbook(BytesIO(file.content))
    now, shifts, once = (list(sheet.values) for sheet in book.worksheets)
    assert now[1] == ("全部辖区", "民警", "Wang")
    assert shifts[1][:5] == ("Wang", "民警", "全部辖区", "周一 周二 周三 周四 周五 周六 周日",
                             "00:00-24:00")  # fmt: skip
    assert len(once) == 1
