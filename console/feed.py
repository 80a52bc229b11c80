"""The feed: which alerts are in sight, as which incidents, in which order. Pure: told the time.

An alert is in sight while it stands, and for some hours after, or for as long as another of its
incident is, or its case waits; what is only counted or suppressed is not. Of one id the highest
revision holds, in whatever order the messages come.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from console.incidents import Incident, feed_order, grouped, incident_of, joined
from schemas.alerts import Alert, Delivery, Severity

Suppressed = Literal["false", "true", "any"]


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
    """The alerts in sight. Beyond `size` the last in their order go first."""

    def __init__(self, size: int) -> None:
        """An empty feed for at most `size` alerts."""
        self._size = size
        self._by_id: dict[str, Alert] = {}
        self._parts: dict[str, dict[str, Alert]] = {}
        self._ordered: list[Incident] | None = None

    def __len__(self) -> int:
        return len(self._by_id)

    def put(self, alert: Alert) -> bool:
        """Takes an alert in; False if it is not news or not for people."""
        kept = self._by_id.get(alert.id)
        if kept is not None:
            if kept.revision >= alert.revision:
                return False
            self._drop([alert.id])
        if not is_for_people(alert):
            return kept is not None
        self._ordered = None
        self._by_id[alert.id] = alert
        self._parts.setdefault(incident_of(alert), {})[alert.id] = alert
        return True

    def prune(
        self, cleared_before: int, is_wanted: Callable[[str], bool] = lambda name: False
    ) -> list[str]:
        """Drops the incidents that were over before that time (ms) and of which no alert is wanted
        any more, and the last alerts beyond the size: the ids of the incidents that this changed.
        """
        stale = [
            name
            for name, part in self._parts.items()
            if all(_is_over(alert, cleared_before) for alert in part.values())
            and not any(map(is_wanted, part))
        ]
        self._drop([one for name in stale for one in self._parts[name]])
        over: list[Alert] = []
        if len(self) > self._size:
            over = sorted(self._by_id.values(), key=feed_order)[self._size :]
            self._drop([alert.id for alert in over])
        return stale + list(dict.fromkeys(map(incident_of, over)))

    def _drop(self, ids: list[str]) -> None:
        for name in ids:
            incident = incident_of(self._by_id.pop(name))
            del self._parts[incident][name]
            if not self._parts[incident]:
                del self._parts[incident]
        if ids:
            self._ordered = None

    def get(self, name: str) -> Alert | None:
        """The alert of that id, if it is in sight."""
        return self._by_id.get(name)

    def alerts(self) -> list[Alert]:
        """All alerts in sight, in no order that means anything."""
        return list(self._by_id.values())

    def incident(self, name: str) -> Incident | None:
        """The incident of that id, as far as it is in sight."""
        part = self._parts.get(name)
        return joined(name, part.values()) if part else None

    def ordered(self) -> list[Incident]:
        """All incidents in sight, gravest and newest first."""
        if self._ordered is None:
            self._ordered = grouped(self._by_id.values())
        return self._ordered


class Quieted:
    """Today's alerts that were suppressed by cause, the newest `size` of them."""

    def __init__(self, size: int) -> None:
        """None known yet."""
        self._size = size
        self._by_id: dict[str, Alert] = {}

    def put(self, alert: Alert) -> bool:
        """Takes an alert in, or back where it is suppressed no longer; whether that is news."""
        if alert.suppressed is None:
            return self._by_id.pop(alert.id, None) is not None
        kept = self._by_id.get(alert.id)
        if kept is not None and kept.revision >= alert.revision:
            return False
        self._by_id[alert.id] = alert
        return True

    def prune(self, opened_before: int) -> bool:
        """Lets go of what was opened before that time (ms); whether anything was."""
        newest = sorted(self._by_id.values(), key=lambda one: -one.opened_at)[: self._size]
        kept = {one.id: one for one in newest if one.opened_at >= opened_before}
        is_less = len(kept) < len(self._by_id)
        self._by_id = kept
        return is_less

    def all(self) -> list[Alert]:
        """All of them."""
        return list(self._by_id.values())


def _is_over(alert: Alert, cleared_before: int) -> bool:
    return alert.cleared_at is not None and alert.cleared_at < cleared_before
