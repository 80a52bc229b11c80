"""The register of one office, put together: where it is read and written, and what sends it on."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from console.accounts.principal import Principal
from console.audit.log import head_of
from console.cases.surroundings import Surroundings
from console.database import reading
from console.devices import Views
from console.outbox.announcing import Speaker
from console.outbox.log import Log
from console.outbox.notes import Note
from console.outbox.service import Outbox, Times
from console.register import telling
from console.register.desk import Desk
from console.register.entries import Entry
from console.register.kinds import Kind
from console.register.known import Known
from console.register.retention import erase
from console.register.reveal import Reveals
from console.register.shelf import known
from console.register.sight import Sight, homes_at
from console.register.vault import NoKey, Vault
from console.settings import ConsoleSettings
from console.watch import telling as watch_telling
from console.watch.desk import WatchDesk
from schemas.site import Site
from schemas.site_files import SiteFiles

ERASE_EVERY_S = 3600.0
log = structlog.get_logger("console.register")


class RegisterOffice:
    """The register and the watch entries on a database."""

    def __init__(self, settings: ConsoleSettings, engine: Engine, clock: Callable[[], int]) -> None:
        """`clock` is the wall clock in ms since the epoch."""
        self.settings, self.engine, self.clock = settings, engine, clock
        self.vault = Vault(settings.master_key)
        self.desk = Desk(engine, self.vault)
        self.watch = WatchDesk(engine, self.vault, self._areas_of)
        self._files = None if settings.site is None else SiteFiles(settings.site)
        self._site: Site | None = None
        self.reveals = Reveals(engine, settings.reveals_per_hour)

    def site(self) -> Site | None:
        """The site as its files stand now, where one is named. Raises FileFaults, OSError."""
        if self._files is not None and (self._site is None or self._files.changed()):
            self._site = self._files.load().site
        return self._site

    def known(self) -> Known:
        """What an entry may name now. Raises FileFaults, OSError."""
        with reading(self.engine) as connection:
            return known(connection, self.site())

    def around(self) -> Surroundings:
        """What lies where, by the site as it stands. Raises FileFaults, OSError."""
        site = self.site()
        return Surroundings(site.configs() if site else None)

    def _areas_of(self, estate: str) -> tuple[str, ...] | None:
        around = self.around()
        return around.areas(estate, estate) if around.config(estate) else None

    def sight(self, who: Principal) -> Sight:
        """What somebody sees of the register now. Raises FileFaults, OSError."""
        return Sight(who, self.around())

    def known_to(self, sight: Sight) -> Known:
        """What an entry of somebody may name now. Raises FileFaults, OSError."""
        with reading(self.engine) as connection:
            return sight.known(known(connection, self.site()), homes_at(connection))

    def check(self, sight: Sight, kind: Kind, entry: Entry) -> None:
        """Raises NotYours for an entry that somebody may not write."""
        with reading(self.engine) as connection:
            sight.check(kind, entry, homes_at(connection))

    def outbox(self, views: Views) -> Outbox:
        """What sends the changes of this database; `views` tell where the estates' clocks stand."""
        settings = self.settings
        holder = f"{socket.gethostname()}:{settings.data.resolve()}"
        kafka = Log(settings.bootstrap, settings.durable_url)
        times = Times(self.clock, views, settings.demo)
        return Outbox(self.engine, kafka, times, Speaker(self._standing, self._welcome), holder)

    def _standing(self, tx: Connection, estate: str, stamp: int) -> list[Note]:
        notes = telling.standing(tx, estate, stamp)
        try:
            return notes + watch_telling.standing(tx, estate, stamp, self.vault)
        except NoKey as fault:
            log.error("watch entries cannot be told again", fault=str(fault))
            return notes

    def _welcome(self, tx: Connection, estates: list[str], at: int) -> None:
        try:
            watch_telling.welcome(tx, estates, at, self.vault)
        except NoKey as fault:
            log.error("watch entries cannot be told to new estates", fault=str(fault))

    async def keep_periods(self, stop: asyncio.Event) -> None:
        """Erase each hour what is past its period, and note where the audit log stands."""
        while not stop.is_set():
            try:
                await asyncio.to_thread(self._erase)
            except SQLAlchemyError as error:
                log.warning("nothing was erased", error=str(error).splitlines()[0])
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), ERASE_EVERY_S)

    def _erase(self) -> None:
        settings = self.settings
        gone = erase(self.engine, self.clock(), settings.register_days, settings.audit_days)
        head = head_of(self.engine)
        log.info("audit", sequence=head.sequence, hash=head.hash, erased=gone)
