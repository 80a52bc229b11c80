"""The quarantine on disk: SQLite in the gateway's own folder, read by `devices` beside it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import structlog
from pydantic import ValidationError

from ingest.notes import Note
from ingest.quarantine import Quarantine
from schemas.sealing import Keys

SUFFIX = ".quarantine.db"
WAIT_S = 5.0

log = structlog.get_logger("ingest.quarantine")


def quarantine_files(data: Path) -> list[Path]:
    """The quarantines of the gateways of one data folder."""
    return sorted(data.glob(f"*{SUFFIX}"))


def read_notes(path: Path) -> list[Note]:
    """What a quarantine holds, who spoke last first. Raises sqlite3.Error."""
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=WAIT_S)) as base:
        rows = base.execute("SELECT note FROM device ORDER BY last_at DESC").fetchall()
    return list(_readable(row[0] for row in rows))


def _readable(texts: Iterator[str]) -> Iterator[Note]:
    for text in texts:
        try:
            yield Note.model_validate_json(text)
        except ValidationError as error:
            log.warning("note_unreadable", error=str(error).splitlines()[0])


def restore(path: Path, quarantine: Quarantine) -> None:
    """Take up what the last run left; a file that cannot be read is begun anew."""
    try:
        quarantine.notes.update((note.name, note) for note in read_notes(path))
    except sqlite3.Error as error:
        log.warning("quarantine_unreadable", path=str(path), error=str(error))
        path.unlink(missing_ok=True)


def take_changes(quarantine: Quarantine) -> tuple[dict[str, tuple[int, str]], set[str]]:
    """What must be written (by name: last heard, and the note) and deleted; once asked, forgotten.

    Done where the notes are made; the writing itself may happen in a thread.
    """
    notes = quarantine.notes
    written = {name: (notes[name].last_at, notes[name].model_dump_json(exclude_defaults=True))
               for name in quarantine.changed}  # fmt: skip
    gone = set(quarantine.gone)
    quarantine.changed.clear()
    quarantine.gone.clear()
    return written, gone


def write_changes(path: Path, written: dict[str, tuple[int, str]], gone: set[str]) -> None:
    """Bring the file up to date. Raises sqlite3.Error or OSError."""
    if not written and not gone:
        return
    with _opened(path) as base:
        base.executemany("DELETE FROM device WHERE name = ?", [(name,) for name in gone])
        base.executemany(
            "INSERT OR REPLACE INTO device (name, last_at, note) VALUES (?, ?, ?)",
            [(name, at, note) for name, (at, note) in written.items()],
        )


def prune_file(path: Path, keys: Keys, at: int) -> int:
    """Let go what is too old at an instant (ms), of a gateway that stands still; how many notes
    that changed. Raises sqlite3.Error or OSError.
    """
    quarantine = Quarantine(keys)
    restore(path, quarantine)
    quarantine.prune(at)
    written, gone = take_changes(quarantine)
    write_changes(path, written, gone)
    return len(written) + len(gone)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path, timeout=WAIT_S)) as base, base:
        base.execute(
            "CREATE TABLE IF NOT EXISTS device (name TEXT PRIMARY KEY, last_at INTEGER, note TEXT)"
        )
        yield base
