"""Where the audit log stood, noted beside the database: what was cut off its end is missed.

Somebody who may do anything in the database can cut entries off and set its own note back. Each
hour the console adds the last entry's hash to a file of its own, which a copy on another machine,
or a medium that is only written, puts out of their reach.
"""

import os
from pathlib import Path

from console.audit.chain import Head
from schemas.base import format_instant

NAME = "audit.anchors"
LINES_MAX = 100_000


def note(file: Path, head: Head, at: int) -> bool:
    """Add where the log stands, unless it stands there already. Raises OSError."""
    if not head.sequence or head.hash in {last for _, last in read(file)[-1:]}:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    line = f"{head.sequence} {head.hash} {format_instant(at)}\n".encode()
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(opened, line)
        os.fsync(opened)
    finally:
        os.close(opened)
    return True


def read(file: Path) -> list[tuple[int, str]]:
    """The notes: sequence and hash, in their order; nothing where there is no file."""
    if not file.exists():
        return []
    lines = file.read_text(encoding="ascii", errors="replace").splitlines()[-LINES_MAX:]
    parts = [line.split() for line in lines]
    return [(int(part[0]), part[1]) for part in parts if len(part) >= 2 and part[0].isdigit()]


def still_to_meet(file: Path, head: Head) -> frozenset[str]:
    """The noted hashes that the log must still hold: those behind what was let go in time."""
    return frozenset(last for sequence, last in read(file) if sequence > head.base_sequence)
