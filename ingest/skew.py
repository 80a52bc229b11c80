"""How wrong each device's clock is, measured from live readings, and what to make of its times.

Pure. The difference between a reading's receipt and its device time is the clock's error plus a
short way; the median of the last 20 is the measure (situation `clock_skew`). Only live readings
count: no replays, nothing the broker kept, nothing from a backlog.
"""

import dataclasses
from bisect import bisect_left, insort
from collections import deque
from dataclasses import field
from typing import TYPE_CHECKING, Literal

from schemas.base import MS_PER_S

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    from ingest.quick import dataclass

SAMPLES = 20
CORRECTED_FROM_MS = 2 * MS_PER_S
"""A smaller error stays: many makes write whole seconds, and the way costs some too. It is also the
default lateness of an estate, which covers what is not corrected."""
RESET_FROM_MS = 300 * MS_PER_S
"""Beyond this the device's clock is not used at all (situation `clock_skew`)."""
SPREAD_MAX_MS = 10 * MS_PER_S
"""Half of the samples lie within this, or they do not measure a clock. A backlog that arrives in
one go spreads as far as its readings lie apart."""
BEHIND_SPAN_MIN_MS = 60 * MS_PER_S
"""A clock that is behind looks like old news; over this long it is told apart. A clock that is
ahead needs no wait, because nothing old comes from the future."""
YEAR_OFF_FROM_MS = 300 * 24 * 3600 * MS_PER_S
"""So long before its receipt a time is not late: the clock has lost its date, or a wrong year was
typed in, or the device empties a memory of years without saying so."""
APART_MIN_MS = 2 * MS_PER_S
"""Two readings at least so far apart show whether a clock that lost its date still runs."""
URGENT = frozenset({"access.duress", "help.requested"})
"""Types that are never set aside for a lost date: a wrong time is better than nobody coming."""
STEP_MS = MS_PER_S
"""A correction in use is kept until the measure differs by this, so that the order of a device's
readings does not dance with the way's length."""
DEVICES_MAX = 20_000
"""A sender that invents names must not fill the memory; the longest known device goes first."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """An event's time, whether the device's clock or the receipt gave it, and what was doubted."""

    time: int
    time_from: Literal["device", "received"]
    doubt: Literal["future", "year"] | None = None


@dataclasses.dataclass(slots=True)
class _Device:
    """The last samples (receipt, difference), and their differences in order, kept so: most of the
    price of a reading would be to sort them anew."""

    samples: deque[tuple[int, int]] = field(default_factory=deque)
    ordered: list[int] = field(default_factory=list)
    correction: int = 0

    def take(self, received_at: int, difference: int) -> None:
        if len(self.samples) == SAMPLES:
            _, oldest = self.samples.popleft()
            del self.ordered[bisect_left(self.ordered, oldest)]
        self.samples.append((received_at, difference))
        insort(self.ordered, difference)


class SkewTable:
    """The measured clocks of all devices; a device is named by a key of the caller's."""

    def __init__(self) -> None:
        """Nothing is known."""
        self._devices: dict[str, _Device] = {}

    def observe(self, device: str, device_time: int, received_at: int) -> None:
        """Take in one live reading's times."""
        entry = self._devices.get(device)
        if entry is None:
            entry = self._devices[device] = _Device()
            if len(self._devices) > DEVICES_MAX:
                del self._devices[next(iter(self._devices))]
        entry.take(received_at, received_at - device_time)
        measured = _measure(entry.samples, entry.ordered)
        if measured is not None and abs(measured - entry.correction) >= STEP_MS:
            entry.correction = measured if abs(measured) > CORRECTED_FROM_MS else 0

    def forget(self, device: str) -> None:
        """Start anew with a device whose clock was set."""
        self._devices.pop(device, None)

    def correction(self, device: str) -> int:
        """Milliseconds to add to the device's times; 0 while nothing is known, or little wrong."""
        entry = self._devices.get(device)
        return entry.correction if entry else 0

    def corrections(self) -> dict[str, int]:
        """All corrections in use, by device."""
        return {name: entry.correction for name, entry in self._devices.items() if entry.correction}

    def dump(self) -> dict[str, list[tuple[int, int]]]:
        """The samples, to be kept across a restart."""
        return {name: list(entry.samples) for name, entry in self._devices.items()}

    @classmethod
    def load(cls, samples: dict[str, list[tuple[int, int]]]) -> "SkewTable":
        """A table from what `dump` gave."""
        table = cls()
        for device, pairs in samples.items():
            for received_at, difference in pairs:
                table.observe(device, received_at - difference, received_at)
        return table


def _measure(samples: deque[tuple[int, int]], differences: list[int]) -> int | None:
    """The median difference, or None while it cannot be trusted; `differences` are in order."""
    if (lost := _lost_date(samples)) is not None:
        return lost
    if len(samples) < SAMPLES:
        return None
    if differences[SAMPLES * 3 // 4] - differences[SAMPLES // 4] > SPREAD_MAX_MS:
        return None
    middle = (differences[(SAMPLES - 1) // 2] + differences[SAMPLES // 2]) // 2
    if middle <= CORRECTED_FROM_MS:
        return middle
    if differences[0] <= CORRECTED_FROM_MS:
        return 0  # One came in time, so the clock is right and the others were long on their way.
    span = samples[-1][0] - samples[0][0]
    return middle if span >= BEHIND_SPAN_MIN_MS else None


def _lost_date(samples: deque[tuple[int, int]]) -> int | None:
    """How far a clock is behind that lost its date and runs on; two readings are enough to tell.

    A memory that is emptied has old times too, but they do not run along with ours.
    """
    if len(samples) < 2:
        return None
    (first_at, first), (last_at, last) = samples[-2], samples[-1]
    old = min(first, last) > YEAR_OFF_FROM_MS and last_at - first_at >= APART_MIN_MS
    return last if old and abs(first - last) <= CORRECTED_FROM_MS else None


def resolve(
    device_time: int, received_at: int, correction: int, *, replayed: bool, urgent: bool = False
) -> Resolved:
    """The time of a reading whose device told one, never later than its receipt.

    A clock that is wrong beyond RESET_FROM_MS is not used, except for what the device itself calls
    old: giving that the time of its receipt would make it look live. A time after the receipt
    becomes the receipt; by less than CORRECTED_FROM_MS that is the measure's own blur, and the time
    still counts as the device's.

    A time that is a year off stays as it is and is marked, so that it is late everywhere and rings
    nobody, unless it is `urgent` or the clock is known to have lost its date (a correction is in
    use then, far beyond RESET_FROM_MS). Neither kind ever moves a watermark.
    """
    if abs(correction) > RESET_FROM_MS and not replayed:
        return Resolved(received_at, "received")
    corrected = device_time + correction
    if corrected > received_at + CORRECTED_FROM_MS:
        return Resolved(received_at, "received", "future")
    if corrected < received_at - YEAR_OFF_FROM_MS and not replayed:
        return Resolved(received_at, "received", "year") if urgent else Resolved(
            corrected, "device", "year"
        )  # fmt: skip
    return Resolved(min(corrected, received_at), "device")
