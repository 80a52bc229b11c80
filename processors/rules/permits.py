"""A vehicle's right to be inside, as the register tells it."""

from dataclasses import dataclass, replace

from schemas.event_data import RegisterChanged
from schemas.events import Event

RECORDS = frozenset({"permit", "pass"})


@dataclass(frozen=True, slots=True)
class Permit:
    """From when a permit holds, and until when; `until` None is without end, `since` None: none."""

    since: int | None = None
    until: int | None = None

    def covers(self, at: int) -> bool:
        """Whether it holds at a moment; its last moment does not count."""
        if self.since is None or at < self.since:
            return False
        return self.until is None or at < self.until


NO_PERMIT = Permit()


def permit_after(permit: Permit, event: Event) -> Permit | None:
    """The permit after a change of the register, None for a change that is about none."""
    data = event.data
    if not isinstance(data, RegisterChanged) or data.record not in RECORDS:
        return None
    if data.change == "ended":
        return NO_PERMIT if permit.since is None else replace(permit, until=event.at)
    since = event.at if data.valid_from is None else data.valid_from
    return Permit(since, data.valid_to)
