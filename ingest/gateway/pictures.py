"""Where pictures lie: a folder for each estate and day, written before the events that link them.

A picture is worth less than a reading: one that cannot be written is left out, and the events go on
without it. Retention is by whole days, so what is over goes with its folder; beyond the size limit
the oldest goes first.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from ingest.files import write_whole
from ingest.pictures import TakenPicture
from schemas.pictures import first_day_kept, is_day

PRUNE_EVERY_S = 600.0

log = structlog.get_logger("ingest.pictures")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long and how much is kept: days (0: nothing at all), bytes in all, and the bytes that
    pictures leave free on their disk for what matters more.
    """

    days: int
    bytes_max: int
    spare_bytes: int


class PictureFolder:
    """The pictures of one gateway. `fault` is why the last one could not be kept, None if it was;
    `used_bytes` is what lay there at the last pruning.
    """

    def __init__(self, folder: Path, bounds: Bounds) -> None:
        """Nothing is written before the first picture."""
        self._folder = folder
        self._bounds = bounds
        self.fault: str | None = None
        self.used_bytes = 0

    def keep(self, pictures: Sequence[TakenPicture]) -> set[str]:
        """Write pictures, each whole or not at all; the links of those that are not there."""
        if self._bounds.days == 0:
            return {picture.link for picture in pictures}
        return {picture.link for picture in pictures if not self._write(picture)}

    def _write(self, picture: TakenPicture) -> bool:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            fault = self._no_room()
            if fault is None:
                path = self._folder / picture.estate / picture.day / picture.name
                write_whole(path, picture.content)
        except OSError as error:
            fault = error.strerror or type(error).__name__
        if fault is not None and self.fault is None:
            log.error("pictures_not_kept", folder=str(self._folder), error=fault)
        self.fault = fault
        return fault is None

    def _no_room(self) -> str | None:
        spare = self._bounds.spare_bytes
        if shutil.disk_usage(self._folder).free >= spare:
            return None
        return f"less than {spare} bytes are free on the disk of {self._folder}"

    def prune(self, now: int) -> int:
        """Delete what is past its days at `now` (ms), then the oldest until the rest is within its
        bounds; how many pictures went. Raises OSError.
        """
        first, gone, kept = first_day_kept(now, self._bounds.days), 0, []
        for day in self._days():
            if self._bounds.days > 0 and day.name >= first:
                kept.append(day)
                continue
            gone += sum(1 for _ in _files(day))
            shutil.rmtree(day)
        self.used_bytes = sum(size for day in kept for _, _, size in _files(day))
        return gone + sum(map(self._thin, sorted(kept, key=lambda day: day.name)))

    def _thin(self, day: Path) -> int:
        """Delete a day's oldest pictures, as many as are too much. Its folder stays: somebody may
        just be writing into it.
        """
        gone = 0
        for _, path, size in sorted(_files(day)) if self._is_full() else ():
            if not self._is_full():
                break
            path.unlink(missing_ok=True)
            self.used_bytes, gone = self.used_bytes - size, gone + 1
        return gone

    def _is_full(self) -> bool:
        return self.used_bytes > self._bounds.bytes_max

    def _days(self) -> Iterator[Path]:
        for estate in _folders(self._folder):
            yield from (day for day in _folders(estate) if is_day(day.name))


def _folders(folder: Path) -> Iterable[Path]:
    return [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []


def _files(day: Path) -> Iterator[tuple[float, Path, int]]:
    """The files of a day: when each was written, where it is, its bytes. Drafts count as well."""
    with os.scandir(day) as entries:
        for entry in entries:
            stat = entry.stat()
            yield stat.st_mtime, Path(entry.path), stat.st_size
