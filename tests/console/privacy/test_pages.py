"""The plain pages: watch entries, requests, the audit log, bases, periods; each for its people."""

import re
from typing import Any

import httpx
import orjson
import pytest

from console.accounts.tables import ACCOUNTS
from console.audit.chain import Said, Signed
from console.audit.log import append, newest, verify
from console.cases.surroundings import Surroundings
from console.database import writing
from console.office import Office
from console.outbox.tables import OUTBOX
from console.privacy.bases import bases
from console.privacy.requests import COPY_MS
from console.register.kinds import KINDS
from console.register.shelf import entry_of
from console.watch.desk import WatchWanted
from tests.console.api.asking import take
from tests.console.cases.conftest import CONFIG
from tests.console.cases.working import Work
from tests.console.conftest import Clock
from tests.console.desks import CARD, CONSENT, HOME, PERMIT, enter, make_key, whole_database
from tests.console.housing import Housed, open_house
from tests.console.privacy.test_case_api import ASKED
from tests.console.privacy.test_reveal import PASSAGE
from tests.console.samples import ESTATE, NINE, alert

DAY = 86_400_000
HOSTILE = "<script>alert('x')</script>"
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@pytest.fixture
async def housed(office: Office, clock: Clock) -> Housed:
    make_key(office.settings.data)
    Work(office.cases, Surroundings({ESTATE: CONFIG}))
    housed = open_house(office, clock)
    for login in ("lin", "wu"):
        housed.person(login, areas=("*",))
    housed.person("wang", areas=("office-1",))
    housed.person("far", areas=("office-9",))
    housed.person("du", "supervisor", areas=("*",), kinds=("police", "civil", "property"))
    housed.person("east", "supervisor", areas=("east",))
    housed.person("sun", "resident")
    housed.person("moon", "resident")
    await take(housed, alert(evidence=(PASSAGE,)))
    return housed


async def form(http: httpx.AsyncClient, page: str, to: str, **given: Any) -> httpx.Response:
    """Fill in a form of a page, as a browser does."""
    shown = await http.get(page)
    assert shown.status_code == 200, shown.text
    found = CSRF.search(shown.text)
    assert found, page
    answer = await http.post(to, data={"csrf": found[1]} | given)
    if answer.status_code != 303:
        return answer
    return await http.get(answer.headers["location"])


PROPOSAL = {
    "looks_for": "plate", "value": "苏E0F96D", "case_number": "A-118", "basis": "case_vehicle",
    "severity": "red", "until": "2026-03-10", "roles": ["police"], "why": "seen at the scene",
}  # fmt: skip


async def test_an_entry_needs_two_people_and_shows_what_it_looks_for_only_for_a_reason(
    housed: Housed,
) -> None:
    async with housed.browser("lin") as lin, housed.browser("wu") as wu:
        made = await form(lin, "/watch/new", "/watch", **PROPOSAL)
        assert "待批准" in made.text
        assert "0F96D" not in made.text
        page = made.url.path
        assert "须由另一人批准" in made.text
        token = CSRF.search(made.text)
        assert token
        own = await lin.post(f"{page}/approve", data={"why": "mine", "csrf": token[1]})
        assert own.status_code == 422
        approved = await form(wu, page, f"{page}/approve", why="file read")
        assert "有效" in approved.text
        shown = await form(wu, page, f"{page}/reveal", why="hit at the gate")
        assert "苏E0F96D" in shown.text
        assert "A-118" in (await wu.get("/watch")).text
        ended = await form(lin, page, f"{page}/end", why="found")
        assert "已终止" in ended.text
        assert "A-118" not in (await wu.get("/watch")).text
        assert "A-118" in (await wu.get("/watch?everything=true")).text
    acts = [entry.act for entry in newest(housed.office.engine, 9)]
    assert acts[:4] == ["watch.ended", "reveal", "watch.approved", "watch.proposed"]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"case_number": ""}, "case_number"), ({"basis": "suspicion"}, "basis"),
        ({"until": "2026-05-10"}, "at most 30 days"), ({"until": "soon"}, "write a day"),
        ({"why": ""}, "请写明理由"), ({"roles": ["property"]}, "is no role or team"),
        ({"roles": []}, "roles"), ({"value": HOSTILE, "basis": "?"}, "basis"),
    ],
)  # fmt: skip
async def test_a_proposal_without_what_the_law_asks_is_refused(
    housed: Housed, given: dict[str, Any], fault: str
) -> None:
    async with housed.browser("lin") as lin:
        answer = await form(lin, "/watch/new", "/watch", **PROPOSAL | given)
    assert (answer.status_code, fault in answer.text) == (422, True), answer.text
    assert HOSTILE not in answer.text
    assert housed.house.register.watch.listed(WatchWanted(), 9) == []


async def test_a_form_of_another_page_changes_nothing(housed: Housed) -> None:
    async with housed.browser("lin") as lin:
        assert (await lin.post("/watch", data=PROPOSAL)).status_code == 403
    async with housed.browser("sun") as sun:
        assert (await sun.post("/rights", data={"kind": "copy"})).status_code == 403


COPY = {"kind": "copy", "estate": ESTATE, "number": CARD.number, "name": HOSTILE,
        "contact": "13800000000", "text": HOSTILE}  # fmt: skip


async def asked(housed: Housed, **given: Any) -> str:
    """A request of Sun's; its id."""
    async with housed.browser("sun") as sun:
        answer = await form(sun, "/rights", "/rights", **COPY | given)
        assert answer.status_code == 200, answer.text
        return answer.url.path.rpartition("/")[2]


async def step(housed: Housed, name: str, what: str, **given: Any) -> httpx.Response:
    async with housed.browser("wang") as wang:
        return await form(wang, f"/requests/{name}", f"/requests/{name}/{what}", **given)


async def test_a_copy_is_asked_for_given_and_fetched_for_a_time(
    housed: Housed, clock: Clock
) -> None:
    enter(housed.house.register, "dwellings", HOME)
    enter(housed.house.register, "credentials", CARD)
    enter(housed.house.register, "permits", PERMIT.model_copy(update={"dwelling": HOME.name}))
    name = await asked(housed, dwelling=HOME.name)
    assert "13800000000" not in whole_database(housed.office.engine)
    async with housed.browser("wang") as wang:
        page = await wang.get(f"/requests/{name}")
        assert "13800000000" in page.text
        assert HOSTILE not in page.text
        assert "&lt;script&gt;" in page.text
        listed = (await wang.get("/requests")).text
        assert "2026-03-20" in listed
    assert (await step(housed, name, "take", identity="in_person")).status_code == 200
    (card,) = [e for e, _ in requests_of(housed, name) if e.kind == "credentials"]
    done = await step(housed, name, "grant", answer="see the copy", entries=[str(card)])
    assert "已办结" in done.text
    async with housed.browser("sun") as sun, housed.browser("moon") as moon:
        assert "see the copy" in (await sun.get(f"/rights/{name}")).text
        copy = (await sun.get(f"/rights/{name}/copy.json")).json()
        assert [(one["number"], one["holder"]) for one in copy["register"]] == [
            ("0012AB", "林小满")
        ]
        assert {one["act"] for one in copy["looks"]} == {"reveal.request"}
        readable = await sun.get(f"/rights/{name}/copy")
        assert "林小满" in readable.text
        assert "周一鸣" not in readable.text
        for other in (f"/rights/{name}", f"/rights/{name}/copy.json"):
            assert (await moon.get(other)).status_code == 404
        clock.at += COPY_MS
        async with housed.browser("sun") as later:
            assert (await later.get(f"/rights/{name}/copy.json")).status_code == 404
    acts = [entry.act for entry in newest(housed.office.engine, 99)]
    assert acts.count("requests.copied") == 2
    assert {"requests.filed", "requests.taken", "requests.granted"} <= set(acts)
    assert verify(housed.office.engine)[1] is None


def requests_of(housed: Housed, name: str) -> Any:
    from console.privacy.requests import Requests

    requests = Requests(housed.house.register, housed.office.cases.around)
    return requests.entries(requests.request(name))


async def test_deletion_goes_by_the_outbox_and_leaves_nothing(housed: Housed) -> None:
    enter(housed.house.register, "dwellings", HOME)
    enter(housed.house.register, "credentials", CARD)
    name = await asked(housed, kind="deletion", text="moved away")
    await step(housed, name, "take", identity="documents")
    ((entry, _),) = requests_of(housed, name)
    none = await step(housed, name, "grant", answer="done")
    assert (none.status_code, "which ones go" in none.text) == (422, True)
    strange = await step(housed, name, "grant", answer="done", entries=["permits/0"])
    assert strange.status_code == 422
    done = await step(housed, name, "grant", answer="done", entries=[str(entry)])
    assert done.status_code == 200
    with housed.office.engine.connect() as connection:
        assert entry_of(connection, KINDS["credentials"], entry.id) is None
        bodies = [orjson.loads(row.body)["change"] for row in connection.execute(OUTBOX.select())
                  if row.key == str(entry)]  # fmt: skip
    assert bodies == ["set", "ended"]
    history = whole_database(housed.office.engine)
    assert str(CARD.holder) not in history


async def test_a_consent_is_withdrawn_and_nothing_else_with_it(housed: Housed) -> None:
    enter(housed.house.register, "dwellings", HOME)
    enter(housed.house.register, "credentials", CARD)
    enter(housed.house.register, "consents", CONSENT)
    name = await asked(housed, kind="withdrawal", consent="care", dwelling=HOME.name)
    await step(housed, name, "take", identity="account")
    found = {entry.kind: str(entry) for entry, _ in requests_of(housed, name)}
    wrong = await step(housed, name, "grant", answer="ok", entries=[found["credentials"]])
    assert "ends consents alone" in wrong.text
    done = await step(housed, name, "grant", answer="ok", entries=[found["consents"]])
    assert done.status_code == 200
    assert set(dict(requests_of(housed, name))) == {
        entry for entry, _ in requests_of(housed, name) if entry.kind == "credentials"
    }


async def test_a_refusal_needs_a_reason_of_the_list_and_words(housed: Housed) -> None:
    name = await asked(housed)
    for given in ({"reason": "", "answer": "no"}, {"reason": "not_held", "answer": " "},
                  {"reason": "mood", "answer": "no"}):  # fmt: skip
        assert (await step(housed, name, "refuse", **given)).status_code == 422
    refused = await step(housed, name, "refuse", reason="not_held", answer="nothing is held")
    assert "未保存该信息" in refused.text
    again = await step_without_form(housed, name)
    assert again.status_code == 422
    async with housed.browser("sun") as sun:
        page = (await sun.get(f"/rights/{name}")).text
    assert "nothing is held" in page
    assert "人民法院" in page


async def step_without_form(housed: Housed, name: str) -> httpx.Response:
    """A step that the page does not offer any more."""
    async with housed.browser("wang") as wang:
        page = (await wang.get("/requests")).text
        found = CSRF.search(page)
        assert found
        given = {"csrf": found[1], "answer": "ok"}
        return await wang.post(f"/requests/{name}/grant", data=given)


async def test_a_request_that_is_late_is_marked_and_one_can_be_taken_back(
    housed: Housed, clock: Clock
) -> None:
    name = await asked(housed)
    clock.at = NINE + 25 * DAY
    async with housed.browser("wang") as wang:
        assert "超期" in (await wang.get("/requests")).text
    async with housed.browser("sun") as sun:
        back = await form(sun, f"/rights/{name}", f"/rights/{name}/withdraw")
        assert "已撤回" in back.text


async def test_requests_of_elsewhere_are_not_there(housed: Housed) -> None:
    name = await asked(housed)
    async with housed.browser("far") as far:
        assert name not in (await far.get("/requests")).text
        assert (await far.get(f"/requests/{name}")).status_code == 404
    async with housed.browser("sun") as sun:
        elsewhere = await form(sun, "/rights", "/rights", **COPY | {"estate": "hillside"})
        assert elsewhere.status_code == 422


async def test_a_resident_asks_no_more_than_a_few_at_a_time(housed: Housed) -> None:
    for _ in range(5):
        await asked(housed)
    async with housed.browser("sun") as sun:
        assert (await form(sun, "/rights", "/rights", **COPY)).status_code == 422


async def test_supervisors_see_who_looked_at_what_within_their_area(housed: Housed) -> None:
    async with housed.browser("wang") as wang:
        await wang.post("/api/cases/a1/reveal", json=ASKED)
    async with housed.browser("lin") as lin:
        await form(lin, "/watch/new", "/watch", **PROPOSAL | {"why": HOSTILE})
        assert (await lin.get("/audit")).status_code == 403
    async with housed.browser("du") as du, housed.browser("east") as east:
        everything = (await du.get("/audit")).text
        assert {"查看明文（有理由）" in everything, "提出布控" in everything} == {True}
        assert HOSTILE not in everything
        assert everything.count("时间均为当地时间（Asia/Shanghai, UTC+8）") == 1
        looks = (await du.get("/audit?group=looks&who=wang")).text
        assert "cases/a1" in looks
        assert "提出布控" not in looks.partition("<table")[2]
        assert "没有符合的记录" in (await du.get("/audit?since=2030-01-01")).text
        bounded = (await east.get("/audit")).text
        assert "提出布控" not in bounded.partition("<table")[2]
        table = await form(du, "/audit", "/audit/export", why="monthly review")
        assert table.headers["content-type"].startswith("text/csv")
        assert "cases/a1" in table.text
        assert "monthly review" in (await du.get("/audit?group=log")).text
        whole = await form(du, "/audit", "/audit/verify")
        assert "完整" in whole.text


async def test_a_cell_of_the_table_is_never_a_formula(housed: Housed) -> None:
    async with housed.browser("lin") as lin:
        await form(lin, "/watch/new", "/watch", **PROPOSAL | {"why": "=HYPERLINK(1)"})
    async with housed.browser("du") as du:
        table = await form(du, "/audit", "/audit/export", why="review")
    assert ",'=HYPERLINK(1)" in table.text


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_bases_and_periods_are_told_to_everybody(housed: Housed, lang: str) -> None:
    async with housed.browser("sun") as sun:
        page = (await sun.get(f"/bases?lang={lang}")).text
        assert page.count("<tr>") == len(bases().situations) + len(bases().feeds) + 2
        kept = (await sun.get(f"/kept?lang={lang}")).text
        assert ("183" in kept, "1095" in kept) == (True, True)
        style = await sun.get("/privacy/style.css")
        assert style.headers["content-type"].startswith("text/css")


async def test_pages_hold_no_script_and_load_nothing_from_afar(housed: Housed) -> None:
    async with housed.browser("lin") as lin, housed.browser("du") as du:
        for http, path in ((lin, "/watch"), (lin, "/watch/new"), (lin, "/requests"),
                           (du, "/audit"), (du, "/bases")):  # fmt: skip
            text = (await http.get(path)).text
            assert not re.search(r"<script|\son\w+=|https?://", text), path


async def test_accounts_that_are_switched_off_bear_no_hits(housed: Housed) -> None:
    with housed.office.engine.begin() as tx:
        gone = ACCOUNTS.c.role == "supervisor"
        tx.execute(ACCOUNTS.update().where(gone).values(disabled_at=NINE))
    async with housed.browser("lin") as lin:
        page = (await lin.get("/watch/new")).text
        assert ('value="police"' in page, 'value="supervisor"' in page) == (True, False)


async def test_the_audit_log_names_people_and_its_pages_their_zone(housed: Housed) -> None:
    async with housed.browser("wang") as http:
        assert (
            "时间均为当地时间（Asia/Shanghai, UTC+8）" in (await http.get("/requests?lang=zh")).text
        )
        assert "时间均为当地时间" not in (await http.get("/bases?lang=zh")).text
    with writing(housed.office.engine) as tx:
        append(tx, Signed("wang", "looked", NINE), [Said("tables.exported", "/homes")])
    async with housed.browser("du") as http:
        page = (await http.get("/audit?lang=zh")).text
    assert '<td class="who">Wang <small class="soft">wang</small></td>' in page
