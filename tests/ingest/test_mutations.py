"""Mutated payloads of every adapter, and bombs: each an event or a refusal, and soon."""

import itertools
import time

import pytest

from ingest.mapping import Mapper
from ingest.message import Message, Rejected
from ingest.registry import Registry
from tests.ingest.cases import adapters, cases, shipped
from tests.ingest.mutations import Bomb, bombs, mutated

AT = 1_790_000_000_000
COUNT = 6_000
FAR_TOO_LONG_S = 1.0
"""Not a speed to hold (`python -m bench.fuzz` measures that) but what only a runaway reaches."""
MAPPER = Mapper(shipped(), Registry(None))


def test_mutated_payloads_become_events_or_a_refusal_with_a_reason() -> None:
    seeds = [case.message for case in cases() if len(case.payload) < 20_000]
    assert {case.adapter for case in cases()} == {adapter.spec.name for adapter in adapters()}
    refused = 0
    for message in itertools.islice(mutated(seeds, seed=3), COUNT):
        began = time.perf_counter()
        found = MAPPER.read(message)
        assert time.perf_counter() - began < FAR_TOO_LONG_S, message
        if isinstance(found, Rejected):
            refused += 1
            assert found.reason.strip()
            assert "\n" not in found.reason
        else:
            assert all(event.to_json() for event in found)
    assert COUNT / 10 < refused < COUNT


@pytest.mark.parametrize("bomb", bombs(), ids=lambda bomb: bomb.name)
@pytest.mark.parametrize("topic", ["", "devices/d/hikvision", "devices/d/dahua"])
def test_a_bomb_is_refused_by_name(bomb: Bomb, topic: str) -> None:
    found = MAPPER.read(Message(topic, bomb.payload, AT))
    assert isinstance(found, Rejected)
    assert bomb.refused_for in found.reason
