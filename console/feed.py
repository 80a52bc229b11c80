"""The feed: which alerts are in sight, and in which order. Pure: it is told the time.

An alert is in sight while it stands, and for some hours after; what is only counted or suppressed
is not. Of one id the highest revision holds, in whatever order the messages come.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from schemas.alerts import SEVERITIES, Alert, Delivery, Severity

Suppressed = Literal["false", "true", "any"]
_GRAVITY: dict[Severity, int] = {severity: rank for rank, severity in enumerate(SEVERITIES)}


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """What somebody asks to see. None means any."""

    severity: Severity | None = None
    rule: str | None = None
    estate: str | None = None
    delivery: Delivery | None = None
    suppressed: Suppressed = "false"

    def holds(self, alert: Alert) -> bool:
        """Whether an alert is asked for."""
        return (
            self.severity in (None, alert.severity)
            and self.rule in (None, alert.rule)
            and self.estate in (None, alert.estate)
            and self.delivery in (None, alert.delivery)
            and self.suppressed in ("any", "false" if alert.suppressed is None else "true")
        )


def feed_order(alert: Alert) -> tuple[int, int, str]:
    """Gravest first, then newest; the id only so that the order is one."""
    return (-_GRAVITY[alert.severity], -alert.opened_at, alert.id)


def highest(alerts: Iterable[Alert]) -> list[Alert]:
    """One alert of each id: its highest revision, in the order of first mention."""
    kept: dict[str, Alert] = {}
    for alert in alerts:
        if alert.id not in kept or kept[alert.id].revision < alert.revision:
            kept[alert.id] = alert
    return list(kept.values())


def is_for_people(alert: Alert) -> bool:
    """Whether an alert is worth a card: neither suppressed nor a mere statistic."""
    return alert.suppressed is None and alert.delivery != "statistic"


class Feed:
    """The alerts in sight. Beyond `size` the last in its order go first."""

    def __init__(self, size: int) -> None:
        """An empty feed for at most `size` alerts."""
        self._size = size
        self._by_id: dict[str, Alert] = {}
        self._ordered: list[Alert] | None = None

    def __len__(self) -> int:
        return len(self._by_id)

    def put(self, alert: Alert) -> bool:
        """Takes an alert in; False if it is not news or not for people."""
        kept = self._by_id.get(alert.id)
        if kept is not None and kept.revision >= alert.revision:
            return False
        self._ordered = None
        if not is_for_people(alert):
            return self._by_id.pop(alert.id, None) is not None
        self._by_id[alert.id] = alert
        return True

    def prune(self, cleared_before: int) -> list[str]:
        """Drops what was cleared before that time (ms), and the last beyond the size: their ids."""
        stale = [
            alert.id
            for alert in self._by_id.values()
            if alert.cleared_at is not None and alert.cleared_at < cleared_before
        ]
        self._drop(stale)
        over = [alert.id for alert in self.ordered()[self._size :]]
        self._drop(over)
        return stale + over

    def _drop(self, ids: list[str]) -> None:
        for name in ids:
            del self._by_id[name]
        if ids:
            self._ordered = None

    def get(self, name: str) -> Alert | None:
        """The alert of that id, if it is in sight."""
        return self._by_id.get(name)

    def ordered(self) -> list[Alert]:
        """All alerts in sight, gravest and newest first."""
        if self._ordered is None:
            self._ordered = sorted(self._by_id.values(), key=feed_order)
        return self._ordered

    def counts(self) -> dict[Severity, int]:
        """How many alerts there are of each severity, gravest first.

        Cleared ones count: that a situation is over does not mean that anybody has looked at it.
        """
        counted = Counter(alert.severity for alert in self._by_id.values())
        return {severity: counted[severity] for severity in reversed(SEVERITIES)}
