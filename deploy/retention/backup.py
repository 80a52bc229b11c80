"""Backups that age out: copies of the databases, each gone after its days like all else.

What is over in a store is still in yesterday's backup; so a period ends only when the last backup
that holds it is deleted. The master key is never copied: with it beside them the copies would be
readable. Pictures and rejected bodies are not copied either: they would outlive their days.
"""

import hashlib
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from schemas.base import MS_PER_S

DATABASES = ("keeper.db", "console.db", "points.db")
QUARANTINES = "*.quarantine.db"
FILES = ("devices.json", "bridge.yaml", "audit.anchors")
SUMS = "SHA256SUMS"
DAY_MS = 86_400 * MS_PER_S
_NAME = re.compile(r"smart-community-\d{4}-\d\d-\d\dT\d{6}Z(\.partial)?")
_FORM = "smart-community-%Y-%m-%dT%H%M%SZ"


class BackupFault(RuntimeError):
    """A backup that could not be made; one line on why."""


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made: its folder, its files, and the older ones that went."""

    folder: Path
    files: tuple[str, ...]
    gone: tuple[str, ...]


def make_backup(data: Path, to: Path, at: int, keep_days: int) -> Made:
    """Copy what a data folder holds into a folder of its own under `to`, then let old ones go.

    The databases may be in use: each copy is of one moment, and has nothing in it that was
    deleted. Raises BackupFault.
    """
    name = datetime.fromtimestamp(at / MS_PER_S, UTC).strftime(_FORM)
    draft, folder = to / f"{name}.partial", to / name
    if folder.exists():
        raise BackupFault(f"{folder}: there is one of this second; try again")
    try:
        draft.mkdir(parents=True, mode=0o700)
        copied = _copy(data, draft)
        draft.rename(folder)
    except (OSError, sqlite3.Error) as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise BackupFault(f"{to}: {error}; nothing was backed up") from error
    return Made(folder, copied, prune_backups(to, at, keep_days))


def _copy(data: Path, to: Path) -> tuple[str, ...]:
    databases = [data / name for name in DATABASES] + sorted(data.glob(QUARANTINES))
    for source in databases:
        if source.exists():
            _copy_database(source, to / source.name)
    for name in FILES:
        if (data / name).exists():
            shutil.copyfile(data / name, to / name)
    files = sorted(path for path in to.iterdir())
    if not files:
        raise OSError(f"{data} holds nothing to back up")
    sums = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
                   for path in files)  # fmt: skip
    (to / SUMS).write_text(sums, encoding="ascii")
    for path in to.iterdir():
        path.chmod(0o600)
    return tuple(path.name for path in files)


def _copy_database(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as database:
        database.execute("VACUUM INTO ?", (str(target),))


def prune_backups(to: Path, at: int, keep_days: int) -> tuple[str, ...]:
    """Delete backups older than their days at an instant (ms), by their names; which ones."""
    oldest = datetime.fromtimestamp((at - keep_days * DAY_MS) / MS_PER_S, UTC).strftime(_FORM)
    gone = [
        path
        for path in sorted(to.glob("smart-community-*"))
        if path.is_dir() and _NAME.fullmatch(path.name) and path.name < oldest
    ]
    for path in gone:
        shutil.rmtree(path)
    return tuple(path.name for path in gone)
