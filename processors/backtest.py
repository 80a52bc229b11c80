"""The back-test over files: events in, alerts out, and nothing else touched."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from processors.core.replay import alerts_in_order, replay
from processors.core.rule import RuleSet
from schemas.alerts import alert_line
from schemas.events import Event, EventError, decode
from schemas.place import EstateConfig

CHUNK = 2000


class LineFault(ValueError):
    """A line of a file that is no event: file, line, what."""


def read_events(files: Iterable[Path]) -> Iterator[Event]:
    """The events of NDJSON files, one per line. Raises LineFault."""
    for file in files:
        with file.open("rb") as lines:
            yield from _events(file, lines)


def _events(file: Path, lines: Iterable[bytes]) -> Iterator[Event]:
    chunk: list[bytes] = []
    first = 1
    for number, line in enumerate(lines, start=1):
        if text := line.strip():
            chunk.append(text)
        if len(chunk) >= CHUNK:
            yield from _decoded(file, chunk, first)
            chunk, first = [], number + 1
    yield from _decoded(file, chunk, first)


def _decoded(file: Path, chunk: list[bytes], first: int) -> list[Event]:
    try:
        return decode(b"[" + b",".join(chunk) + b"]")
    except EventError as error:
        raise LineFault(f"{file}:{_fault_line(chunk, first)}: {error}") from error


def _fault_line(chunk: list[bytes], first: int) -> int:
    for index, text in enumerate(chunk):
        try:
            decode(b"[" + text + b"]")
        except EventError:
            return first + index
    return first


def backtest(
    events: Iterable[Event],
    rules: RuleSet,
    configs: Mapping[str, EstateConfig] | None = None,
    until: int | None = None,
) -> Iterator[str]:
    """One line of JSON per alert, by opening time and id."""
    out = replay(events, rules, configs, until)
    for alert in alerts_in_order(out.alerts.values()):
        yield alert_line(alert).model_dump_json()
