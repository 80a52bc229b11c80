"""`bridge.yaml` as it stands: read again when it changes, and only a version that holds is used."""

from pathlib import Path

import structlog

from ingest.bridge.config import BridgeFile, read_bridge_file
from schemas.yaml_file import FileFaults

log = structlog.get_logger("ingest.bridge")


class FileWatch:
    """The file's last good content."""

    def __init__(self, path: Path) -> None:
        """Read it. Raises FileFaults or OSError."""
        self._path = path
        self._seen = self._mark()
        self.content: BridgeFile = read_bridge_file(path)

    def look(self) -> bool:
        """Whether there is a new content, which holds."""
        mark = self._mark()
        if mark == self._seen:
            return False
        self._seen = mark
        try:
            self.content = read_bridge_file(self._path)
        except (FileFaults, OSError) as error:
            log.error("bridge_file_left_aside", error=str(error))
            return False
        return True

    def _mark(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino
