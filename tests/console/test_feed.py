"""What is in sight, and in which order."""

import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.feed import AlertFilter, Feed, Quieted, highest
from console.incidents import Incident
from schemas.alerts import Alert
from tests.console.samples import HOUR, MINUTE, NINE, alert, suppressed

ORDERED = [
    alert("red-new", severity="red", opened_at=NINE + MINUTE),
    alert("red-a", severity="red"),
    alert("red-b", severity="red"),
    alert("orange", severity="orange", opened_at=NINE + HOUR),
    alert("yellow", severity="yellow", opened_at=NINE + 2 * HOUR),
    alert("blue-new", severity="blue", opened_at=NINE + 3 * HOUR),
    alert("blue-old", severity="blue", opened_at=NINE - HOUR, delivery="push"),
]


def ids(shown: Sequence[Alert | Incident]) -> list[str]:
    return [one.id for one in shown]


def feed_of(*alerts: Alert, size: int = 100) -> Feed:
    feed = Feed(size)
    for one in alerts:
        feed.put(one)
    return feed


@pytest.mark.parametrize("seed", range(5))
def test_gravest_first_then_newest_whatever_the_order_of_arrival(seed: int) -> None:
    shuffled = random.Random(seed).sample(ORDERED, k=len(ORDERED))
    assert ids(feed_of(*shuffled).ordered()) == ids(ORDERED)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=12))
def test_the_highest_revision_holds_in_any_order_and_doubled(revisions: list[int]) -> None:
    feed = feed_of(*(alert(revision=n) for n in revisions))
    assert [one.lead.revision for one in feed.ordered()] == [max(revisions)]
    assert [one.revision for one in highest(alert(revision=n) for n in revisions)] == [
        max(revisions)
    ]


def test_only_what_is_news_is_taken_in() -> None:
    feed = feed_of(alert(revision=3))
    assert not feed.put(alert(revision=3))
    assert not feed.put(alert(revision=2))
    assert feed.put(alert(revision=4, severity="red"))
    assert [one.lead.severity for one in feed.ordered()] == ["red"]


def test_statistics_and_the_suppressed_get_no_card() -> None:
    feed = feed_of(alert("a", delivery="statistic"), suppressed("b"))
    assert not feed.ordered()


def test_an_alert_that_is_suppressed_later_goes_out_of_sight() -> None:
    feed = feed_of(alert("a"))
    assert feed.put(suppressed("a", revision=1))
    assert feed.get("a") is None


def test_the_cleared_stay_in_sight_for_a_while_and_the_standing_for_ever() -> None:
    feed = feed_of(
        alert("stands", opened_at=NINE - 100 * HOUR),
        alert("just-cleared", cleared_at=NINE),
        alert("long-cleared", cleared_at=NINE - 1),
    )
    assert feed.prune(cleared_before=NINE) == ["long-cleared"]
    assert sorted(ids(feed.ordered())) == ["just-cleared", "stands"]


def test_what_is_still_wanted_stays_and_its_whole_incident_with_it() -> None:
    feed = feed_of(
        alert("first", cleared_at=NINE - 2),
        alert("second", incident="first", cleared_at=NINE - 1),
        alert("other", cleared_at=NINE - 1),
    )
    assert feed.prune(NINE, {"second"}.__contains__) == ["other"]
    assert feed.get("first") is not None


def test_beyond_its_size_the_least_grave_and_oldest_go() -> None:
    feed = feed_of(*ORDERED, size=5)
    assert feed.prune(cleared_before=0) == ["blue-new", "blue-old"]
    assert ids(feed.ordered()) == ids(ORDERED[:5])


FORCED = alert(severity="red", delivery="push")


@pytest.mark.parametrize(
    ("asked", "one", "holds"),
    [
        ({}, FORCED, True),
        ({"severity": "red"}, FORCED, True),
        ({"severity": "blue"}, FORCED, False),
        ({"rule": "door_forced"}, FORCED, True),
        ({"rule": "duress"}, FORCED, False),
        ({"estate": "lakeside"}, FORCED, True),
        ({"estate": "hillside"}, FORCED, False),
        ({"delivery": "push"}, FORCED, True),
        ({"delivery": "list"}, FORCED, False),
        ({"severity": "red", "delivery": "list"}, FORCED, False),
        ({}, suppressed("s"), False),
        ({"suppressed": "true"}, suppressed("s"), True),
        ({"suppressed": "true"}, FORCED, False),
        ({"suppressed": "any"}, suppressed("s"), True),
        ({"suppressed": "any"}, FORCED, True),
    ],
)
def test_filters(asked: dict[str, Any], one: Alert, holds: bool) -> None:
    assert AlertFilter(**asked).holds(one) is holds


def test_the_quieted_of_today_are_kept_newest_first_of_all() -> None:
    kept = Quieted(2)
    assert kept.put(suppressed("a"))
    assert not kept.put(suppressed("a"))
    assert kept.put(suppressed("a", revision=1))
    assert not kept.put(alert("b"))
    kept.put(suppressed("b", opened_at=NINE + 1))
    kept.put(suppressed("c", opened_at=NINE + 2))
    assert kept.prune(opened_before=0)
    assert sorted(ids_of(kept)) == ["b", "c"]
    assert kept.put(alert("c", revision=3))
    assert not kept.prune(opened_before=NINE)
    assert kept.prune(opened_before=NINE + 2)
    assert ids_of(kept) == []


def ids_of(kept: Quieted) -> list[str]:
    return [one.id for one in kept.all()]
