"""The score itself: what counts as found, as true, as told rightly."""

from typing import Any

import pytest

from bench.oracle.score import overall, score
from bench.oracle.truth import SLACK_MS, Expected
from schemas.alerts import Alert, Suppression
from schemas.base import Words

WORDS = Words(zh="门", en="door")
AT = 1_000_000


def alert(**changes: Any) -> Alert:
    plain: dict[str, Any] = {
        "id": "a", "revision": 1, "rule": "door_held", "rule_version": "1", "estate": "e",
        "key": "d1", "severity": "blue", "handler": "property", "delivery": "list", "place": "d1",
        "place_name": WORDS, "opened_at": AT, "updated_at": AT, "reason": WORDS,
    }  # fmt: skip
    return Alert.model_validate({**plain, **changes})


def expected(**changes: Any) -> Expected:
    plain: dict[str, Any] = {
        "rule": "door_held", "places": ("d1",), "began": AT - 5_000, "until": AT + 5_000,
    }  # fmt: skip
    return Expected(**{**plain, **changes})


def names(one: Expected) -> frozenset[str]:
    return frozenset((one.subject,)) if one.subject else frozenset()


def figures(told: list[Alert], wanted: list[Expected]) -> tuple[int, int, int, int]:
    found = score(told, wanted, names)["door_held"]
    return found.expected, found.found, found.alerts, found.true


def test_an_alert_in_its_time_and_place_is_found_and_true() -> None:
    assert figures([alert()], [expected()]) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    "other",
    [
        {"place": "d2"},
        {"opened_at": AT + 60_000, "updated_at": AT + 60_000},
        {"opened_at": AT - 60_000, "cleared_at": AT - 50_000, "updated_at": AT - 50_000},
        {"found_afterwards": True},
    ],
)
def test_elsewhere_or_at_another_time_it_is_missed_and_false(other: dict[str, Any]) -> None:
    assert figures([alert(**other)], [expected()]) == (1, 0, 1, 0)


def test_another_subject_is_another_matter() -> None:
    assert figures([alert(subject="x")], [expected(subject="y")]) == (1, 0, 1, 0)
    assert figures([alert(subject="y")], [expected(subject="y")]) == (1, 1, 1, 1)


def test_what_joins_an_open_alert_is_found() -> None:
    open_before = alert(opened_at=AT - 600_000, updated_at=AT + 1_000)
    assert figures([open_before], [expected()]) == (1, 1, 1, 0 + 1)
    stale = alert(opened_at=AT - 600_000, updated_at=AT - 5_000 - SLACK_MS - 1)
    assert figures([stale], [expected()]) == (1, 0, 1, 0)


def test_a_habit_may_be_told_and_need_not_be() -> None:
    assert figures([], [expected(kind="habit")]) == (0, 0, 0, 0)
    assert figures([alert()], [expected(kind="habit")]) == (0, 0, 1, 1)


def test_what_was_kept_with_its_cause_was_told_to_nobody() -> None:
    kept = alert(suppressed=Suppression(by="fire_unlock|b1", reason=WORDS))
    assert figures([kept], [expected()]) == (1, 0, 0, 0)
    assert figures([kept], []) == (0, 0, 0, 0)


def test_another_level_is_found_and_told_wrongly() -> None:
    found = score([alert()], [expected(severity="yellow", delivery="push")], names)["door_held"]
    assert (found.found, found.told_wrong) == (1, 1)


def test_all_together() -> None:
    false = alert(id="b", place="d9")
    scores = score([alert(), false], [expected(), expected(places=("d3",))], names)
    assert overall(scores.values()) == (0.5, 0.5)
