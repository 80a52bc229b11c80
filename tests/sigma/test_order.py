"""`temporal` and `temporal_ordered`, and both against a search through the whole log."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.core.effects import OpenAlert
from processors.core.rule import Situation
from processors.sigma.order import Chains
from schemas.events import Event
from tests.core.make import T0, config, event
from tests.sigma.make import alerts, at, document, opened, rule

KINDS = {
    "a": {"type": "plate.read", "place": "a"},
    "b": {"type": "plate.read", "place": "b"},
    "c": {"type": "plate.read", "place": "c"},
}
ANY = {"any": {"type": "plate.read"}}
BY = {"group-by": ["plate"]}


def passed(*where: tuple[float, str], subject: str = "car") -> list[Event]:
    return [at("plate.read", time, place, subject=subject) for time, place in where]


def told(kind: str, *rules: str, **more: Any) -> dict[str, Any]:
    used = {name: KINDS[name] for name in rules} | (ANY if "without" in more else {})
    return document(used, {"type": kind, "rules": list(rules), **BY, **more})


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ([(0, "a"), (1, "b")], [1]),
        ([(0, "b"), (1, "a")], [1]),
        ([(0, "a"), (60, "b")], [60]),
        ([(0, "a"), (61, "b")], []),
        ([(0, "a"), (30, "a"), (90, "b")], [90]),
        ([(0, "a"), (1, "a")], []),
    ],
)
def test_together(where: list[tuple[float, str]], found: list[float]) -> None:
    assert opened(told("temporal", "a", "b"), passed(*where)) == found


def test_some_of_several_together() -> None:
    plain = told("temporal", "a", "b", "c", condition={"gte": 2})
    assert opened(plain, passed((0, "c"), (1, "a"))) == [1]
    assert opened(told("temporal", "a", "b", "c"), passed((0, "c"), (1, "a"))) == []


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ([(0, "a"), (1, "b")], [1]),
        ([(0, "b"), (1, "a")], []),
        ([(0, "b"), (1, "a"), (2, "b")], [2]),
        ([(0, "a"), (60, "b")], [60]),
        ([(0, "a"), (61, "b")], []),
        ([(0, "a"), (40, "a"), (61, "b")], [61]),
        ([(0, "a"), (1, "c"), (2, "b")], [2]),
    ],
)
def test_one_after_the_other(where: list[tuple[float, str]], found: list[float]) -> None:
    assert opened(told("temporal_ordered", "a", "b"), passed(*where)) == found


def test_the_evidence_is_the_shortest_series() -> None:
    plain = told("temporal_ordered", "a", "b", "c")
    (alert,) = alerts(plain, passed((0, "a"), (5, "b"), (10, "a"), (20, "b"), (30, "c")))
    assert [(item.step, item.time - T0) for item in alert.evidence] == [
        ("a", 10_000), ("b", 20_000), ("c", 30_000),
    ]  # fmt: skip


def test_one_reading_is_one_step() -> None:
    twice = {"one": KINDS["a"], "two": KINDS["a"]}
    plain = document(twice, {"type": "temporal_ordered", "rules": ["one", "two"], **BY})
    assert opened(plain, passed((0, "a"))) == []
    (alert,) = alerts(plain, passed((0, "a"), (3, "a")))
    assert [(item.step, item.time - T0) for item in alert.evidence] == [("one", 0), ("two", 3_000)]
    assert opened(told("temporal_ordered", "a", "b", "a"), passed((0, "a"), (1, "b"))) == []


def test_of_another_vehicle_is_another_series() -> None:
    other = passed((1, "b"), subject="other")
    assert opened(told("temporal_ordered", "a", "b"), [*passed((0, "a")), *other]) == []


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ([(0, "a"), (1, "b")], [1]),
        ([(0, "a"), (1, "c"), (2, "b")], []),
        ([(0, "c"), (1, "a"), (2, "b"), (3, "b")], [2]),
        ([(0, "a"), (1, "a"), (2, "b")], [2]),
    ],
)
def test_with_nothing_between(where: list[tuple[float, str]], found: list[float]) -> None:
    plain = told("temporal_ordered", "a", "b", without=["any"], **{"timespan": "60s"})
    assert opened(plain | {"clear-after": "1s"}, passed(*where)) == found


def test_together_with_nothing_between() -> None:
    plain = told("temporal", "a", "b", without=["any"])
    assert opened(plain, passed((0, "a"), (1, "b"))) == []
    plain = document(
        {**{k: KINDS[k] for k in "ab"}, "c": KINDS["c"]},
        {"type": "temporal", "rules": ["a", "b"], "without": ["c"], **BY},
    )
    assert opened(plain, passed((0, "a"), (1, "c"), (2, "b"))) == []
    assert opened(plain, passed((0, "c"), (1, "a"), (2, "b"))) == [2]


Steps = list[tuple[int, str]]
walks = st.lists(st.tuples(st.integers(0, 200), st.sampled_from("abcd")), max_size=12)


def completed(walk: Steps, wanted: Sequence[str], span: int) -> list[int]:
    """By search: the readings that complete the series within the span."""
    found = set()
    for chosen in combinations(range(len(walk)), len(wanted)):
        times = [walk[n][0] for n in chosen]
        if [walk[n][1] for n in chosen] == list(wanted) and times[-1] - times[0] <= span:
            found.add(chosen[-1])
    return sorted(found)


def found_in(walk: Steps, wanted: list[str]) -> list[int]:
    """By the rule: the readings with which it raises an alert."""
    made, estate = rule(told("temporal_ordered", *wanted)), config()
    state, found = Chains(), []
    for number, (time, place) in enumerate(walk):
        one = event("plate.read", time, place, subject="car", id=f"{number}")
        for scope in made.scopes(one, estate):
            now = Situation(made.params(), estate, scope, place, one.at, 2_000)
            state, effects = made.step(now, state, one)
            found += [number for effect in effects if isinstance(effect, OpenAlert)]
    return found


@given(walks, st.lists(st.sampled_from("abc"), min_size=2, max_size=4))
def test_every_series_is_found_and_no_other(walk: Steps, wanted: list[str]) -> None:
    walk = sorted(walk, key=lambda step: step[0])
    assert found_in(walk, wanted) == completed(walk, wanted, 60)
