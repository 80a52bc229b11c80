"""Alerts of one visit are one incident."""

import random
from typing import Any

import httpx
import pytest

from console.feed import Feed
from console.incidents import IncidentLine, grouped, incident_line, joined, rings
from console.office import Office
from schemas.alerts import Alert
from tests.console.samples import HOUR, MINUTE, NINE, alert, suppressed
from tests.console.test_api import fill, http

__all__ = ["http"]
FORCED = alert("forced")
PERSON = alert("person", incident="forced", severity="orange", opened_at=NINE + MINUTE)
BREAK_IN = alert(
    "break-in", incident="forced", severity="red", delivery="push", opened_at=NINE + 2 * MINUTE
)
LEAVING = alert("leaving", incident="forced", severity="blue", opened_at=NINE + 9 * MINUTE)
ALONE = alert("alone", severity="orange", opened_at=NINE - HOUR)
VISIT = [FORCED, PERSON, BREAK_IN, LEAVING]


@pytest.mark.parametrize(
    ("alerts", "expected"),
    [
        ([], []),
        ([FORCED], [("forced", "forced", ["forced"])]),
        ([alert("own", incident="own")], [("own", "own", ["own"])]),
        (VISIT, [("forced", "break-in", ["forced", "person", "break-in", "leaving"])]),
        # The first of the visit may be out of sight, or suppressed.
        ([PERSON, LEAVING], [("forced", "person", ["person", "leaving"])]),
        (
            [*VISIT, ALONE],
            [
                ("forced", "break-in", ["forced", "person", "break-in", "leaving"]),
                ("alone", "alone", ["alone"]),
            ],
        ),
        # Equally grave: the newer speaks.
        (
            [alert("a"), alert("b", incident="a", opened_at=NINE + 1)],
            [("a", "b", ["a", "b"])],
        ),
        # The gravest first, of equally grave ones the newest.
        (
            [alert("a"), alert("b", opened_at=NINE + 1), alert("c", severity="red")],
            [("c", "c", ["c"]), ("b", "b", ["b"]), ("a", "a", ["a"])],
        ),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_alerts_are_grouped_in_time_order_whatever_their_order(
    alerts: list[Alert], expected: list[Any], seed: int
) -> None:
    shuffled = random.Random(seed).sample(alerts, k=len(alerts))
    found = [(one.id, one.lead.id, [a.id for a in one.alerts]) for one in grouped(shuffled)]
    assert found == expected


@pytest.mark.parametrize(
    ("given", "sounds"),
    [
        ({}, True),
        ({"found_afterwards": True}, False),
        ({"cleared_at": NINE}, False),
        ({"severity": "orange"}, False),
        ({"silent_on_site": True}, True),
    ],
)
def test_what_rings(given: dict[str, Any], sounds: bool) -> None:
    assert rings(alert(**{"severity": "red"} | given)) is sounds


def test_an_incident_is_over_once_all_of_it_is() -> None:
    over = alert("a", cleared_at=NINE + MINUTE)
    stands = alert("b", incident="a")
    later = alert("b", 1, incident="a", cleared_at=NINE + HOUR)
    assert joined("a", [over, stands]).cleared_at is None
    assert joined("a", [over, later]).cleared_at == NINE + HOUR


def test_a_line_says_the_gravest_alerts_words_and_the_most_urgent_way() -> None:
    quiet = LEAVING.model_copy(update={"updated_at": NINE + HOUR, "found_afterwards": True})
    line = incident_line(joined("forced", [FORCED, quiet, BREAK_IN]))
    assert (line.severity, line.lead, line.delivery) == ("red", "break-in", "push")
    assert (line.opened_at, line.updated_at, line.cleared_at) == (NINE, NINE + HOUR, None)
    assert (line.count, line.alerts) == (3, ("forced", "break-in", "leaving"))
    assert not line.found_afterwards
    assert incident_line(joined("forced", [quiet])).found_afterwards


def test_a_feed_keeps_an_incident_whole_for_as_long_as_one_alert_stands() -> None:
    feed = Feed(10)
    feed.put(FORCED.model_copy(update={"cleared_at": NINE}))
    feed.put(PERSON)
    assert feed.prune(cleared_before=NINE + HOUR) == []
    feed.put(PERSON.model_copy(update={"revision": 1, "cleared_at": NINE + 1}))
    assert feed.prune(cleared_before=NINE + HOUR) == ["forced"]
    assert len(feed) == 0


def test_an_alert_that_is_suppressed_leaves_the_rest_of_its_incident() -> None:
    feed = Feed(10)
    for one in VISIT:
        feed.put(one)
    feed.put(suppressed("break-in", revision=1, incident="forced"))
    (left,) = feed.ordered()
    assert (left.lead.id, len(left.alerts)) == ("person", 3)


async def test_the_api_lists_incidents_and_the_alerts_stay_a_flat_list(
    office: Office, http: httpx.AsyncClient
) -> None:
    await fill(office, *VISIT, ALONE)
    answer = await http.get("/api/incidents")
    lines = [IncidentLine.model_validate(line) for line in answer.json()["items"]]
    assert [(line.id, line.count) for line in lines] == [("forced", 4), ("alone", 1)]
    assert lines[0] == incident_line(joined("forced", VISIT))
    assert len((await http.get("/api/alerts")).json()) == 5


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"severity": "red"}, ["forced"]),
        ({"severity": "blue"}, []),
        ({"estate": "hillside"}, []),
        ({"limit": 1}, ["forced"]),
    ],
)
async def test_the_list_of_incidents_is_filtered(
    office: Office, http: httpx.AsyncClient, asked: dict[str, Any], found: list[str]
) -> None:
    await fill(office, *VISIT, ALONE)
    answer = await http.get("/api/incidents", params=asked)
    assert [line["id"] for line in answer.json()["items"]] == found
