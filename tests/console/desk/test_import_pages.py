"""A list is brought in by a page: looked at first, then confirmed, over the whole application."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from console.audit.tables import AUDIT
from console.register.tables import PERMITS
from tests.console.desk.conftest import ELSEWHERE, HERE, Desk

PATH = "/register/permits/import"
LIST = (
    "小区,车牌,类别,房屋,车主\nlakeside,沪A12345,业主,3-2-1102,林一\nlakeside,沪B54321,租客,,林二\n"
)
HELD = re.compile(r'name="held" value="([^"]+)"')


async def looked(
    desk: Desk, text: str, who: str = "wang", encoding: str = "gb18030", **form: Any
) -> tuple[int, str, str]:
    """A look at a list: the status, what holds it until it is confirmed, and the page."""
    answer = await desk.post(who, PATH, form, ("list.csv", text.encode(encoding)))
    found = HELD.search(answer.text)
    return answer.status_code, found[1] if found else "", answer.text


def plates(desk: Desk) -> int:
    with desk.housed.office.engine.connect() as tx:
        return tx.scalar(sa.select(sa.func.count()).select_from(PERMITS)) or 0


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
async def test_a_list_is_looked_at_confirmed_and_changes_nothing_again(
    desk: Desk, encoding: str
) -> None:
    before = plates(desk)
    status, held, page = await looked(desk, LIST, encoding=encoding)
    assert status == 200, page
    assert "新增 2" in page
    assert plates(desk) == before, "a look writes nothing"
    assert "12345" not in page
    for clear in ("林一", "沪A12345"):
        assert clear not in held
    no_reason = await desk.post("wang", PATH, {"held": held})
    assert "请写明事由" in no_reason.text
    assert plates(desk) == before
    done = await desk.post("wang", PATH, {"held": held, "why": "list of March"})
    assert "已导入：新增 2" in done.text
    assert plates(desk) == before + 2
    _, held, page = await looked(desk, LIST, encoding=encoding)
    assert "没有任何变化" in page
    with desk.housed.office.engine.connect() as tx:
        query = sa.select(AUDIT.c.act).where(AUDIT.c.who == "wang").order_by(AUDIT.c.sequence)
        acts = list(tx.scalars(query))
    assert acts == ["permits.added", "permits.added", "permits.import"]


async def test_faults_are_told_by_row_and_nothing_is_written(alone: Desk) -> None:
    before = plates(alone)
    text = LIST + "lakeside,沪C1,<script>,8-8,\nhillside,沪C55555,业主,,\n"
    status, held, page = await looked(alone, text)
    assert (status, held) == (422, "")
    for told in ("&lt;script&gt;", "不在可选项内", "本小区没有", "不是本辖区的小区"):
        assert told in page
    assert "<script>" not in page
    assert "hillside" not in page.replace("&#39;hillside&#39;不是本辖区的小区", "")
    assert re.search(r"<td>4</td>", page)
    assert plates(alone) == before


async def test_a_list_is_bound_to_who_looked_and_to_what_stood_then(desk: Desk) -> None:
    _, held, _ = await looked(desk, LIST)
    foreign = await desk.post("li", PATH, {"held": held, "why": "asked"})
    other = await desk.post("wang", "/register/passes/import", {"held": held, "why": "asked"})
    cut = await desk.post("wang", PATH, {"held": held[:-9], "why": "asked"})
    assert [one.status_code for one in (foreign, other, cut)] == [422, 422, 422]
    _, first, _ = await looked(desk, LIST.splitlines()[0] + "\n" + LIST.splitlines()[1] + "\n")
    await desk.post("wang", PATH, {"held": first, "why": "asked"})
    moved = await desk.post("wang", PATH, {"held": held, "why": "asked"})
    assert "登记有了变化" in moved.text
    again = HELD.search(moved.text)
    assert again is not None
    done = await desk.post("wang", PATH, {"held": again[1], "why": "asked"})
    assert "新增 1" in done.text


async def test_property_brings_in_for_its_own_estate_alone(alone: Desk) -> None:
    status, _, _ = await looked(alone, LIST, "wu")
    assert status == 200
    status, held, page = await looked(alone, LIST.replace(HERE, ELSEWHERE), "wu")
    assert (status, held) == (422, "")
    assert "不是本辖区的小区" in page
    assert (await alone.get("wu", "/register/dwellings/import")).status_code == 403


async def test_no_file_and_a_long_file_are_told(alone: Desk) -> None:
    assert (await alone.post("wang", PATH, {})).status_code == 422
    status, _, page = await looked(alone, "a" * (4 * 1024 * 1024 + 1))
    assert status == 422
    assert "超过 4 MB" in page
