"""Photos of cases: kept by hash in a folder of their case, linked by the act they came with.

They stay as long as the words of a report do: so many days after the case was closed.
"""

import asyncio
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from console.cases.tables import CASES
from console.database import in_parts
from console.office import Office
from console.phone.images import stripped
from schemas.pictures import is_intact, is_picture_name, picture_name

FORGET_EVERY_S = 3600.0
DAY_MS = 24 * 3_600_000
_CASE = re.compile(r"[0-9A-Za-z_-]{1,100}")
log = structlog.get_logger("console.phone")
Photo = tuple[str, bytes]
"""A photo's name, and its bytes as they are kept."""


def named(content: bytes) -> Photo:
    """A photo as it will be kept. Raises NoPhoto."""
    clean, ending = stripped(content)
    return picture_name(clean, ending), clean


class Photos:
    """The photos of one console's cases."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when it is needed."""
        self._folder = folder

    def keep(self, case: str, photos: tuple[Photo, ...]) -> None:
        """Keep photos of a case. Raises OSError."""
        for name, content in photos:
            path = self._path(case, name)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = path.with_suffix(".part")
            part.write_bytes(content)
            part.rename(path)

    def find(self, case: str, name: str) -> bytes | None:
        """A photo of a case; None if it is not there, or not as it was kept."""
        with suppress(OSError, ValueError):
            content = self._path(case, name).read_bytes()
            return content if is_intact(name, content) else None
        return None

    def _path(self, case: str, name: str) -> Path:
        """Where a photo lies; neither name leads out of the folder. Raises ValueError."""
        if not _CASE.fullmatch(case) or not is_picture_name(name):
            raise ValueError(f"{case}/{name}")
        return self._folder / case / name

    def forget(self, engine: Engine, before: int) -> int:
        """Delete the photos of cases closed before an instant (ms), or gone; of how many cases."""
        cases = [path.name for path in self._folders()]
        old = cases if not cases else sorted(set(cases) - self._kept(engine, cases, before))
        for case in old:
            shutil.rmtree(self._folder / case, ignore_errors=True)
        return len(old)

    def _folders(self) -> Iterator[Path]:
        if self._folder.is_dir():
            yield from (path for path in self._folder.iterdir() if path.is_dir())

    @staticmethod
    def _kept(engine: Engine, cases: list[str], before: int) -> set[str]:
        young = sa.or_(CASES.c.closed_at.is_(None), CASES.c.closed_at >= before)
        kept: set[str] = set()
        with engine.connect() as tx:
            for some in in_parts(cases):
                kept |= set(tx.scalars(sa.select(CASES.c.id).where(CASES.c.id.in_(some), young)))
        return kept

    async def run(self, office: Office, stop: asyncio.Event) -> None:
        """Forget each hour what is past its period, until `stop`."""
        period = office.settings.report_days * DAY_MS
        while not stop.is_set():
            try:
                await asyncio.to_thread(self.forget, office.engine, office.clock() - period)
            except (SQLAlchemyError, OSError) as error:
                log.warning("no photo was deleted", error=str(error).splitlines()[0])
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), FORGET_EVERY_S)
