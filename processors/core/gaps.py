"""Spans in which input may be missing: a gateway that lost its session tells them with a tick.

Absence in such a span is not judged. A gap counts from its arrival on, and never reaches back to
before its estate's watermark: what lies there was judged when nothing was known to be missing, and
the gateway may remember an older tick than the log holds. The back-test, which sorts a log, finds
the watermark of that moment by going through the log once as it arrived.
"""

from collections.abc import Iterator, Mapping, Sequence

from pydantic import ValidationError

from processors.core.reorder import BEGINNING, Watermark
from schemas.base import Words
from schemas.event_data import ClockTicked, ConfigActivated
from schemas.events import Event
from schemas.place import EstateConfig

Gap = tuple[int, int]
"""From and until, in ms."""
UNKNOWN = EstateConfig(estate="", name=Words(zh="", en=""))


def gap_of(event: Event, watermark: int = BEGINNING) -> Gap | None:
    """The span that a tick tells of, from its estate's watermark on; None where there is none."""
    tick = event.data
    if not isinstance(tick, ClockTicked) or tick.gap_until is None:
        return None
    told = event.at if tick.gap_from is None else tick.gap_from
    begin = max(told, watermark)
    return (begin, tick.gap_until) if begin < tick.gap_until else None


class Arrivals:
    """The watermarks of a log's estates, as its events arrived. Judges nothing."""

    def __init__(self, configs: Mapping[str, EstateConfig] | None = None) -> None:
        """`configs` are those that estates begin with, where they are known."""
        self._configs = configs or {}
        self._of: dict[str, Watermark] = {}

    def follow(self, event: Event) -> Gap | None:
        """The next event that arrived; the gap it tells of."""
        mark = self._of.get(event.estate)
        if mark is None:
            config = self._configs.get(event.estate, UNKNOWN)
            mark = self._of[event.estate] = Watermark(config.lateness_ms)
        gap = gap_of(event, mark.watermark)
        if isinstance(event.data, ConfigActivated):
            mark.lateness_ms = _told_lateness(event.data, mark.lateness_ms)
        if not event.data.replayed:
            mark.move(event)
        return gap


def gaps_of(log: Sequence[Event], configs: Mapping[str, EstateConfig]) -> Iterator[tuple[str, Gap]]:
    """The gaps of a whole log, by estate; it is gone through only where one is told."""
    if any(gap_of(event) for event in log):
        arrivals = Arrivals(configs)
        for event in sorted(log, key=lambda event: event.data.received_at):
            if gap := arrivals.follow(event):
                yield event.estate, gap


def _told_lateness(data: ConfigActivated, otherwise: int) -> int:
    try:
        return EstateConfig.model_validate(data.config).lateness_ms
    except ValidationError:
        return otherwise
