"""A short month of a small estate against all rules: the bars of the feed and of the read models.

The whole month is `python -m bench.oracle`. Here so much happens in so few days that each bar is
held by the sum; single situations have one or two cases and must not be missed whole.
"""

from itertools import islice

import pytest

from bench.oracle.city import sightings
from bench.oracle.judge import Verdict, judge_city, run
from bench.oracle.month import Month
from bench.oracle.score import PRECISION_MIN, RECALL_MIN, RuleScore, overall
from bench.oracle.settings import RULES
from bench.oracle.site import Size
from bench.oracle.table import load, scores_of
from bench.oracle.views import JUDGED_RIGHT_MIN, NOT_JUDGED_MAX, homes_score
from bench.oracle.world import world
from bench.oracle.writer import Writer, events
from schemas.events import Event

SEED, DAYS, SIZE = 1, 10, Size(buildings=2, homes_a_unit=12, beat_s=900)


@pytest.fixture(scope="module")
def month() -> Month:
    return Month(world(SEED, DAYS, SIZE, RULES))


@pytest.fixture(scope="module")
def writer(month: Month) -> Writer:
    return Writer(month.world.estate)


@pytest.fixture(scope="module")
def log(month: Month, writer: Writer) -> list[Event]:
    return list(events(month, writer))


@pytest.fixture(scope="module")
def verdict(month: Month, log: list[Event]) -> Verdict:
    verdict = run(log)
    judge_city(verdict, sightings(month))
    return verdict


@pytest.fixture(scope="module")
def scores(month: Month, verdict: Verdict, writer: Writer) -> dict[str, RuleScore]:
    return scores_of(month, verdict, writer)


def test_what_was_made_to_happen_is_found(scores: dict[str, RuleScore]) -> None:
    recall, _ = overall(scores.values())
    missed = {rule: found.missed for rule, found in scores.items() if found.missed}
    assert recall >= RECALL_MIN, missed
    assert not [rule for rule, found in scores.items() if found.expected and not found.found]


def test_something_stands_behind_what_is_told(scores: dict[str, RuleScore]) -> None:
    _, precision = overall(scores.values())
    false = {rule: [alert.reason.en for alert in s.false] for rule, s in scores.items() if s.false}
    assert precision >= PRECISION_MIN, false


def test_it_is_told_as_the_catalogue_says(scores: dict[str, RuleScore]) -> None:
    odd = {rule: found.odd for rule, found in scores.items() if found.told_wrong}
    assert sum(found.told_wrong for found in scores.values()) <= 0.01 * sum(
        found.found for found in scores.values()
    ), odd


def test_an_officer_can_live_with_the_feed(month: Month, verdict: Verdict) -> None:
    asked = load(month, verdict)
    assert asked.pushes
    assert not asked.faults()


def test_homes_are_judged_rightly(month: Month, verdict: Verdict) -> None:
    homes = homes_score(month.world.homes, verdict.views.values(), month.world.calendar.end)
    assert homes.shown >= 40
    assert homes.not_judged_share <= NOT_JUDGED_MAX
    assert homes.right_share >= JUDGED_RIGHT_MIN, homes.wrong


def test_the_same_seed_tells_the_same_story(log: list[Event]) -> None:
    again = Month(world(SEED, DAYS, SIZE, RULES))
    few = list(islice(events(again, Writer(again.world.estate)), 2000))
    assert [event.to_json() for event in few] == [event.to_json() for event in log[:2000]]
