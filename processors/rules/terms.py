"""How long an entry of the register holds: a permit, a consent. The last word of one counts."""

from dataclasses import dataclass

from processors.core.effects import CancelDeadline, Effect, SetDeadline
from schemas.event_data import RegisterChanged


@dataclass(frozen=True, slots=True)
class Term:
    """In force from `since` to before `until` (ms since the epoch); None is without end."""

    since: int
    until: int | None = None

    def holds(self, at: int) -> bool:
        """Whether it is in force then."""
        return self.since <= at and (self.until is None or at < self.until)


def term_of(data: RegisterChanged, at: int) -> Term | None:
    """The term that a change at `at` sets; None where it ends the entry, or is over already."""
    if data.change == "ended" or (data.valid_to is not None and data.valid_to <= at):
        return None
    return Term(at if data.valid_from is None else max(at, data.valid_from), data.valid_to)


def forgetting(name: str, term: Term | None) -> Effect:
    """Wake by that name when the term is over; never for one without end."""
    if term is None or term.until is None:
        return CancelDeadline(name)
    return SetDeadline(name, term.until)
