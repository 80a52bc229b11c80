"""Files of events: the same bytes, a fast pen, and memory that does not grow."""

import io
import time
import tracemalloc
from itertools import islice
from typing import Any

import orjson

from deploy.simulation.estate import Estate
from deploy.simulation.events import EventWriter
from deploy.simulation.files import write_events
from deploy.simulation.timeline import Timeline
from schemas.base import parse_instant

EVENTS_PER_S_MIN = 20_000
MB = 1024 * 1024
LEFT_MAX, MOST_MAX = 4 * MB, 8 * MB
"""1 and 2 MB were measured; one fact kept of each event would take 15, one line 28."""


class Nowhere(io.BytesIO):
    """Takes lines and keeps their number only."""

    lines = 0

    def write(self, line: Any) -> int:
        self.lines += 1
        return len(line)


def write(estate: Estate, seed: int, count: int) -> tuple[bytes, bytes]:
    out, truth = io.BytesIO(), io.BytesIO()
    write_events(Timeline.of_day(estate, seed, tick_s=60), count, out, truth)
    return out.getvalue(), truth.getvalue()


def test_as_many_lines_as_asked_for_in_order_of_arrival(estate: Estate) -> None:
    out, _ = write(estate, 7, 5000)
    times = [parse_instant(orjson.loads(line)["data"]["received_at"]) for line in out.splitlines()]
    assert len(times) == 5000
    assert times == sorted(times)


def test_the_same_seed_gives_the_same_file(estate: Estate) -> None:
    assert write(estate, 7, 4000) == write(estate, 7, 4000)
    assert write(estate, 7, 4000)[0] != write(estate, 8, 4000)[0]


def test_a_shorter_file_is_the_beginning_of_a_longer_one(estate: Estate) -> None:
    assert write(estate, 7, 4000)[0].startswith(write(estate, 7, 1500)[0])


def test_truths_are_told_only_as_far_as_the_events_go(estate: Estate) -> None:
    out, truth = write(estate, 7, 2000)
    last = orjson.loads(out.splitlines()[-1])["data"]["received_at"]
    told = [orjson.loads(line) for line in truth.splitlines()]
    assert told
    assert all(line["began_at"] <= line["at"] <= last for line in told)
    assert all(
        set(line) == {"rule", "place", "subject", "at", "began_at", "cause"} for line in told
    )
    assert len(write(estate, 7, 6000)[1].splitlines()) > len(told)


def test_a_truths_subject_is_the_one_of_the_events(estate: Estate) -> None:
    out, truth = write(estate, 7, 6000)
    subjects = {orjson.loads(line).get("subject") for line in out.splitlines()}
    told = {line["rule"]: line["subject"] for line in map(orjson.loads, truth.splitlines())}
    for rule in ("duress", "watchlist_hit", "overstay", "repeated_denial", "tailgating"):
        assert told[rule] in subjects, rule


def test_memory_stays_flat_over_two_hundred_thousand_events(estate: Estate) -> None:
    """Tracing costs much, so only the last day and more is traced: what it leaves is its plan."""
    writer = EventWriter(estate)
    arrivals = Timeline.of_day(estate, 7).arrivals()
    early = sum(len(writer.line(arrival)) for arrival in islice(arrivals, 130_000))
    tracemalloc.start()
    try:
        late = sum(len(writer.line(arrival)) for arrival in islice(arrivals, 70_000))
        left, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert early + late > 60 * MB
    assert left < LEFT_MAX
    assert most < MOST_MAX


def test_it_writes_twenty_thousand_events_a_second(estate: Estate) -> None:
    """By processor time, so that a busy machine does not matter."""
    sink = Nowhere()
    began = time.process_time()
    write_events(Timeline.of_day(estate, 7), 40_000, sink)
    assert sink.lines == 40_000
    assert 40_000 / (time.process_time() - began) >= EVENTS_PER_S_MIN
