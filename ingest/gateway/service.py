"""A gateway put together and run: link, worker, ticks, the site's changes, the house-keeping."""

import asyncio
import sqlite3
import time
from collections.abc import Iterable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace

import structlog

from ingest.catalogue import Catalogue, load_catalogue
from ingest.clock import DEMO_CLOCK_TOPIC, Clock, SimulatedClock, SystemClock
from ingest.filters import reduce_filters, with_prefixes
from ingest.gateway.door import Door
from ingest.gateway.inbox import Inbox
from ingest.gateway.intake import Intake
from ingest.gateway.journal import Journal
from ingest.gateway.memory import Memory
from ingest.gateway.metrics import GatewayMetrics
from ingest.gateway.pictures import PRUNE_EVERY_S as PRUNE_PICTURES_EVERY_S
from ingest.gateway.pictures import Bounds, PictureFolder
from ingest.gateway.quarantine_store import restore, take_changes, write_changes
from ingest.gateway.rule_watch import RuleWatch
from ingest.gateway.site_watch import SiteWatch
from ingest.gateway.worker import Worker
from ingest.gateway.writer import KafkaWriter
from ingest.health import health_server
from ingest.key_file import load_keys
from ingest.link import Link
from ingest.mapping import Mapper
from ingest.mqtt import MqttOptions
from ingest.quarantine import Quarantine
from ingest.registry import Registry
from ingest.rejected import prune_objects
from ingest.settings import IngestSettings
from ingest.site_check import face_warnings, faces_enrolled
from ingest.tasks import run_until
from ingest.ticks import clock_topic
from schemas.base import MS_PER_S
from schemas.topics import REJECTED

SAVE_EVERY_S = 30.0
PRUNE_EVERY_S = 3600.0

log = structlog.get_logger("ingest.gateway")


class Gateway:
    """The parts of one gateway and what runs beside the worker."""

    def __init__(self, settings: IngestSettings, catalogue: Catalogue) -> None:
        """Read keys, site and state. Raises FileFaults, KeyFileError, JournalTaken or OSError."""
        self.settings = settings
        self.metrics = GatewayMetrics()
        self.site = SiteWatch(settings.site, catalogue.face_adapters)
        self.rules = RuleWatch(settings.rules, settings.site, self.site.site)
        self._catalogue = catalogue
        clock: Clock = SimulatedClock() if settings.demo else SystemClock()
        self.memory = Memory(settings.state_file, clock)
        self.inbox = Inbox(settings.in_flight, settings.in_flight_bytes)
        self.door = Door(clock, self.inbox, self.metrics)
        self.door.held_filters = set(self.memory.filters)
        self.door.filters = self._filters(self.site.registry)
        options = MqttOptions(settings, f"smart-community-{settings.gateway}", keep_session=True)
        self.link = Link(options, self.door)
        self.quarantine = Quarantine(load_keys(settings.master_key))
        restore(settings.quarantine_file, self.quarantine)
        self.quarantine.release(self.site.registry.knows)
        self.worker = self._make_worker()
        self._count_faces()
        self.door.moved = self.send_tick

    def _make_worker(self) -> Worker:
        settings = self.settings
        intake = Intake(
            mapper=Mapper(self._catalogue, self.site.registry),
            keys=self.quarantine.keys,
            gateway=settings.gateway,
            skew=self.memory.skew,
            heard_at=self.memory.heard_at,
            sightings=settings.sightings,
            prefixes=settings.topic_prefixes,
            quarantine=self.quarantine,
            configs=self.rules.configs(self.site.site),
        )
        return Worker(
            settings=settings,
            inbox=self.inbox,
            intake=intake,
            memory=self.memory,
            journal=Journal(settings.journal_file),
            pictures=PictureFolder(settings.picture_folder, _bounds(settings)),
            writer=KafkaWriter(settings, self.metrics.retries.inc),
            link=self.link,
            metrics=self.metrics,
            configs=self.rules.configs(self.site.site),
        )

    def _filters(self, registry: Registry) -> tuple[str, ...]:
        """What to subscribe to: the settings' filters or those of adapters and site, and our own
        topics. A wider filter stands for all it covers.
        """
        settings = self.settings
        asked: Iterable[str] = settings.topic_filters
        if not settings.topic_filters:
            adapters = (f for a in self._catalogue.adapters.values() for f in a.spec.topics)
            asked = with_prefixes({*adapters, *registry.topics()}, settings.topic_prefixes)
        own = [clock_topic(settings.gateway)] + [DEMO_CLOCK_TOPIC] * settings.demo
        return reduce_filters([*asked, *own])

    async def run(self, stop: asyncio.Event, reload: asyncio.Event) -> None:
        """Run until `stop`; an end of any part for another reason is raised."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._close)
            server = health_server(self.settings.ingest_port, self.health, self.metrics.registry)
            await stack.enter_async_context(server)
            log.info("gateway_started", gateway=self.settings.gateway, filters=self.door.filters)
            parts = [self.link.run(), self.worker.run()]
            parts += [self._watch_site(reload), self._each_second(), self._prune_pictures()]
            parts += [] if self.settings.demo else [self._tick_each_second()]
            await run_until(stop, parts)

    async def _close(self) -> None:
        await self.worker.writer.close()
        self.worker.journal.close()
        await self.memory.save_clocks()
        await self._save_quarantine()

    async def _save_quarantine(self) -> None:
        """What unregistered devices said; a disk that is full costs only that."""
        self.quarantine.prune(self.memory.clock.now())
        self.metrics.unregistered.set(len(self.quarantine.notes))
        written, gone = take_changes(self.quarantine)
        try:
            await asyncio.to_thread(write_changes, self.settings.quarantine_file, written, gone)
        except (OSError, sqlite3.Error) as error:
            log.error("quarantine_not_kept", error=str(error))
            self.quarantine.changed |= written.keys() & self.quarantine.notes.keys()
            self.quarantine.gone |= gone

    def health(self) -> dict[str, object]:
        """What is so, for /healthz."""
        kafka, mqtt = self.worker.writer.ready, self.worker.ready is not None
        pictures = self.worker.pictures.fault or "kept"
        told = {"mqtt": mqtt, "kafka": kafka, "held": self.inbox.held, "pictures": pictures}
        told |= {"site": self.site.words(), "rules": self.rules.words()}
        return {"ok": kafka and mqtt, **told}

    def send_tick(self) -> None:
        """Send our clock through the broker, if the subscription stands on this very connection."""
        connection = self.link.connection
        if connection is None or connection is not self.worker.ready:
            return
        tick = self.memory.keeper.next(self.memory.clock.now())
        if tick is not None:
            connection.publish(clock_topic(self.settings.gateway), tick.to_payload())

    async def _tick_each_second(self) -> None:
        while True:
            await asyncio.sleep((MS_PER_S - self.memory.clock.now() % MS_PER_S) / MS_PER_S)
            self.send_tick()

    async def _watch_site(self, reload: asyncio.Event) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(reload.wait(), self.settings.site_poll_s)
            asked = reload.is_set()
            reload.clear()
            changed = await asyncio.to_thread(self.site.look, again=asked)
            if await asyncio.to_thread(self.rules.look, self.site.site, again=asked) or changed:
                self._adopt_site()
            self.metrics.site_faults.set(len(self.site.faults) + len(self.rules.faults))

    def _adopt_site(self) -> None:
        registry = self.site.registry
        configs = self.rules.configs(self.site.site)
        mapper = Mapper(self._catalogue, registry)
        intake = replace(self.worker.intake, mapper=mapper, configs=configs)
        self.worker.adopt(intake, configs)
        self.door.change_filters(self._filters(registry))
        log.info("site_changed", estates=len(self.site.site.estates))
        self._count_faces()
        for name in self.quarantine.release(registry.knows):
            log.info("device_adopted", device=name)

    def _count_faces(self) -> None:
        enrolled = faces_enrolled(self.site.site)
        self.metrics.faces.set(sum(enrolled.values()))
        for line in face_warnings(enrolled):
            log.warning("many_faces", what=line)

    async def _each_second(self) -> None:
        """The house-keeping: figures, silence, the state file, old objects."""
        loop = asyncio.get_running_loop()
        saved, pruned = loop.time(), 0.0
        while True:
            await asyncio.sleep(1.0)
            now = loop.time()
            self._measure(now)
            self._break_silence(now)
            if now - saved >= SAVE_EVERY_S or self.memory.corrected_anew:
                saved = now
                await self.memory.save_clocks()
                await self._save_quarantine()
            if now - pruned >= PRUNE_EVERY_S:
                pruned = now
                await asyncio.to_thread(self._prune)

    def _measure(self, now: float) -> None:
        ticked = self.worker.last_tick_s
        self.metrics.tick_age.set(now - ticked if ticked is not None else float("inf"))
        self.metrics.held.set(self.inbox.held)
        self.metrics.skew.clear()
        for device, correction in self.memory.skew.corrections().items():
            self.metrics.skew.labels(device).set(correction / MS_PER_S)

    def _break_silence(self, now: float) -> None:
        """Our ticks come each second; if not even they do, subscription or connection is dead,
        whatever the socket says, and only a new connection brings the messages.
        """
        connection = self.link.connection
        if connection is None or not connection.open or not self.worker.writer.ready:
            return
        waiting = self.worker.ready is not connection or self.memory.keeper.waiting
        if self.inbox.is_full or not waiting:
            return
        if now - self.door.last_sign > self.settings.silence_s:
            connection.close("nothing was heard, not even our own ticks")

    def _prune(self) -> None:
        kept_s = (REJECTED.retention_ms or 0) / MS_PER_S
        folder, room = self.settings.objects, self.settings.objects_bytes
        if gone := prune_objects(folder, time.time() - kept_s, room):
            log.info("objects_pruned", count=gone)

    async def _prune_pictures(self) -> None:
        """The pictures' period and room, by the gateway's clock. A disk that fails stops nobody."""
        folder = self.worker.pictures
        while True:
            try:
                gone = await asyncio.to_thread(folder.prune, self.memory.clock.now())
                self.metrics.picture_bytes.set(folder.used_bytes)
                if gone:
                    log.info("pictures_pruned", count=gone)
            except OSError as error:
                log.error("pictures_not_pruned", error=str(error))
            await asyncio.sleep(PRUNE_PICTURES_EVERY_S)


def _bounds(settings: IngestSettings) -> Bounds:
    return Bounds(settings.pictures_days, settings.pictures_bytes, settings.pictures_spare_bytes)


async def run_gateway(
    settings: IngestSettings, stop: asyncio.Event, reload: asyncio.Event | None = None
) -> None:
    """Run one gateway until `stop`; `reload` has the site file read again at once.

    Raises FileFaults, KeyFileError, JournalTaken, MqttRefused or OSError where it cannot begin.
    """
    catalogue = load_catalogue(settings.adapters)
    await Gateway(settings, catalogue).run(stop, reload or asyncio.Event())
