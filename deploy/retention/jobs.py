"""All jobs that let go what is over, run at once at an instant: by `retention run`, and by a test.

A running stack does the same by itself; the command is for a stack that stands still, and to see
that nothing is left.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from console.audit.log import forget
from console.database import open_database
from console.outbox.store import OutboxStore
from console.phone.photos import Photos
from console.privacy.held import hold_pictures, pictures_of_cases
from console.privacy.periods import DAY_MS
from console.privacy.retention import let_go
from console.register.retention import erase
from console.settings import ConsoleSettings
from deploy.embedded.store import NAME as KEEPER
from deploy.embedded.store import Store
from deploy.retention.backup import prune_backups
from ingest.gateway.pictures import Bounds, PictureFolder
from ingest.gateway.quarantine_store import prune_file, quarantine_files
from ingest.key_file import load_keys
from ingest.rejected import prune_objects
from ingest.settings import IngestSettings
from schemas.base import MS_PER_S
from schemas.topics import REJECTED

Count = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Jobs:
    """The jobs of one data folder. `keeper`: also the log of a stack that stands still."""

    console: ConsoleSettings
    ingest: IngestSettings
    backups: Path | None = None
    backup_days: int = 0
    keeper: bool = False

    def run(self, at: int) -> Iterator[Count]:
        """Let go of what is over at an instant (ms): job and how much."""
        yield from self._database(at)
        yield "pictures", self._pictures(at)
        yield "rejected bodies", self._rejected(at)
        yield "unregistered devices", self._quarantines(at)
        if self.keeper:
            yield "log", self._log(at)
        if self.backups is not None:
            yield "backups", len(prune_backups(self.backups, at, self.backup_days))

    def _database(self, at: int) -> Iterator[Count]:
        settings = self.console
        engine = open_database(settings.url)
        try:
            gone = erase(engine, at, settings.register_days, settings.audit_days)
            OutboxStore(engine).trim(at)
            gone |= let_go(engine, settings, at)
            yield from gone.items()
            wanted = pictures_of_cases(engine)
            yield "pictures held for cases", hold_pictures(settings.picture_folder, wanted)[1]
            before = at - settings.report_days * DAY_MS
            yield "photos", Photos(settings.photo_folder).forget(engine, before)
            yield "audit", forget(engine, at - settings.audit_days * DAY_MS)
        finally:
            engine.dispose()

    def _pictures(self, at: int) -> int:
        bounds = Bounds(self.ingest.pictures_days, self.ingest.pictures_bytes, 0)
        return PictureFolder(self.console.picture_folder, bounds).prune(at)

    def _rejected(self, at: int) -> int:
        older = (at - (REJECTED.retention_ms or 0)) / MS_PER_S
        return prune_objects(self.ingest.objects, older, self.ingest.objects_bytes)

    def _quarantines(self, at: int) -> int:
        paths = quarantine_files(self.ingest.data)
        return sum(prune_file(path, load_keys(self.ingest.master_key), at) for path in paths)

    def _log(self, at: int) -> int:
        if not (self.console.data / KEEPER).exists():
            return 0
        store = Store(self.console.data)
        try:
            gone = 0
            while count := store.prune(at):
                gone += count
            return gone
        finally:
            store.close()
