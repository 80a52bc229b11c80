"""Ticks: the gateway's clock sent through the broker to itself, behind everything queued there.

Pure. A tick says: every reading that the broker took before `at` has been heard. That holds because
the broker hands a session its messages in order, so a tick stands behind the backlog after an
outage and cannot overtake it. `since` says from when on that is known without a gap: a session
that the broker has kept has lost nothing, a lost one begins anew at its subscription.
"""

from collections import deque
from dataclasses import dataclass

import orjson

from schemas.events import Event, event_id, make_event

CLOCK_ROOT = "smart-community"
IN_FLIGHT_MAX = 3
"""With more of our own ticks on their way, what arrives stood in a queue and measures no clock."""
_REMEMBERED = 100


def clock_topic(gateway: str) -> str:
    """The topic on which a gateway tells itself the time."""
    return f"{CLOCK_ROOT}/{gateway}/clock"


@dataclass(frozen=True, slots=True)
class Tick:
    """One tick: its instant, and since when input is complete."""

    at: int
    since: int

    def to_payload(self) -> bytes:
        """As it goes through the broker."""
        return orjson.dumps({"at": self.at, "since": self.since})


def read_tick(payload: bytes) -> Tick | None:
    """A tick from its payload, or None if this is none."""
    try:
        content = orjson.loads(payload)
        return Tick(int(content["at"]), int(content["since"]))
    except (orjson.JSONDecodeError, LookupError, TypeError, ValueError):
        return None


class TickKeeper:
    """What the gateway knows of the completeness of its input."""

    def __init__(self, since: int | None = None, last_at: int | None = None) -> None:
        """`since` and the last tick as they were kept by the last run, None if nothing was."""
        self.since = since
        self.last_at = last_at
        self._subscribed = False
        self._sent: deque[int] = deque(maxlen=_REMEMBERED)
        self._live = False

    @property
    def live(self) -> bool:
        """Whether readings arrive as they happen: our last ticks came straight back."""
        return self._live and len(self._sent) <= IN_FLIGHT_MAX

    @property
    def waiting(self) -> bool:
        """Whether a tick of ours is on its way."""
        return bool(self._sent)

    def opened(self, *, session_present: bool) -> None:
        """A connection began; without its session, what was sent meanwhile is lost.

        Where no tick is remembered, some may be missing since the lost session's own beginning.
        """
        self._subscribed, self._live = False, False
        self._sent.clear()
        if not session_present:
            self.last_at = self.last_at or self.since or None
            self.since = None

    def subscribed(self, at: int) -> tuple[int, int] | None:
        """The broker confirmed the subscription. A clock that went back keeps nothing either.

        The span in which readings may be lost, or None: nothing is lost, or nothing was ever heard.
        """
        self._subscribed = True
        if self.since is not None and self.since <= at:
            return None
        self.since = at
        return None if self.last_at is None or self.last_at >= at else (self.last_at, at)

    def closed(self) -> None:
        """The connection ended."""
        self._subscribed, self._live = False, False

    def next(self, at: int) -> Tick | None:
        """The tick to send now, or None: not subscribed, or the clock has not moved."""
        if not self._subscribed or self.since is None or (self._sent and at <= self._sent[-1]):
            return None
        # A simulated clock stands at 0 until it is first set; input counts from there, not 1970.
        self.since = self.since or at
        self._sent.append(at)
        return Tick(at, self.since)

    def returned(self, tick: Tick, now: int) -> bool:
        """A tick came back; whether it tells anything. One from the future is not ours."""
        if tick.at > now:
            return False
        if tick.at in self._sent:
            self._live = True
            while self._sent and self._sent[0] <= tick.at:
                self._sent.popleft()
        self.last_at = tick.at
        return True


def gap_event(gap: tuple[int, int], estate: str, gateway: str) -> Event:
    """A tick that says in which span readings may be lost: (last remembered, new subscription).

    The processors cut off what they had judged by then, so an old memory costs nothing.
    """
    begin, end = gap
    return make_event(
        "clock.ticked",
        id=event_id(estate, gateway, "gap", begin, end),
        source=f"/{estate}/{gateway}",
        time=end,
        data={
            "device": gateway,
            "place": estate,
            "received_at": end,
            "since": end,
            "gap_from": begin,
            "gap_until": end,
            "gateway": gateway,
        },
    )


def tick_event(tick: Tick, estate: str, gateway: str) -> Event:
    """The `clock.ticked` event of one estate; the same tick always gives the same bytes."""
    return make_event(
        "clock.ticked",
        id=event_id(estate, gateway, "clock.ticked", tick.at),
        source=f"/{estate}/{gateway}",
        time=tick.at,
        data={
            "device": gateway,
            "place": estate,
            "received_at": tick.at,
            "since": tick.since,
            "gateway": gateway,
        },
    )
