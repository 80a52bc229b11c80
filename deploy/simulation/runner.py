"""The simulation as a running part: devices' messages and the demo's clock onto MQTT, at speed."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from deploy.simulation.cottages import Also, nothing_else
from deploy.simulation.day import day_of, day_start
from deploy.simulation.estate import Estate, load_estate
from deploy.simulation.events import DEMO_KEYS, EventWriter
from deploy.simulation.facts import CONSOLE
from deploy.simulation.messages import MessageWriter
from deploy.simulation.pacing import Pace
from deploy.simulation.publish import WAITING_MAX, Broker, Publisher
from deploy.simulation.stage import HOUR, MINUTE, SECOND
from deploy.simulation.timeline import Arrival, Timeline
from ingest.clock import DEMO_CLOCK_TOPIC
from schemas.base import format_instant, parse_instant
from schemas.events import Event
from schemas.sealing import Keys

BEAT_S = 0.05
CLOCK_STEP_MS = SECOND
CLOCK_NEAR_MS = 40
"""A message's clock may stand this much before it: less than any message is on its way."""
AHEAD_MS = 10 * MINUTE
"""Console entries are told this much beforehand, so that they stand when their time comes."""
CLOSING_S = 2.0
Announce = Callable[[Event], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class SimulationSettings:
    """What to simulate and where to.

    `begins` is the first simulated instant in ms (see `usual_beginning`). `resume_file` keeps the
    simulated time across restarts and wins over `begins` once it exists. `announce` is given the
    permits and watch entries as events, sealed under `keys`, because no device says them. `clock`
    False keeps the simulated time off the broker, for a gateway that goes by its own. `also` is
    what else happens on each day.
    """

    begins: int
    seed: int = 1
    speed: float = 60
    broker: Broker = field(default_factory=Broker)
    resume_file: Path | None = None
    announce: Announce | None = None
    keys: Keys = DEMO_KEYS
    clock: bool = True
    also: Also = nothing_else


def usual_beginning(estate: Estate, now: int) -> int:
    """The beginning of the day before: all of it is past, and inside every retention."""
    return day_start(estate, day_of(estate, now - 24 * HOUR))


async def run_simulation(settings: SimulationSettings, stop: asyncio.Event) -> None:
    """Publishes until `stop` is set. While the broker is away, simulated time stands still.

    Raises BrokerRefuses if the broker does not let us in.
    """
    estate = load_estate()
    begins = _resumed(settings)
    timeline = Timeline(estate, settings.seed, begins, also=settings.also)
    with Publisher(settings.broker) as publisher:
        player = _Player(settings, publisher, estate, timeline.arrivals())
        pace = Pace(begins, settings.speed)
        clock = asyncio.get_running_loop().time
        while not stop.is_set():
            if publisher.waiting == 0:
                _keep(settings, pace.now)
            if publisher.connected and publisher.waiting < WAITING_MAX:
                await player.play(pace.advance(clock()))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), BEAT_S)
        await _settle(publisher)
        if publisher.waiting == 0:
            _keep(settings, pace.now)


class _Player:
    """Tells what is due: each message after the time at which it is heard."""

    def __init__(
        self, settings: SimulationSettings, publisher: Publisher, estate: Estate,
        arrivals: Iterator[Arrival],
    ) -> None:  # fmt: skip
        self._announce = settings.announce
        self._tells_time = settings.clock
        self._publisher = publisher
        self._events = EventWriter(estate, settings.keys)
        self._messages = MessageWriter(estate)
        self._arrivals = arrivals
        self._ahead: deque[Arrival] = deque()
        self._clock = 0

    async def play(self, now: int) -> None:
        """Everything up to an instant, and then the instant itself."""
        await self._look_ahead(now + AHEAD_MS)
        while self._ahead[0].received_at <= now:
            arrival = self._ahead.popleft()
            message = self._messages.message(arrival)
            if message is not None:
                self._tell_time(message.at, CLOCK_NEAR_MS)
                self._publisher.send(message.topic, message.payload)
        self._tell_time(now, CLOCK_STEP_MS)

    async def _look_ahead(self, until: int) -> None:
        while not self._ahead or self._ahead[-1].received_at <= until:
            arrival = next(self._arrivals)
            self._ahead.append(arrival)
            fact = arrival.fact
            if self._announce and fact.device == CONSOLE and fact.type != "config.activated":
                await self._announce(self._events.event(arrival))

    def _tell_time(self, at: int, step_ms: int) -> None:
        if self._tells_time and at - self._clock >= step_ms:
            self._clock = at
            text = orjson.dumps({"at": format_instant(at)})
            self._publisher.send(DEMO_CLOCK_TOPIC, text)


async def _settle(publisher: Publisher) -> None:
    """Gives the broker a moment to acknowledge the last messages."""
    for _ in range(round(CLOSING_S / BEAT_S)):
        if not (publisher.waiting and publisher.connected):
            return
        await asyncio.sleep(BEAT_S)


def _resumed(settings: SimulationSettings) -> int:
    """Where an earlier run stopped, or the beginning."""
    if settings.resume_file is None:
        return settings.begins
    try:
        return parse_instant(settings.resume_file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return settings.begins


def _keep(settings: SimulationSettings, at: int) -> None:
    if settings.resume_file is not None:
        settings.resume_file.write_text(format_instant(at), encoding="ascii")
