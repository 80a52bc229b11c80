"""The watch list as the log tells it: which entry, in which version, was in force at a moment.

Everything here depends on the set of changes alone, never on the order in which they arrived: a
change counts for readings that happened later than its own time by more than the lateness, so any
reading it counts for must arrive after it.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from processors.rules.plates import LIKENESSES, Likeness, plate_of
from schemas.alerts import Severity
from schemas.event_data import CredentialData, PlateRef, VehicleData, WatchChanged
from schemas.events import Event

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an entry, from the change that made it; `keys` are what it is found by."""

    entry: str
    since: int
    by: str
    ended: bool = False
    keys: tuple[str, ...] = ()
    severity: Severity = "orange"
    roles: tuple[str, ...] = ()
    score_min: float = 0.9
    valid_from: int = 0
    valid_to: int = 0

    @property
    def order(self) -> tuple[str, int, str]:
        """Where it stands among all versions: one entry's lie together, the newest last."""
        return (self.entry, self.since, self.by)


@dataclass(frozen=True)
class Book:
    """All versions in force or still to be settled, in order."""

    versions: tuple[Version, ...] = ()

    @cached_property
    def _by_key(self) -> dict[str, tuple[Version, ...]]:
        found: dict[str, list[Version]] = defaultdict(list)
        for version in self.versions:
            for key in version.keys:
                found[key].append(version)
        return {key: tuple(versions) for key, versions in found.items()}

    @cached_property
    def _by_entry(self) -> dict[str, tuple[Version, ...]]:
        found: dict[str, list[Version]] = defaultdict(list)
        for version in self.versions:
            found[version.entry].append(version)
        return {entry: tuple(versions) for entry, versions in found.items()}

    def with_version(self, version: Version) -> "Book":
        """The book with one more version; one that is there already changes nothing."""
        kept = [old for old in self.versions if old.order != version.order]
        return Book(tuple(sorted((*kept, version), key=lambda one: one.order)))

    def due(self, entry: str) -> int | None:
        """When the entry's last change has put the older ones out of use, or the entry ends."""
        mine = self._by_entry.get(entry, ())
        if not mine:
            return None
        newest = mine[-1]
        return newest.since if len(mine) > 1 or newest.ended else newest.valid_to

    def settled(self, entry: str, before: int) -> "Book":
        """The book without the versions of an entry that no reading after `before` can meet."""
        mine = self._by_entry.get(entry, ())
        newest = [version for version in mine if version.since < before][-1:]
        alive = [v for v in newest if not v.ended and v.valid_to >= before]
        kept = {v.order for v in mine if v.since >= before} | {v.order for v in alive}
        return Book(tuple(v for v in self.versions if v.entry != entry or v.order in kept))

    def in_force(self, entry: str, at: int, lateness_ms: int) -> Version | None:
        """The version that counts for a reading at `at`."""
        counting = [v for v in self._by_entry.get(entry, ()) if v.since + lateness_ms < at]
        if not counting or counting[-1].ended:
            return None
        newest = counting[-1]
        return newest if newest.valid_from <= at <= newest.valid_to else None

    def matches(self, event: Event, lateness_ms: int) -> Iterator[tuple[Version, Likeness]]:
        """The entries in force that a reading meets, each once, in its best likeness."""
        met: set[str] = set()
        for key, likeness in reading_keys(event):
            for found in self._by_key.get(key, ()):
                if found.entry in met:
                    continue
                version = self.in_force(found.entry, event.at, lateness_ms)
                if version is not None and key in version.keys:
                    met.add(found.entry)
                    yield version, likeness


def plate_keys(plate: PlateRef) -> Iterator[tuple[str, Likeness]]:
    """What a plate is found by, from the surest to the least sure."""
    same, look_alike, one_apart = LIKENESSES
    yield f"plate={plate.ref}", same
    yield f"plate~{plate.skeleton}", look_alike
    for masked in plate.masked:
        yield f"plate?{masked}", one_apart


def reading_keys(event: Event) -> Iterator[tuple[str, Likeness]]:
    """What a reading is looked up by: its plate, its credential, its face."""
    if isinstance(event.data, VehicleData):
        plate = plate_of(event)
        if plate is not None:
            yield from plate_keys(plate)
        return
    person = event.data.person if isinstance(event.data, CredentialData) else None
    for ref in (event.subject, person):
        if ref is not None:
            yield f"credential={ref}", "same"
            yield f"face={ref}", "same"


def new_version(event: Event, data: WatchChanged, span_max_ms: int) -> Version | str:
    """The version a change makes, or why it makes none: what an entry needs to be lawful."""
    begins = event.at if data.valid_from is None else data.valid_from
    keys = _entry_keys(event, data)
    if not (data.entry and keys):
        return "it names nothing to look for"
    if not data.case_number:
        return "it has no case number"
    if not data.owner:
        return "it has no owner"
    if not data.approver or data.approver == data.owner:
        return "it has no second approver"
    if data.valid_to is None or data.valid_to <= begins:
        return "it has no end"
    if data.valid_to - begins > span_max_ms:
        return f"it is longer than {span_max_ms / DAY_MS:g} days"
    return Version(
        data.entry, event.at, event.id, keys=keys, severity=data.severity, roles=data.roles,
        score_min=data.score_min, valid_from=begins, valid_to=data.valid_to,
    )  # fmt: skip


def _entry_keys(event: Event, data: WatchChanged) -> tuple[str, ...]:
    if data.looks_for == "plate" and data.plate is not None:
        return tuple(key for key, _ in plate_keys(data.plate))
    return (f"{data.looks_for}={event.subject}",) if event.subject else ()
