"""The register's pages as people of each role and area use them."""

import re

import pytest
import sqlalchemy as sa

from console.accounts.principal import Principal
from console.audit.tables import AUDIT
from console.register.headings import heading_of, read_headings, template_columns
from console.register.kinds import KINDS
from tests.console.desk.conftest import ELSEWHERE, HERE, PEOPLE, Desk
from tests.console.desks import CLEAR

PROPERTYS = {"permits", "passes", "works", "patrols"}
SEES = {
    "li": {HERE: set(KINDS), ELSEWHERE: set(KINDS)},
    "wang": {HERE: set(KINDS)}, "guo": {HERE: set(KINDS)}, "wu": {HERE: PROPERTYS},
    "zhao": {}, "chen": {}, "he": {},
}  # fmt: skip
WRITES = {"li": set(KINDS), "wang": set(KINDS), "zhao": set(KINDS), "wu": PROPERTYS}
# One kind of each form: a home, what is one of a kind in an estate, what is of a home, of a place.
CASES = [(who, kind) for who in PEOPLE for kind in ("dwellings", "passes", "aways", "works")]
HOSTILE = "<script>alert(1)</script>"


@pytest.mark.parametrize(("who", "kind"), CASES)
async def test_each_sees_the_rows_of_their_kinds_and_areas_and_no_others(
    shared: Desk, who: str, kind: str
) -> None:
    """By page and by API; a row outside answers as one that is not there."""
    listed = await shared.get(who, f"/register/{kind}")
    seen = {estate for estate, kinds in SEES[who].items() if kind in kinds}
    refused = not seen and who != "zhao"
    assert (listed.status_code == 403) is refused
    for above in ("/register", "/api/register"):
        absent = (await shared.get(who, f"{above}/{kind}/0123456789abcdef")).status_code
        for estate, ids in shared.ids.items():
            one = await shared.get(who, f"{above}/{kind}/{ids[kind]}")
            assert one.status_code == (200 if estate in seen else absent), above
            assert (ids[kind] in listed.text) is (estate in seen)
            assert not [clear for clear in CLEAR if clear.upper() in one.text.upper()]


@pytest.mark.parametrize(
    ("who", "kind"), [case for case in CASES if case[1] in ("aways", "passes")]
)
async def test_each_writes_what_is_theirs(shared: Desk, who: str, kind: str) -> None:
    may = kind in WRITES.get(who, set())
    for path in ("", "/import", "/0123456789abcdef/end", "/0123456789abcdef/reveal"):
        answer = await shared.post(who, f"/register/{kind}{path}", {"why": "asked"})
        assert (answer.status_code == 403) is not may, path
        assert answer.status_code < 500
    for estate, ids in shared.ids.items():
        if estate not in SEES[who]:
            answer = await shared.post(who, f"/register/{kind}/{ids[kind]}/end", {"why": "asked"})
            assert answer.status_code == (404 if may else 403)


def faults_of(text: str) -> list[str]:
    return re.findall(r"<div>([^<]+)</div>", text)


async def test_what_is_counted_is_what_is_seen(shared: Desk) -> None:
    for who, count in (("li", 2), ("wang", 1), ("zhao", 0)):
        text = await shared.text(who, "/register")
        assert re.findall(r'class="number">(\d+)<', text) == [str(count)] * len(KINDS)


async def test_who_has_one_building_is_told_nothing_of_the_others(desk: Desk) -> None:
    """A number, a home or a place of another part answers as one that nobody has."""
    permit = {"estate": HERE, "credential_class": "resident", "why": "asked"}
    answers = [
        faults_of((await desk.post("zhao", "/register/permits", permit | {"plate": plate})).text)
        for plate in ("苏E·0F96D", "苏E·77777")
    ]
    assert answers[0] == answers[1] != []
    away = {"estate": HERE, "valid_from": "2026-03-02T08:00", "valid_to": "2026-03-03T08:00",
            "why": "asked"}  # fmt: skip
    wrong = [
        faults_of((await desk.post("zhao", "/register/aways", away | {"dwelling": name})).text)
        for name in ("3-2-1102", "9-9-9999")
    ]
    assert wrong[0] == [one.replace("9-9-9999", "3-2-1102") for one in wrong[1]]
    assert "本小区没有" in wrong[0][0]


async def test_an_entry_is_made_changed_and_ended_with_its_history(desk: Desk) -> None:
    form: dict[str, object] = {
        "estate": HERE, "plate": "沪A12345", "credential_class": "resident",
        "dwelling": "3-2-1102", "holder": HOSTILE, "stay_max_min": "30", "why": HOSTILE,
    }  # fmt: skip
    made = await desk.post("wang", "/register/permits", form)
    assert made.status_code == 303, made.text
    path = made.headers["location"].split("?")[0]
    again = await desk.post("wang", "/register/permits", form)
    assert again.status_code == 422
    assert "刚刚有人改过" in again.text
    shown = await desk.text("wang", path)
    assert "12345" not in shown
    assert HOSTILE not in shown
    assert "&lt;script&gt;" in shown
    change: dict[str, object] = {
        "version": "1", "credential_class": "tenant", "dwelling": "3-2-1102", "why": "moved",
    }  # fmt: skip
    start = re.search(r'name="valid_from" value="([^"]+)"', await desk.text("wang", f"{path}/edit"))
    assert start is not None
    changed = await desk.post("wang", path, change | {"valid_from": start[1]})
    assert changed.status_code == 303, changed.text
    stale = await desk.post("wang", path, change | {"valid_from": start[1]})
    assert stale.status_code == 422
    clear = await desk.post("wang", f"{path}/reveal", {"why": "owner asked"})
    assert "沪A12345" in clear.text
    assert "&lt;script&gt;alert(1)" in clear.text, "what was sealed stays when left empty"
    ended = await desk.post("wang", f"{path}/end", {"version": "2", "why": "sold"})
    assert ended.status_code == 303
    text = await desk.text("wang", f"{path}?lang=en")
    for told in ("entered", "changed", "ended", "moved", "sold", "Wang"):
        assert told in text
    with desk.housed.office.engine.connect() as tx:
        query = sa.select(AUDIT.c.act).where(AUDIT.c.who == "wang").order_by(AUDIT.c.sequence)
        acts = list(tx.scalars(query))
    assert acts == ["permits.added", "permits.changed", "reveal", "permits.ended"]


async def test_a_look_needs_a_reason(alone: Desk) -> None:
    path = f"/register/permits/{alone.ids[HERE]['permits']}/reveal"
    for why in ("", "x"):
        answer = await alone.post("wu", path, {"why": why})
        assert answer.status_code == 422
        assert "0F96D" not in answer.text


async def test_who_supervises_looks_for_homes_and_for_no_number_or_plate(shared: Desk) -> None:
    page = await shared.text("guo", "/register/permits")
    assert 'name="home"' in page
    assert 'name="plate"' not in page
    found = await shared.post("guo", "/register/aways/find", {"home": "1102"})
    assert shared.ids[HERE]["aways"] in found.text
    assert shared.ids[ELSEWHERE]["aways"] not in found.text
    for form in ({"plate": "鄂A12345"}, {"number": "1", "home": "3-2-1102"}):
        assert (await shared.post("guo", "/register/permits/find", form)).status_code == 403
    assert (await shared.post("chen", "/register/permits/find", {})).status_code == 403


async def test_a_search_finds_what_is_theirs_and_stands_in_no_address(shared: Desk) -> None:
    for form in ({"plate": "苏e 0f96d"}, {"plate": "苏E·OF96D", "near": "yes"}):
        answer = await shared.post("wang", "/register/permits/find", dict(form))
        assert shared.ids[HERE]["permits"] in answer.text
        assert shared.ids[ELSEWHERE]["permits"] not in answer.text
    for home, found in (("1102", True), ("110%", False), ("滨湖", False), ("3号楼", True)):
        answer = await shared.post("wang", "/register/aways/find", {"home": home})
        assert (shared.ids[HERE]["aways"] in answer.text) is found
    assert "0f96d" not in (await shared.text("wang", "/register/permits")).lower()


async def test_another_sessions_form_changes_nothing(alone: Desk) -> None:
    path = f"/register/permits/{alone.ids[HERE]['permits']}/end"
    answer = await alone.post("wang", path, {"csrf": "another", "why": "asked", "version": "1"})
    assert answer.status_code == 403


def test_a_template_is_read_again(shared: Desk) -> None:
    for kind in KINDS.values():
        columns = template_columns(kind)
        for language in ("zh", "en"):
            headings = [heading_of(kind, column, language) for column in columns]
            assert read_headings(kind, headings, "list", has_estate=False) == columns


async def test_a_template_is_downloaded_in_both_forms(shared: Desk) -> None:
    for kind in KINDS:
        text = await shared.get("li", f"/register/{kind}/template/csv")
        assert text.content.decode("utf-8-sig").startswith("小区,")
        book = await shared.get("li", f"/register/{kind}/template/xlsx")
        assert book.content.startswith(b"PK")


@pytest.mark.parametrize(
    ("areas", "whole", "inside"),
    [
        ({"*"}, True, {"b3", "b3-u2", f"b9-{HERE}", "yard"}),
        ({HERE}, True, {"b3", "b3-u2", f"b9-{HERE}", "yard"}),
        ({f"station-{HERE}"}, True, {"b3", "b3-u2", f"b9-{HERE}", "yard"}),
        ({"b3"}, False, {"b3", "b3-u2"}),
        ({ELSEWHERE}, False, set()),
        (set(), False, set()),
    ],
)
def test_what_an_area_takes_in(
    shared: Desk, areas: set[str], whole: bool, inside: set[str]
) -> None:
    who = Principal("x", "police", frozenset(areas), frozenset())
    sight = shared.register.sight(who)
    assert sight.has_whole(HERE) is whole
    assert sight.inside.get(HERE, frozenset()) == inside
