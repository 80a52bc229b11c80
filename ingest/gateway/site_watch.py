"""The site as it stands: read again when a file of it changed, or on SIGHUP; kept if it has faults.

A look may read hundreds of files, so it belongs into a thread of its own.
"""

import gc
from pathlib import Path

import structlog

from ingest.registry import Registry
from ingest.site_check import checked
from schemas.site import Site
from schemas.site_files import SiteFiles, uncollected
from schemas.yaml_file import Fault, FileFaults

FAULTS_TOLD_MAX = 20

log = structlog.get_logger("ingest.site")


class SiteWatch:
    """Holds the site and looks whether its files have another.

    `site` and `registry` belong together. `faults` are those of the files as they stand now; while
    there are any, the last site without stays in force.
    """

    def __init__(self, path: Path | None, face_adapters: frozenset[str] = frozenset()) -> None:
        """Read the site. Raises FileFaults: no gateway begins on a broken file."""
        self._files = SiteFiles(path) if path else None
        self._face_adapters = face_adapters
        self.faults: tuple[Fault, ...] = ()
        self.site, self.registry = self._read()

    def look(self, *, again: bool = False) -> bool:
        """Whether there is another site now. A broken file is told once, and the old site stays."""
        if self._files is None or not (again or self._files.changed()):
            return False
        try:
            found, registry = self._read()
        except FileFaults as error:
            self.faults = error.faults
            told = [str(fault) for fault in error.faults[:FAULTS_TOLD_MAX]]
            log.error("site_kept", count=len(error.faults), faults=told)
            return False
        self.faults = ()
        if found == self.site:
            return False
        self.site, self.registry = found, registry
        return True

    def words(self) -> str:
        """How it stands, for /healthz."""
        if not self.faults:
            return f"{len(self.site.estates)} estates"
        return f"the last good one stands; {len(self.faults)} to mend, first: {self.faults[0]}"

    def _read(self) -> tuple[Site, Registry]:
        """The site and its index. What they are made of lives long and holds no cycles, so it is
        taken out of the collector's sight: with 500 estates it would stand still for it.
        """
        if self._files is None:
            return Site(), Registry()
        with uncollected():
            site = checked(self._files.load(), self._face_adapters)
            registry = Registry(site)
            gc.freeze()
        return site, registry
