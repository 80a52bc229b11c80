"""Residents: reports, visitors, away notes and consents, of their own home and nobody else's."""

import re

import orjson
import pytest
import sqlalchemy as sa

from console.audit.log import newest
from console.outbox.tables import OUTBOX
from console.phone.homes import own_homes
from console.register.known import Known
from console.register.tables import AWAYS, CONSENTS, PASSES
from tests.console.desks import AWAY, HOME, VISIT, enter, whole_database
from tests.console.housing import Housed
from tests.console.phone.conftest import phone, report
from tests.console.phone.pictures import JPEG
from tests.console.samples import ESTATE, HOUR, NINE

DWELLING = HOME.name


async def test_a_visitor_without_a_plate_comes_by_a_number_that_counts(housed: Housed) -> None:
    async with phone(housed, "sun") as sun:
        action, hidden = await sun.form("/m/home/passes", 'name="plate"')
        assert hidden["dwelling"] == DWELLING
        answer = await sun.send(action, hidden | {"visitor": "何远", "hours": "4"})
        page = await sun.page(answer.headers["location"])
    number = re.search(r'class="code">(\d{8})<', page)
    assert number is not None
    assert "何远" in page
    with housed.office.engine.connect() as tx:
        row = tx.execute(sa.select(PASSES)).one()
        note = tx.execute(sa.select(OUTBOX).where(OUTBOX.c.key == f"passes/{row.id}")).one()
    keys = housed.house.register.vault.keys().estate(ESTATE)
    assert row.ref == keys.credential(number[1])
    assert (row.dwelling, row.valid_from, row.valid_to) == (DWELLING, NINE, NINE + 4 * HOUR)
    assert orjson.loads(note.body)["record"] == "pass"
    kept = whole_database(housed.office.engine)
    assert number[1] not in kept
    assert "何远" not in kept
    said = [(link.who, link.act) for link in newest(housed.office.engine, 2)]
    assert said == [("sun", "reveal"), ("sun", "passes.added")]


async def test_a_visitor_with_a_plate_later_on(housed: Housed) -> None:
    async with phone(housed, "sun") as sun:
        action, hidden = await sun.form("/m/home/passes", 'name="plate"')
        said = {"plate": "浙B2Q8C5", "from": "2026-03-02T14:00", "hours": "24"}
        answer = await sun.send(action, hidden | said)
        assert "浙B2Q8C5" in await sun.page(answer.headers["location"])
        assert "浙B2Q8C5" not in await sun.page("/m/home/passes")
        end, csrf = await sun.form("/m/home/passes", "取消")
        assert (await sun.send(end, csrf)).status_code == 303
        assert (await sun.send(end, csrf)).status_code == 303
        assert "有效的访客登记" not in await sun.page("/m/home/passes")


async def test_a_pass_sent_again_is_one_pass(housed: Housed) -> None:
    async with phone(housed, "sun") as sun:
        action, hidden = await sun.form("/m/home/passes", 'name="plate"')
        said = hidden | {"hours": "2"}
        places = {(await sun.send(action, said)).headers["location"] for _ in range(3)}
    assert len(places) == 1
    with housed.office.engine.connect() as tx:
        assert len(tx.execute(sa.select(PASSES)).all()) == 1


async def test_away_and_back(housed: Housed) -> None:
    async with phone(housed, "sun") as sun:
        action, hidden = await sun.form("/m/home/aways", 'name="to"')
        said = hidden | {"from": "2026-03-02", "to": "2026-03-09"}
        assert (await sun.send(action, said)).status_code == 303
        end, csrf = await sun.form("/m/home/aways", "我已回来")
        with housed.office.engine.connect() as tx:
            row = tx.execute(sa.select(AWAYS)).one()
        assert row.valid_to - row.valid_from == 8 * 24 * HOUR
        assert (await sun.send(end, csrf)).status_code == 303
        # Away again for the same days: what was ended comes back, because it is said anew.
        action, hidden = await sun.form("/m/home/aways", 'name="to"')
        answer = await sun.send(action, hidden | said | {"key": hidden["key"]})
        assert answer.status_code == 303, answer.text


async def test_consent_is_given_withdrawn_and_given_anew(housed: Housed) -> None:
    said = {"person": "沈阿婆", "guardian": "沈知秋", "silent": "12", "agree": "yes"}
    async with phone(housed, "sun") as sun:
        action, hidden = await sun.form("/m/home/consents", 'name="person"')
        assert (await sun.send(action, hidden | said)).status_code == 303
        housed.clock.at += HOUR
        end, csrf = await sun.form("/m/home/consents", "撤回同意")
        assert (await sun.send(end, csrf)).status_code == 303
        with housed.office.engine.connect() as tx:
            row = tx.execute(sa.select(CONSENTS)).one()
        assert (row.ended_at, row.silent_max_s) == (NINE + HOUR, 43_200)
        housed.clock.at += HOUR
        action, hidden = await sun.form("/m/home/consents", 'name="person"')
        assert (await sun.send(action, hidden | said)).status_code == 303
    with housed.office.engine.connect() as tx:
        assert tx.execute(sa.select(CONSENTS)).one().ended_at is None


REFUSED: tuple[tuple[str, dict[str, str], str], ...] = (
    ("passes", {"plate": "x", "hours": "2"}, "填写有误"),
    ("passes", {"hours": "9999"}, "时间不对"),
    ("passes", {"hours": "2", "from": "昨天"}, "时间不对"),
    ("passes", {"hours": "2", "from": "2026-02-01T08:00"}, "时间不对"),
    ("passes", {"hours": "2", "dwelling": "4-2-1102"}, "没有对应的住房"),
    ("aways", {"to": ""}, "时间不对"),
    ("aways", {"to": "2026-02-01"}, "时间不对"),
    ("consents", {"person": "沈阿婆", "silent": "12", "agree": ""}, "勾选同意"),
    ("consents", {"person": "沈阿婆", "silent": "1", "agree": "yes"}, "时间不对"),
)


async def test_what_cannot_be_entered_says_why_and_keeps_what_was_typed(housed: Housed) -> None:
    async with phone(housed, "sun") as sun:
        for kind, given, line in REFUSED:
            action, hidden = await sun.form(f"/m/home/{kind}", 'name="key"')
            refused = await sun.send(action, hidden | given)
            assert (refused.status_code, line in refused.text) == (422, True), refused.text
            typed = given.get("person") or given.get("to") or given.get("plate") or ""
            assert f'value="{typed}"' in refused.text


async def test_what_others_entered_is_neither_shown_nor_ended(housed: Housed) -> None:
    """The office entered a visitor for the home; a resident of it did not."""
    register = housed.house.register
    (visit,) = enter(register, "passes", VISIT)
    (away,) = enter(register, "aways", AWAY)
    name = visit.row["id"]
    async with phone(housed, "sun") as sun:
        assert "有效的访客登记" not in await sun.page("/m/home/passes")
        await sun.page(f"/m/home/passes/{name}", 404)
        for path in (f"passes/{name}", f"aways/{away.row['id']}"):
            assert (await sun.send(f"/m/home/{path}/end", {})).status_code == 404
        action, hidden = await sun.form("/m/home/aways", 'name="to"')
        refused = await sun.send(action, hidden | {"to": "2026-03-20"})
    assert "社区已登记过" in refused.text
    with housed.office.engine.connect() as tx:
        assert tx.execute(sa.select(AWAYS)).one().valid_to == AWAY.valid_to


async def test_who_has_no_home_is_told_so(housed: Housed) -> None:
    async with phone(housed, "qian") as qian:
        assert "没有对应的住房" in await qian.page("/m/home/passes")
        refused = await qian.send("/m/home/passes", {"dwelling": DWELLING, "hours": "2"})
        assert refused.status_code == 422


async def test_there_is_a_limit(housed: Housed) -> None:
    async with phone(housed, "sun") as sun:
        action, hidden = await sun.form("/m/home/passes", 'name="plate"')
        said = [hidden | {"hours": "72", "key": f"k{n}"} for n in range(21)]
        answers = [await sun.send(action, one) for one in said]
    assert [one.status_code for one in answers] == [303] * 20 + [422]
    assert "登记太多" in answers[-1].text


async def test_a_report_of_ones_own_home_with_a_photo_and_another_home(housed: Housed) -> None:
    spot = f"{ESTATE}/{DWELLING}"
    name = await report(housed, category="noise", spot=spot, against=HOME.address, photos=(JPEG,))
    async with phone(housed, "sun") as sun:
        page = await sun.page(f"/m/cases/{name}")
        path = page.split('href="/m/photos/')[1].split('"')[0]
        assert (await sun.http.get(f"/m/photos/{path}")).status_code == 200
        action, hidden = await sun.form("/m/report", 'name="text"')
        said = {"category": "noise", "spot": spot, "text": "吵", "against": "9-9-999"}
        refused = await sun.send(action, hidden | said)
        assert "没有这一户" in refused.text
        assert ">吵</textarea>" in refused.text
        for missing, line in (("text", "写明情况"), ("spot", "是哪里"), ("category", "什么事")):
            assert line in (await sun.send(action, hidden | said | {missing: ""})).text
    async with phone(housed, "qian") as qian:
        assert (await qian.http.get(f"/m/photos/{path}")).status_code == 404
        refused = await qian.send("/m/report", said)
        assert "是哪里" in refused.text


async def test_twenty_reports_a_day(housed: Housed) -> None:
    async with phone(housed, "sun") as sun:
        action, hidden = await sun.form("/m/report", 'name="text"')
        said = {"category": "lost", "spot": ESTATE, "text": "钥匙"}
        answers = [await sun.send(action, hidden | said | {"key": str(n)}) for n in range(21)]
    assert [one.status_code for one in answers] == [303] * 20 + [422]
    assert "每天最多上报20件" in answers[-1].text


async def test_a_photo_of_the_office_stays_in_the_office(housed: Housed) -> None:
    name = await report(housed)
    async with phone(housed, "zhao") as zhao, phone(housed, "sun") as sun:
        await zhao.done("accept", case=name)
        page = await zhao.done("mediate", JPEG, case=name, why="见图")
        path = page.split('href="/m/photos/')[1].split('"')[0]
        assert "/m/photos/" not in await sun.page(f"/m/cases/{name}")
        assert (await sun.http.get(f"/m/photos/{path}")).status_code == 404


KNOWN = Known(
    homes={
        "a": {"1-1": ("1-1",), "长安街1-1": ("1-1",), "2-2": ("2-2",)},
        "b": {"1-1": ("1-1",), "9-9": ("9-9",)},
    },
    places={"a": {"2-2": ("2-2",)}},
)


@pytest.mark.parametrize(
    ("areas", "found"),
    [
        (("1-1",), []), (("a", "1-1"), [("a", "1-1", "长安街1-1", None)]),
        (("b", "1-1"), [("b", "1-1", "1-1", None)]), (("9-9",), [("b", "9-9", "9-9", None)]),
        (("a",), []), (("2-2",), [("a", "2-2", "2-2", "2-2")]), (("a", "9-9"), []), (("*",), []),
    ],
)  # fmt: skip
def test_which_homes_are_ones_own(
    areas: tuple[str, ...], found: list[tuple[str, str, str, str | None]]
) -> None:
    homes = own_homes(areas, KNOWN)
    assert [(one.estate, one.name, one.address, one.place) for one in homes] == found
