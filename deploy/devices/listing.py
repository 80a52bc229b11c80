"""The table of `devices list`: who there is, where, when last heard, how its clock goes. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from deploy.devices.common import clock_words
from ingest.notes import Note
from schemas.base import MS_PER_S
from schemas.site import Site

HEAD = ("estate", "device", "adapter", "place", "last heard", "clock", "password")
NOTE_HEAD = ("calls itself", "understood by", "last heard", "messages", "not understood")
NONE = "-"
_SPANS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


@dataclass(frozen=True, slots=True)
class Heard:
    """What the gateways and the bridge wrote down of registered devices.

    `clock` is how far each clock is behind in s, `heard_at` when each was last heard in ms, both by
    source; None where no gateway has written yet. `passwords` are devices by name, `now` in ms.
    """

    now: int
    clock: Mapping[str, float] = field(default_factory=dict)
    heard_at: Mapping[str, int] | None = None
    passwords: Collection[str] = ()


def device_rows(site: Site, heard: Heard) -> list[str]:
    """The registered devices, and the names that have a password and stand in no site file."""
    rows = list(_devices(site, heard))
    ids = {device.id for estate in site.estates for device in estate.devices}
    rows += [
        (NONE, name, NONE, NONE, NONE, NONE, "yes") for name in sorted(set(heard.passwords) - ids)
    ]
    return in_columns([HEAD, *rows]) if rows else []


def _devices(site: Site, heard: Heard) -> Iterator[Sequence[str]]:
    for estate in site.estates:
        zone = ZoneInfo(estate.timezone)
        for device in estate.devices:
            source = f"/{estate.id}/{device.id}"
            yield (
                estate.id, device.id, device.adapter, device.place, _heard(source, heard, zone),
                clock_words(heard.clock.get(source)).removeprefix("clock ") or NONE,
                "yes" if device.id in heard.passwords else "no",
            )  # fmt: skip


def _heard(source: str, heard: Heard, zone: tzinfo) -> str:
    if heard.heard_at is None:
        return NONE
    at = heard.heard_at.get(source)
    return "never" if at is None else when(at, heard.now, zone)


def note_rows(notes: Iterable[Note], now: int) -> list[str]:
    """The devices that no site names."""
    rows = [
        (
            note.name, note.adapter or NONE, when(note.last_at, now, UTC), str(note.messages),
            str(note.rejected),
        )
        for note in notes
    ]  # fmt: skip
    return in_columns([NOTE_HEAD, *rows])


def when(at: int, now: int, zone: tzinfo) -> str:
    """A time as a wall clock shows it, and how long ago that is; UTC is named."""
    moment = datetime.fromtimestamp(at // MS_PER_S, zone)
    return f"{moment:%Y-%m-%d %H:%M:%S}{' UTC' if zone is UTC else ''} ({ago(now - at)})"


def ago(span_ms: int) -> str:
    """A span in the largest unit that fits."""
    seconds = max(0, span_ms) // MS_PER_S
    size, unit = next(((s, u) for s, u in _SPANS if seconds >= s), _SPANS[-1])
    return f"{seconds // size} {unit} ago"


def in_columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows under one another, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
