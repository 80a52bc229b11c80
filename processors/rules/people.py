"""People through a door, as turnstiles, counters and tracking cameras tell them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from processors.core.effects import evidence
from schemas.alerts import Evidence
from schemas.event_data import CameraData, PersonCounted
from schemas.events import Event

PERSON = "person"
"""The word of the adapters for a human being in a picture."""


@dataclass(frozen=True, slots=True)
class Passage:
    """People through the door as one device tells them; `track` is its name for one of them."""

    device: str
    count: int
    item: Evidence
    track: str | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """The running total of a people counter, and when it was reported."""

    device: str
    entered: int
    at: int


def passage_of(event: Event) -> Passage | None:
    """One person who came in. A camera's counts if it tracks; without a track two are not two."""
    data = event.data
    if data.direction == "out":
        return None
    if event.type == "person.passed":
        return Passage(data.device, 1, evidence("passed", event))
    if isinstance(data, CameraData) and data.object == PERSON and data.track is not None:
        return Passage(data.device, 1, evidence("seen", event), data.track)
    return None


def risen(
    totals: tuple[Total, ...], event: Event, since: int
) -> tuple[tuple[Total, ...], Passage | None]:
    """The totals with a counter's new one, and the people by whom it rose.

    None if the last report lies before `since`: nobody knows when they came. A total that falls is
    a counter that began anew.
    """
    data = event.data
    assert isinstance(data, PersonCounted)
    if data.entered is None:
        return totals, None
    before = next((total for total in totals if total.device == data.device), None)
    others = tuple(total for total in totals if total.device != data.device)
    after = (*others, Total(data.device, data.entered, event.at))
    if before is None or before.at < since or data.entered <= before.entered:
        return after, None
    return after, Passage(data.device, data.entered - before.entered, evidence("counted", event))


def joined(passages: tuple[Passage, ...], new: Passage, keep: int = 30) -> tuple[Passage, ...]:
    """The passages with another; a track that is known already adds nothing."""
    known = any(old.device == new.device and old.track == new.track for old in passages)
    if new.track is not None and known:
        return passages
    return (*passages[-keep + 1 :], new)


def people_count(passages: Iterable[Passage]) -> int:
    """How many people came: what the device that saw most says, since two may see the same ones."""
    counted: Counter[str] = Counter()
    for passage in passages:
        counted[passage.device] += passage.count
    return max(counted.values(), default=0)
