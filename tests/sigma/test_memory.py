"""What is over takes no room, and what stands takes little."""

from typing import Any

import orjson
import pytest

from processors.core.estate import Estate, new_estate
from processors.core.machine import Machine, Output
from processors.core.replay import in_order, step
from processors.core.rule import rule_set
from schemas.correlation import DAY_MS
from schemas.events import Event
from tests.core.make import T0
from tests.sigma.make import at, document, rule

CARS = 30
BYTES_MAX = 1_536
"""Of a key's state, deadlines and all, as it is kept: what the city's traffic may cost."""
SEEN = {"a": {"type": "vehicle.entered"}, "b": {"type": "vehicle.exited"}}
BY = {"group-by": ["plate"], "timespan": "1h"}
KINDS: list[dict[str, Any]] = [
    {"type": "event_count", "rules": ["a", "b"], "condition": {"gte": 3}, **BY},
    {"type": "event_count", "rules": ["a", "b"], "condition": {"lt": 2}, **BY},
    {"type": "value_count", "rules": ["a", "b"], "condition": {"gte": 3, "field": "place"}, **BY},
    {"type": "temporal", "rules": ["a", "b"], **BY},
    {"type": "temporal_ordered", "rules": ["b", "a"], **BY},
    {"type": "temporal_ordered", "rules": ["a", "b"], "without": ["a"], **BY},
    {"type": "absent", "rules": ["a", "b"], **BY},
    {"type": "absent", "rules": ["a", "b"], "renew": True, **BY},
]
WALKS = [("ab", 60), ("aab", 60), ("a", 0), ("b", 0), ("ba", 60), ("aba", 3_000), ("aaaa", 3_599)]


def traffic() -> list[Event]:
    """Cars that come and go in several ways."""
    words = {"a": "vehicle.entered", "b": "vehicle.exited"}
    return [
        at(words[kind], 100 * car + number * apart_s, f"g{number % 2}", subject=f"car-{car}")
        for car in range(CARS)
        for walk, apart_s in [WALKS[car % len(WALKS)]]
        for number, kind in enumerate(walk)
    ]


def after(told: dict[str, Any], until: int) -> Estate:
    """The estate at a time (ms), with nothing more arriving."""
    machine, estate, out = (
        Machine(rule_set([rule(document(SEEN, told))])),
        new_estate("e"),
        Output(),
    )
    for event in in_order(traffic()):
        step(machine, estate, event, out)
    machine.fire(estate, until, out)
    return estate


@pytest.mark.parametrize("told", KINDS, ids=lambda told: f"{told['type']}-{told.get('condition')}")
def test_nothing_is_remembered_for_ever(told: dict[str, Any]) -> None:
    estate = after(told, T0 + 3 * 366 * DAY_MS)
    estate.take_dirty()
    assert estate.records == {}
    assert estate.deadlines == []
    assert estate.open_alerts == set()


@pytest.mark.parametrize("told", KINDS, ids=lambda told: f"{told['type']}-{told.get('condition')}")
def test_a_key_takes_little_room(told: dict[str, Any]) -> None:
    estate = after(told, T0)
    sizes = []
    for raw in estate.take_dirty().values():
        plain = orjson.loads(raw or b"{}") | {"a": []}
        sizes.append(len(orjson.dumps(plain)))
    assert sizes
    assert sum(sizes) / len(sizes) <= BYTES_MAX
