"""What supervisors see and do: shelves, floods, verdicts."""

import httpx
import pytest

from console.lifecycle.flood import BEGINS_ABOVE
from tests.console.api.asking import done, take
from tests.console.housing import Housed
from tests.console.samples import ESTATE, HOUR, NINE, alert, evidence


async def test_shelves_are_put_listed_and_ended(wang: httpx.AsyncClient, housed: Housed) -> None:
    asked = {"estate": ESTATE, "rule": "door_held", "why": "闭门器更换中", "until": NINE + HOUR}
    shelf = (await wang.post("/api/shelves", json=asked)).json()
    await take(housed, alert("held", rule="door_held", delivery="push", opened_at=NINE + 1))
    assert (await wang.get("/api/cases/held")).json()["quiet"] == "shelf"
    async with housed.browser("far") as far:
        assert (await far.get("/api/shelves")).json()["items"] == []
        assert (await far.post("/api/shelves", json=asked)).status_code == 403
        assert (await far.delete(f"/api/shelves/{shelf['id']}")).status_code == 404
    assert [one["by"] for one in (await wang.get("/api/shelves")).json()["items"]] == ["wang"]
    assert (await wang.delete(f"/api/shelves/{shelf['id']}")).status_code == 204
    assert (await wang.get("/api/cases/held")).json()["quiet"] == ""
    assert (await wang.delete(f"/api/shelves/{shelf['id']}")).status_code == 404


async def test_shelves_that_are_refused(wang: httpx.AsyncClient) -> None:
    asked = {"estate": ESTATE, "rule": "door_held", "why": "闭门器更换中", "until": NINE + HOUR}
    for change in (
        {"until": NINE}, {"until": NINE + 73 * HOUR}, {"until": 10**30}, {"why": "x"},
        {"rule": "duress"},
    ):  # fmt: skip
        answer = await wang.post("/api/shelves", json=asked | change)
        assert answer.status_code == 422, change


async def test_floods_and_verdicts_are_for_supervisors(housed: Housed) -> None:
    alerts = [
        alert(f"f{n:02}", handler="property", rule="door_held", delivery="push",
              opened_at=NINE + n, evidence=(evidence("open", "door.opened"),))
        for n in range(BEGINS_ABOVE + 3)
    ]  # fmt: skip
    await take(housed, *alerts)
    async with housed.browser("zhao") as zhao, housed.browser("du") as du:
        for n, verdict in enumerate(("true", "false", "false")):
            await done(zhao, "accept", f"f{n:02}")
            await done(zhao, "handle", f"f{n:02}", why="看过")
            await done(zhao, "close", f"f{n:02}", verdict=verdict)
        (flood,) = (await du.get("/api/floods")).json()["items"]
        assert (flood["desk"], flood["gathered"]) == (f"property:{ESTATE}", 3)
        told = (await du.get("/api/statistics/verdicts")).json()
        assert (await zhao.get("/api/floods")).status_code == 403
    (by_rule,), (by_device,) = told["by_rule"], told["by_device"]
    assert (by_rule["name"], by_rule["true"], by_rule["false"]) == ("door_held", 1, 2)
    assert by_rule["false_share"] == pytest.approx(2 / 3)
    assert by_device["name"] == "north-panel"
    (by_both,) = told["by_rule_and_device"]
    assert (by_both["name"], by_both["false"]) == ("door_held north-panel", 2)
    async with housed.browser("far") as far:
        assert (await far.get("/api/floods")).json()["items"] == []
        assert (await far.get("/api/statistics/verdicts")).json()["by_rule"] == []


async def test_a_verdict_on_an_incident_counts_once_for_each_of_its_situations(
    housed: Housed,
) -> None:
    """And whoever's alert opened it stands for the devices; nothing else is changed by it."""
    opened, seen = evidence("opened", "door.opened"), evidence("in_yard", "zone.entered")
    yard = evidence("in_yard", "zone.entered", 5, device="yard-cam")
    parts = (("door_forced", (opened,)), ("loitering", (seen, yard)), ("loitering", (yard,)))
    await take(housed, *(
        alert(f"v{n}", incident="i1", handler="property", rule=rule, evidence=items,
              opened_at=NINE + n)
        for n, (rule, items) in enumerate(parts)
    ))  # fmt: skip
    async with housed.browser("zhao") as zhao, housed.browser("du") as du:
        for kind, more in (
            ("accept", {}), ("handle", {"why": "看过"}), ("close", {"verdict": "false"}),
        ):  # fmt: skip
            await done(zhao, kind, "i1", **more)
        told = (await du.get("/api/statistics/verdicts")).json()
    names = {part: [row["name"] for row in told[part]] for part in told if part != "since"}
    assert names == {
        "by_rule": ["door_forced", "loitering"],
        "by_device": ["north-panel", "yard-cam"],
        "by_rule_and_device": ["door_forced north-panel", "door_forced yard-cam"],
    }
    assert all(row["false"] == 1 for part in names for row in told[part])
