"""One police office: what it has been told, and what it shows. Everything else hangs on it."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from console import metrics
from console.batch import Batch, Partition, Position, Record, read_batch
from console.cases.office import CaseOffice
from console.changes import Change, Changes, Look
from console.database import open_database
from console.devices import DeviceHealth, Input, Views
from console.feed import AlertFilter, Feed, Quieted
from console.glance import Glance
from console.headline import title_of
from console.health import Fault, Reading, State, stream_state
from console.lookup import Lookup
from console.rest.streams import Streams
from console.settings import ConsoleSettings
from console.store import Store
from console.wall_clock import midnight
from schemas.alerts import Alert
from schemas.base import MS_PER_S, Words

HOUR_MS = 3_600_000
Clock = Callable[[], int]
T = TypeVar("T")


class StoreFault(RuntimeError):
    """The database did not take a batch; it will be read again."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How the stream stands at one moment, and what stands of somebody's. Times are in ms.

    `wall` is the clock on the wall, `data_at` the data's, `now` the one that ages count from: the
    data's, or the wall's while no data has come.
    """

    state: State
    wall: int
    now: int
    data_at: int | None
    fault: Fault | None
    silent_ms: int
    inputs: tuple[Input, ...] = ()
    devices: DeviceHealth = field(default_factory=DeviceHealth)
    unreadable: int = 0
    glance: Glance = field(default_factory=Glance)


class Office:
    """The state of one console. Written by the consumer alone, read by the API and the pages."""

    def __init__(self, settings: ConsoleSettings, clock: Clock) -> None:
        """Opens the database and takes up where the last run ended.

        Raises DatabaseFault, OwnFileFault.

        `clock` is the wall clock in ms since the epoch.
        """
        self.settings = settings
        self.clock = clock
        engine = open_database(settings.url)
        self.lookup = Lookup(engine)
        self.reading = Reading()
        self.views = Views()
        self.feed = Feed(settings.feed_max)
        self.quieted = Quieted(settings.feed_max)
        self.engine = engine
        self.streams = Streams()
        self.cases = CaseOffice(settings, engine)
        self._store = Store(engine, self._open_cases)
        self._titles: dict[str, Words] = {}
        self._writer = ThreadPoolExecutor(1, "console-writer")
        self._store.read_again()
        self.cases.adopt(clock())
        self._store.trim()
        self._unreadable = self.lookup.unreadable()
        self.changes = Changes(self.lookup.last_sequence())
        self.views.take(self.lookup.views())
        self._show(self.lookup.standing(self._newest_ms() - self._kept_ms, settings.feed_max))
        self._show(self.lookup.of_cases(clock() - self._kept_ms, settings.feed_max))
        self._show(self.lookup.alerts(AlertFilter(suppressed="true"), settings.feed_max))

    def _open_cases(self, tx: Connection, alerts: Sequence[Alert]) -> None:
        self.cases.take(tx, alerts, self.clock())

    def close(self) -> None:
        """Lets the database go, after what is being written."""
        self._writer.shutdown()
        self.engine.dispose()

    @property
    def _kept_ms(self) -> int:
        return self.settings.feed_hours * HOUR_MS

    def _newest_ms(self) -> int:
        return max(self.views.data_time(self.clock()) or 0, self.lookup.newest_opening())

    def _show(self, alerts: Sequence[Alert]) -> None:
        for alert in alerts:
            self._titles[alert.rule] = title_of(alert)
            self.feed.put(alert)
            self.quieted.put(alert)
        metrics.FEED.set(len(self.feed))

    async def positions(self) -> dict[Partition, Position]:
        """How far each partition of the log was taken in. Raises StoreFault."""
        return await self._in_writer(self.lookup.positions)

    async def take(self, records: Sequence[Record]) -> None:
        """Takes records in: kept first, then shown and told. Raises StoreFault if not kept."""
        batch, changes = await self._in_writer(partial(self._keep, records))
        self.views.take(batch.views)
        self._unreadable += len(batch.unreadable)
        self._show([change.alert for change in changes])
        self.changes.publish(changes)
        self._count(records, changes, len(batch.unreadable))

    async def keep_look(self, look: Look) -> None:
        """Writes down that somebody looked at a picture. Raises StoreFault."""
        await self._in_writer(partial(self._store.keep_look, look))

    async def _in_writer(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._writer, work)
        except SQLAlchemyError as error:
            raise StoreFault(str(error).splitlines()[0]) from error

    def _keep(self, records: Sequence[Record]) -> tuple[Batch, list[Change]]:
        batch = read_batch(records)
        return batch, self._store.write(batch)

    def _count(self, records: Sequence[Record], changes: list[Change], unreadable: int) -> None:
        metrics.UNREADABLE.inc(unreadable)
        for change in changes:
            metrics.ALERTS.labels(change.alert.severity, change.alert.delivery).inc()
        if changes:
            written_at = max(record.timestamp for record in records)
            metrics.TAKEN.observe(max(0, self.clock() - written_at) / MS_PER_S)

    def title(self, rule: str) -> Words:
        """A situation's name for people; the rule's id where nobody has told."""
        known = self.views.titles.get(rule) or self._titles.get(rule)
        return known or Words(zh=rule, en=rule)

    def prune(self, is_wanted: Callable[[str], bool] = lambda name: False) -> list[str]:
        """Takes out of sight what was cleared long ago and is not wanted any more: the ids."""
        return self.feed.prune(self.now() - self._kept_ms, is_wanted)

    def today(self) -> int:
        """When the day began that the data is of, in ms."""
        return midnight(self.now(), self.settings.zone)

    def now(self) -> int:
        """What ages count from (ms): the data's clock, or the wall's while no data has come."""
        wall = self.clock()
        return self.views.data_time(wall) or wall

    def state(self) -> State:
        """The stream's state."""
        silent = self.views.silent_ms(self.clock())
        return stream_state(self.reading, silent, self.settings.stale_after_s * MS_PER_S)

    def snapshot(self) -> Snapshot:
        """How the stream stands now; of what stands, nothing yet."""
        wall = self.clock()
        return Snapshot(
            state=self.state(), wall=wall, now=self.now(), data_at=self.views.data_time(wall),
            fault=self.reading.fault, silent_ms=self.views.silent_ms(wall) or 0,
            inputs=tuple(sorted(self.views.inputs.values(), key=lambda seen: seen.view.estate)),
            unreadable=self._unreadable,
        )  # fmt: skip

    def glance(self) -> Glance:
        """The read models as they stand now."""
        return self.views.models.glance(self.now(), self.settings.zone)
