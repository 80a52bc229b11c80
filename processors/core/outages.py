"""When devices were not heard: what absence proves nothing for, beside gaps in the whole input.

Told by whatever judges devices (`ShowDevice`), asked by rules that conclude from silence. Spans are
kept for as long as any rule looks back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson

from processors.core.effects import ShowDevice

KEEP_MS = 35 * 86_400_000
"""Longer than the longest window that rests on devices (30 d without use of a home)."""
SPANS_MAX = 40
OUTAGES_SCOPE = "outages|"
"""What the keys of its records begin with among the scopes' records."""
Span = tuple[int, int | None]
"""Not heard from when until when (ms); None: until now."""


@dataclass(slots=True)
class Outages:
    """The spans of each device of one estate, oldest first; devices without any take no room."""

    spans: dict[str, tuple[Span, ...]] = field(default_factory=dict)
    dirty: set[str] = field(default_factory=set)

    def note(self, shown: ShowDevice) -> None:
        """A device was found lost, or is back. Where its last reading is unknown: for ever."""
        known = self.spans.get(shown.device, ())
        is_out = bool(known) and known[-1][1] is None
        if shown.state == "unknown" or (shown.state == "lost") is is_out:
            return
        if shown.state == "lost":
            after: tuple[Span, ...] = (*known, (shown.last_seen or 0, None))
        else:
            after = (*known[:-1], (known[-1][0], shown.at))
        recent = tuple(s for s in after if s[1] is None or s[1] > shown.at - KEEP_MS)
        self._put(shown.device, recent[-SPANS_MAX:])

    def _put(self, device: str, spans: tuple[Span, ...]) -> None:
        if spans:
            self.spans[device] = spans
        else:
            self.spans.pop(device, None)
        self.dirty.add(device)

    def any_in(self, devices: Iterable[str], since: int, until: int) -> bool:
        """Whether one of the devices was not heard at some time of a span."""
        return self.longest(devices, since, until) > 0

    def longest(self, devices: Iterable[str], since: int, until: int) -> int:
        """How long in a span (ms) the device that was heard least was not heard."""
        return max((self._out(device, since, until) for device in devices), default=0)

    def _out(self, device: str, since: int, until: int) -> int:
        known = self.spans.get(device, ())
        ends = ((start, until if end is None else end) for start, end in known)
        return sum(max(0, min(end, until) - max(start, since)) for start, end in ends)

    def take_dirty(self) -> dict[str, bytes | None]:
        """What changed since the last call, by record key; None for what is gone."""
        changed = {
            f"{OUTAGES_SCOPE}{device}": orjson.dumps(spans) if spans else None
            for device in sorted(self.dirty)
            for spans in [self.spans.get(device, ())]
        }
        self.dirty.clear()
        return changed

    def adopt(self, key: str, raw: bytes) -> None:
        """Take over a record; `key` as `take_dirty` gave it."""
        spans = tuple((start, end) for start, end in orjson.loads(raw))
        self.spans[key.removeprefix(OUTAGES_SCOPE)] = spans


NONE = Outages()
"""What rules that see events on arrival are told."""
