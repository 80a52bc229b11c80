"""How often a rule or a device was right, by the verdicts of those who went to look. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

from schemas.acts import Verdict

SURE_Z = 1.96


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The verdicts on the cases of one rule or device."""

    name: str
    true: int = 0
    false: int = 0
    cannot_be_verified: int = 0

    @property
    def false_share(self) -> float | None:
        """The share of false ones among those that could be verified; None where there are none."""
        judged = self.true + self.false
        return self.false / judged if judged else None

    @property
    def false_share_at_least(self) -> float | None:
        """What the share is at least, with 95 % certainty: few verdicts prove little.

        The lower bound of Wilson's score interval (E. B. Wilson, 1927).
        """
        judged, share = self.true + self.false, self.false_share
        if share is None:
            return None
        spread = SURE_Z * SURE_Z / judged
        middle = share + spread / 2
        margin = SURE_Z * sqrt((share * (1 - share) + spread / 4) / judged)
        return max(0.0, (middle - margin) / (1 + spread))


class Quality(NamedTuple):
    """Verdicts by situation, by device, and by both in one name, each the surest wrong first."""

    by_rule: list[Verdicts]
    by_device: list[Verdicts]
    by_both: list[Verdicts]


def counted(told: Iterable[tuple[str, Verdict, int]]) -> list[Verdicts]:
    """The verdicts by name, from (name, verdict, how often); the surest wrong ones first."""
    by_name: dict[str, Counter[str]] = {}
    for name, verdict, count in told:
        by_name.setdefault(name, Counter())[verdict] += count
    found = [Verdicts(name, **dict(counts)) for name, counts in by_name.items()]
    return sorted(found, key=lambda one: (-(one.false_share_at_least or 0.0), one.name))
