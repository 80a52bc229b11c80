"""`event_count` and `value_count`."""

from typing import Any

import pytest

from processors.core.replay import replay
from processors.core.rule import rule_set
from schemas.events import Event
from tests.core.make import T0, event
from tests.sigma.make import END, alerts, at, document, opened, rule

DENIED = {"denied": {"type": "access.denied"}}
THREE = {"type": "event_count", "rules": ["denied"], "condition": {"gte": 3}}


def denials(*times: float, place: str = "d1", **more: Any) -> list[Event]:
    return [at("access.denied", time, place, **more) for time in times]


@pytest.mark.parametrize(
    ("times", "found"),
    [
        ((0, 1, 2), [2]),
        ((0, 30, 60), [60]),
        ((0, 30, 61), []),
        ((0, 30, 61, 90), [90]),
        ((0, 1), []),
        ((0, 1, 2, 3, 50), [2]),
        ((0, 1, 2, 62), [2]),
        ((0, 1, 2, 70, 71, 72), [2, 72]),
    ],
)
def test_so_many_within_a_timespan(times: tuple[float, ...], found: list[float]) -> None:
    assert opened(document(DENIED, THREE), denials(*times)) == found


def test_groups_are_counted_for_themselves() -> None:
    plain = document(DENIED, THREE | {"group-by": ["place"]})
    mixed = [*denials(0, 1), *denials(2, 3, place="d2")]
    assert opened(plain, mixed) == []
    (alert,) = alerts(plain, [*mixed, *denials(4)])
    assert (alert.key, alert.place, alert.subject) == ("d1", "d1", None)
    assert opened(document(DENIED, THREE), mixed) == [2]


def test_a_reading_without_the_groups_field_is_in_no_group() -> None:
    plain = document(DENIED, THREE | {"group-by": ["subject"]})
    assert opened(plain, denials(0, 1, 2)) == []
    (alert,) = alerts(plain, denials(0, 1, 2, subject="card"))
    assert (alert.key, alert.subject) == ("card", "card")


def test_all_fields_of_a_group_must_agree() -> None:
    plain = document(DENIED, THREE | {"group-by": ["subject", "place"]})
    assert opened(plain, [*denials(0, 1, subject="a"), *denials(2, place="d2", subject="a")]) == []
    assert [a.key for a in alerts(plain, denials(0, 1, 2, subject="a"))] == ["a|d1"]


def test_an_alert_stands_until_nothing_has_joined_it_for_a_while() -> None:
    plain = document(DENIED, THREE, **{"clear-after": "20s"})
    (first, second) = alerts(plain, denials(0, 1, 2, 22, 43, 44))
    assert [(a.opened_at - T0, (a.cleared_at or 0) - T0) for a in (first, second)] == [
        (2_000, 42_000), (43_000, 64_000),
    ]  # fmt: skip
    assert [item.id for item in first.evidence] == [
        f"access.denied@{n}/d1/None" for n in (0, 1, 2, 22)
    ]


def test_what_makes_it_forgotten_makes_the_count_begin_anew() -> None:
    detection = DENIED | {"granted": {"type": "access.granted"}}
    plain = document(detection, THREE | {"without": ["granted"]})
    assert opened(plain, [*denials(0, 1, 3), at("access.granted", 2)]) == []
    assert opened(plain, [*denials(0, 1, 3, 4, 5), at("access.granted", 2)]) == [5]


def test_the_words_say_how_many_and_where() -> None:
    places = [{"id": "d1", "kind": "door", "name": {"zh": "东门", "en": "East Door"}}]
    (alert,) = alerts(document(DENIED, THREE), denials(0, 10, 40), places=places)
    assert alert.reason.zh == "蓝·自定｜东门 08:00｜共3次，40秒，由东门到东门。请看录像。再去现场。"
    assert alert.reason.en == (
        "Blue, own: East Door, 08:00. 3 in 40 s. look at the recording. then go there."
    )
    assert set(alert.steps) == {"denied"}


DOORS = {"type": "value_count", "rules": ["denied"], "group-by": ["subject"]}


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ([(0, "a"), (1, "b"), (2, "c")], [2]),
        ([(0, "a"), (1, "b"), (2, "a"), (3, "a")], []),
        ([(0, "a"), (30, "b"), (40, "a"), (90, "c")], [90]),
        ([(0, "a"), (30, "b"), (61, "c")], []),
    ],
)
def test_so_many_different_values(where: list[tuple[float, str]], found: list[float]) -> None:
    plain = document(DENIED, DOORS | {"condition": {"field": "place", "gte": 3}})
    events = [at("access.denied", time, place, subject="card") for time, place in where]
    assert opened(plain, events) == found


def test_a_reading_without_the_value_does_not_count() -> None:
    plain = document(DENIED, DOORS | {"condition": {"field": "reader", "gt": 1}})
    events = [
        at("access.denied", n, subject="card", **more)
        for n, more in enumerate(({}, {"reader": "r1"}, {"reader": "r1"}, {"reader": "r2"}))
    ]
    assert opened(plain, events) == [3]


@pytest.mark.parametrize(
    ("condition", "times", "found"),
    [
        ({"lt": 2}, (0,), [60]),
        ({"lt": 2}, (0, 60), []),
        ({"lt": 2}, (0, 61), [60, 121]),
        ({"eq": 2}, (0, 1), [60]),
        ({"eq": 2}, (0, 1, 2), []),
        ({"gte": 2, "lte": 3}, (0, 1, 2), [60]),
        ({"neq": 1}, (0, 1, 2), [60]),
        ({"neq": 1}, (0,), []),
        ({"lte": 1}, (5, 70), [65, 130]),
    ],
)
def test_what_more_may_end_is_judged_when_the_time_is_up(
    condition: dict[str, int], times: tuple[float, ...], found: list[float]
) -> None:
    told = {"type": "event_count", "rules": ["denied"], "condition": condition}
    assert opened(document(DENIED, told), denials(*times)) == found


def test_too_few_are_not_judged_where_input_was_missing() -> None:
    plain = document(DENIED, THREE | {"condition": {"lt": 2}})
    gap = event("clock.ticked", 40, "e", gap_from=T0 + 20_000, gap_until=T0 + 40_000)
    out = replay([*denials(0), gap], rule_set([rule(plain)]), until=END)
    assert out.alerts == {}
    assert [(m.step, m.reason) for m in out.near_misses] == [
        ("denied", "not judged: input was missing")
    ]


def test_what_was_not_enough_is_told_as_a_near_miss() -> None:
    plain = document(DENIED, THREE | {"condition": {"eq": 2}})
    out = replay(denials(0), rule_set([rule(plain)]), until=END)
    assert [m.reason for m in out.near_misses] == ["1 in 60s"]


def test_a_count_beyond_what_is_kept_whole_is_still_a_count() -> None:
    many = THREE | {"condition": {"gte": 45}}
    assert opened(document(DENIED, many), denials(*range(46))) == [44]
    (alert,) = alerts(document(DENIED, many), denials(*range(45)))
    assert alert.reason.zh.split("｜")[2].startswith("共45次")
    assert len(alert.evidence) == 20


def test_each_reading_that_joins_an_alert_is_counted_once() -> None:
    plain = document(DENIED, THREE | {"timespan": "1h"})
    (alert,) = alerts(plain, denials(*range(100)))
    assert (len(alert.evidence), alert.evidence_more, alert.revision) == (50, 50, 99)
    again = document(DENIED, THREE, **{"clear-after": "5s"})
    (first, second) = alerts(again, denials(0, 1, 2, 10))
    assert [len(found.evidence) for found in (first, second)] == [3, 4]
