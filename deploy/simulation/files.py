"""Simulated events and truths as files of JSON lines."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from deploy.simulation.events import EventWriter
from deploy.simulation.facts import Truth
from deploy.simulation.timeline import Timeline

BUFFER_BYTES = 1 << 20


def write_events(
    timeline: Timeline, count: int, out: BinaryIO | None, truth: BinaryIO | None = None
) -> int:
    """The first `count` events into `out`, one a line in order of arrival, in constant memory.

    `truth` gets the situations that stand before the last event's arrival. Returns the last
    arrival's instant, or the beginning if there is none.
    """
    writer = EventWriter(timeline.estate)
    truths: list[Truth] = []
    last = timeline.begins
    for arrival in islice(timeline.arrivals(truths if truth else None), count):
        last = arrival.received_at
        if out is not None:
            out.write(writer.line(arrival) + b"\n")
    if truth is not None:
        truth.writelines(_truth_lines(writer, truths, last))
    return last


def _truth_lines(writer: EventWriter, truths: list[Truth], last: int) -> Iterator[bytes]:
    for truth in sorted(truths, key=lambda one: (one.at, one.rule, one.place)):
        if truth.at <= last:
            yield writer.truth(truth) + b"\n"


def open_out(path: Path) -> BinaryIO:
    """A file to write to, well buffered. Raises OSError."""
    return path.open("wb", buffering=BUFFER_BYTES)
