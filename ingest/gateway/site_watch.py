"""The site file as it stands: read again when it changed or on SIGHUP; kept if it has faults."""

from pathlib import Path

import structlog

from ingest.registry import Registry
from schemas.site import Site, parse_site
from schemas.yaml_file import FileFaults

log = structlog.get_logger("ingest.site")


class SiteWatch:
    """Holds the site and looks whether its file has another."""

    def __init__(self, path: Path | None) -> None:
        """Read the site. Raises FileFaults or OSError: no gateway begins on a broken file."""
        self._path = path
        self._seen = self._mark()
        self.site = parse_site(path.read_text("utf-8"), str(path)) if path else Site()

    def look(self, *, again: bool = False) -> bool:
        """Whether there is another site now. A broken file is told once, and the old site stays."""
        mark = self._mark()
        if self._path is None or (mark == self._seen and not again):
            return False
        self._seen = mark
        try:
            found = parse_site(self._path.read_text("utf-8"), str(self._path))
        except (FileFaults, OSError, UnicodeDecodeError) as error:
            log.error("site_kept", faults=str(error))
            return False
        changed = found != self.site
        self.site = found
        return changed

    def registry(self) -> Registry:
        """The devices of the site."""
        return Registry(self.site)

    def _mark(self) -> tuple[int, int] | None:
        """What differs when the file was written: time and size."""
        try:
            found = self._path.stat() if self._path else None
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_size) if found else None
