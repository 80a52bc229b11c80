"""Where the rejected messages of an installation are found, and with what they are opened and read.

The embedded broker is given only the newest of them at a start; its keeper's file has all seven
days, also while the stack is down. On a real Kafka the topic has them.
"""

import asyncio
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from deploy.embedded.parts import GATEWAY, LOOPBACK
from deploy.embedded.place import told_files, told_ports
from deploy.embedded.store import NAME
from ingest.catalogue import Catalogue, load_catalogue
from ingest.filters import without_prefix
from ingest.gateway.intake import Intake
from ingest.gateway.state import DeviceClocks, load
from ingest.key_file import KeyFileError, load_keys
from ingest.mapping import Mapper
from ingest.registry import Registry
from ingest.rejects.entries import Entry, once, read_entry
from ingest.rejects.ledger import NAME as LEDGER
from ingest.rejects.reading import LogAway, read_log
from ingest.rejects.redrive import IntakeOf, Vault
from ingest.settings import IngestSettings
from ingest.skew import SkewTable
from schemas.site import Site
from schemas.site_files import load_site
from schemas.topics import REJECTED


class SourceFault(RuntimeError):
    """Something that is needed is not there; one line on what, where, and how to mend it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the operator gave on the command line."""

    data: Path
    bootstrap: str | None = None
    site: Path | None = None
    adapters: Path | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One installation. `keeper` is the embedded stack's file, where there is one."""

    settings: IngestSettings
    keeper: Path | None

    @property
    def ledger(self) -> Path:
        """Where acts are written down."""
        return self.settings.data / LEDGER

    def entries(self, now: int) -> list[Entry]:
        """All that was set aside in the last seven days. Raises SourceFault."""
        try:
            found = _kept(self.keeper) if self.keeper else asyncio.run(read_log(self.settings))
        except LogAway as error:
            raise SourceFault(str(error)) from error
        except sqlite3.Error as error:
            raise SourceFault(f"{self.keeper}: cannot be read: {error}") from error
        return once(found, now - (REJECTED.retention_ms or 0))

    def vault(self) -> Vault:
        """What opens bodies. Raises SourceFault; never makes a key."""
        if not self.settings.master_key.exists():
            raise SourceFault(
                f"{self.settings.master_key}: there is no such key; run this where ingest runs, "
                "or set SC_KEY_FILE"
            )
        try:
            return Vault(load_keys(self.settings.master_key), self.settings.objects)
        except KeyFileError as error:
            raise SourceFault(str(error)) from error

    def catalogue(self) -> Catalogue:
        """The adapters that ingest has. Raises FileFaults."""
        return load_catalogue(self.settings.adapters)

    def named(self, entries: Iterable[Entry]) -> list[Entry]:
        """The entries by the names that the site gives their devices. Raises FileFaults."""
        site = self._site()
        if site is None:
            return list(entries)
        registry = Registry(site)
        return [self._named(entry, registry) for entry in entries]

    def _named(self, entry: Entry, registry: Registry) -> Entry:
        if entry.record is None:
            return entry
        topic = without_prefix(entry.record.topic, self.settings.topic_prefixes)
        sender = registry.sender(topic, entry.adapter)
        if sender is None:
            return replace(entry, estate="")
        return replace(entry, device=sender.device, estate=sender.estate)

    def intake_of(self, vault: Vault) -> IntakeOf:
        """Each gateway's intake, with its own measure of the devices' clocks. Raises FileFaults."""
        mapper = Mapper(self.catalogue(), Registry(self._site()))
        made: dict[str, Intake] = {}

        def of(gateway: str) -> Intake:
            if gateway not in made:
                prefixes, skew = self.settings.topic_prefixes, self._skew(gateway)
                made[gateway] = Intake(mapper, vault.keys, gateway, skew, prefixes=prefixes)
            return made[gateway]

        return of

    def _site(self) -> Site | None:
        file = self.settings.site
        return load_site(file) if file else None

    def _skew(self, gateway: str) -> SkewTable:
        kept = self.settings.data / f"{gateway}.state.clocks.json"
        return SkewTable.load(load(kept, DeviceClocks).samples)


def find_source(asked: Asked) -> Source:
    """The installation of a data folder: the embedded stack's, or what SC_… names."""
    told = told_ports(asked.data) if asked.bootstrap is None else None
    changes: dict[str, Any] = {"data": asked.data}
    if asked.bootstrap is not None:
        changes["bootstrap"] = asked.bootstrap
    if told is not None:
        ports, _ = told
        changes |= {
            "bootstrap": f"{LOOPBACK}:{ports.broker}", "gateway": GATEWAY,
            "durable_url": f"http://{LOOPBACK}:{ports.durable}",
        }  # fmt: skip
    files = told_files(asked.data) if told is not None else {}
    if (site := asked.site or files.get("site")) is not None:
        changes["site"] = site
    if (adapters := asked.adapters or files.get("adapters")) is not None:
        changes["adapters"] = (adapters,)
    keeper = asked.data / NAME
    return Source(IngestSettings(**changes), keeper if told and keeper.exists() else None)


def _kept(keeper: Path) -> list[Entry]:
    """What the embedded stack's file has of the topic; it may be in use meanwhile."""
    database = sqlite3.connect(f"file:{keeper}?mode=ro", uri=True, timeout=10.0)
    try:
        rows = database.execute(f'SELECT value, timestamp FROM "{REJECTED.name}" ORDER BY id')
        found = (read_entry(value or b"", written) for value, written in rows)
        return [entry for entry in found if entry is not None]
    finally:
        database.close()
