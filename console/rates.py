"""How often one may ask: a bucket for each asker that fills at an even pace. Pure."""

from collections import OrderedDict
from dataclasses import dataclass

ASKERS_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many a second on average, and so many at once."""

    per_s: float
    burst: int


class Rates:
    """The buckets of all askers. Beyond the most, who has not asked for longest is forgotten."""

    def __init__(self, rate: Rate) -> None:
        """All buckets are full."""
        self._rate = rate
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, asker: str, now_s: float) -> float:
        """Takes one from the asker's bucket: 0, or how long to wait where it is empty."""
        left, since = self._buckets.pop(asker, (float(self._rate.burst), now_s))
        left = min(self._rate.burst, left + max(0.0, now_s - since) * self._rate.per_s)
        wait = 0.0 if left >= 1 else (1 - left) / self._rate.per_s
        self._buckets[asker] = (left if wait else left - 1, now_s)
        if len(self._buckets) > ASKERS_MAX:
            self._buckets.popitem(last=False)
        return wait
