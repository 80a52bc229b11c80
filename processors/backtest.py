"""Events out of files, for the back-test."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.events import Event, EventError, decode, decode_line

CHUNK = 2000


@contextmanager
def no_collector() -> Iterator[None]:
    """Without Python's collector of cycles: a log has none, and looking for them in all its events
    again and again takes half the time of reading it.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class LineFault(ValueError):
    """A line of a file that is no event: file, line, what."""


def read_events(files: Iterable[Path]) -> Iterator[Event]:
    """The events of NDJSON files, one per line. Raises LineFault."""
    for file in files:
        with file.open("rb") as lines:
            yield from _events(file, lines)


def _events(file: Path, lines: Iterable[bytes]) -> Iterator[Event]:
    chunk: list[tuple[int, bytes]] = []
    for number, line in enumerate(lines, start=1):
        if text := line.strip():
            chunk.append((number, text))
        if len(chunk) >= CHUNK:
            yield from _decoded(file, chunk)
            chunk = []
    yield from _decoded(file, chunk)


def _decoded(file: Path, chunk: list[tuple[int, bytes]]) -> list[Event]:
    try:
        return decode(b"[" + b",".join(text for _, text in chunk) + b"]")
    except EventError:
        # Many lines are read at once because that is cheap; the one at fault is found on failure.
        return [_one(file, number, text) for number, text in chunk]


def _one(file: Path, number: int, text: bytes) -> Event:
    try:
        return decode_line(text)
    except EventError as error:
        raise LineFault(f"{file}:{number}: {error}") from error
