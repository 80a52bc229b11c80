"""How much a feed asks of people: pushes by shift, at night, of property by day, and floods. Pure.

The bar is `BAR`: for an officer at most 8 pushes in 8 hours and 2 at night that are not red, for
property at most 20 an estate and day (our judgement, far below a control room's). A flood is
ISA-18.2's: above 10 in 10 minutes until below 5 in 10 minutes, and below 1 % of the time.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from schemas.alerts import Alert
from schemas.base import MS_PER_S

HOUR_MS = 3600 * MS_PER_S
DAY_MS = 24 * HOUR_MS
SHIFT_H = 8
NIGHT = (22, 6)
FLOOD_MS = 600 * MS_PER_S
FLOOD_ABOVE, FLOOD_BELOW = 10, 5


class Bar(NamedTuple):
    """What a feed may ask; see the module."""

    push_a_shift: float = 8
    night_not_red: float = 2
    property_a_day: float = 20
    flood_share: float = 0.01


BAR = Bar()


@dataclass(frozen=True, slots=True)
class Load:
    """What a feed asked of an office over a span (ms): means, and the worst shift.

    `by_rule` counts what rang the police, by rule.
    """

    span_ms: int
    pushes: int
    a_shift: float
    worst_shift: int
    a_night_not_red: float
    property_a_day: float
    flood_share: float
    by_rule: Mapping[str, int]

    def faults(self, bar: Bar = BAR) -> list[str]:
        """Where it is above the bar, one line each."""
        checks = (
            (self.a_shift, bar.push_a_shift, "pushes in a shift of 8 h"),
            (self.a_night_not_red, bar.night_not_red, "pushes a night that are not red"),
            (self.property_a_day, bar.property_a_day, "pushes to property an estate and day"),
            (self.flood_share, bar.flood_share, "of the time in flood"),
        )
        return [
            f"{value:.3g} {what}, above {most:g}" for value, most, what in checks if value > most
        ]


def load_of(alerts: Iterable[Alert], start: int, end: int, zones: Mapping[str, str]) -> Load:
    """The load of one office over [start, end) in ms; `zones` are time zones by estate."""
    told = sorted(
        (a for a in alerts if a.delivery == "push" and not (a.suppressed or a.found_afterwards)),
        key=lambda alert: (alert.opened_at, alert.id),
    )
    police = [alert for alert in told if alert.handler == "police"]
    others = [alert for alert in told if alert.handler == "property"]
    span = max(1, end - start)
    shifts = Counter((alert.opened_at - start) // (SHIFT_H * HOUR_MS) for alert in police)
    night = [a for a in police if a.severity != "red" and _at_night(a, zones.get(a.estate, "UTC"))]
    estates = len({*zones, *(alert.estate for alert in told)}) or 1
    return Load(
        span_ms=span, pushes=len(police), a_shift=len(police) * SHIFT_H * HOUR_MS / span,
        worst_shift=max(shifts.values(), default=0), a_night_not_red=len(night) * DAY_MS / span,
        property_a_day=len(others) * DAY_MS / span / estates,
        flood_share=_flooded([alert.opened_at for alert in police], end) / span,
        by_rule=dict(Counter(alert.rule for alert in police).most_common()),
    )  # fmt: skip


def _at_night(alert: Alert, zone: str) -> bool:
    hour = datetime.fromtimestamp(alert.opened_at / MS_PER_S, ZoneInfo(zone)).hour
    return hour >= NIGHT[0] or hour < NIGHT[1]


def _flooded(times: list[int], end: int) -> int:
    """For how many ms the feed was in flood: from the eleventh in ten minutes until fewer than
    five stand in the last ten.
    """
    window: deque[int] = deque()
    since, total = None, 0
    for at in times:
        calm = _calm_at(window, since)
        if since is not None and calm <= at:
            total, since = total + calm - since, None
        window.append(at)
        while window[0] <= at - FLOOD_MS:
            window.popleft()
        if since is None and len(window) > FLOOD_ABOVE:
            since = at
    return total if since is None else total + min(end, _calm_at(window, since)) - since


def _calm_at(window: deque[int], since: int | None) -> int:
    """When fewer than `FLOOD_BELOW` will stand in the window if nothing more comes."""
    if since is None or len(window) < FLOOD_BELOW:
        return since or 0
    return window[-FLOOD_BELOW] + FLOOD_MS
