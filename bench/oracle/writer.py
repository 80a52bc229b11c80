"""Facts as events: the demonstration's writer, with what a gateway says of clocks in doubt."""

from collections.abc import Iterator
from typing import Any

from bench.oracle.month import Month
from bench.oracle.truth import Expected
from deploy.simulation.events import EventWriter
from deploy.simulation.timeline import GATEWAY, Arrival
from schemas.base import format_instant
from schemas.events import Event, decode

CHUNK = 512


class Writer(EventWriter):
    """Writes arrivals; spans of gaps and doubtful times included."""

    def plain(self, arrival: Arrival) -> dict[str, Any]:
        """One event as JSON has it."""
        plain = super().plain(arrival)
        data = plain["data"]
        for name in ("gap_from", "gap_until"):
            if name in data:
                data[name] = format_instant(data[name])
        if "time_doubt" in data:
            data["time_from"] = "received"
        if arrival.fact.device == GATEWAY:
            data.setdefault("gateway", GATEWAY)
        return plain

    def names(self, expected: Expected) -> frozenset[str]:
        """The subjects by which an alert may name what was expected; empty: any."""
        if expected.subject is None:
            return frozenset()
        if expected.names == "credential":
            return frozenset((self._credential(expected.subject),))
        if expected.names == "plate":
            plate = self._plate(expected.subject)
            return frozenset((plate["ref"], plate["skeleton"]))
        return frozenset((expected.subject,))


def events(month: Month, writer: Writer) -> Iterator[Event]:
    """The month as events, in order of arrival."""
    lines: list[bytes] = []
    for arrival in month.arrivals():
        lines.append(writer.line(arrival))
        if len(lines) >= CHUNK:
            yield from decode(b"[" + b",".join(lines) + b"]")
            lines = []
    yield from decode(b"[" + b",".join(lines) + b"]")
