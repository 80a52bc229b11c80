"""Incidents: the alerts of one visit or one cause under one heading. Pure.

An alert names the first of its incident, or stands alone. The gravest speaks for all of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.alerts import SEVERITIES, Alert, Delivery, Handler, Severity
from schemas.base import Instant, Model, Words

Order = tuple[int, int, str]
_GRAVITY: dict[Severity, int] = {severity: rank for rank, severity in enumerate(SEVERITIES)}


class IncidentLine(Model):
    """An incident in short: what is said of it is said of `lead`, its gravest and newest alert.

    `alerts` are the ids of its alerts in sight, in time order, `count` how many they are.
    `delivery` is a push where one of them is, `cleared_at` is given once all of them are over,
    and `found_afterwards` holds where all of them were.
    """

    id: str
    estate: str
    severity: Severity
    delivery: Delivery
    handler: Handler
    lead: str
    rule: str
    place: str
    place_name: Words
    reason: Words
    opened_at: Instant
    updated_at: Instant
    cleared_at: Instant | None
    found_afterwards: bool
    count: int
    alerts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Incident:
    """The alerts of one incident in time order; never none."""

    id: str
    alerts: tuple[Alert, ...]

    @property
    def lead(self) -> Alert:
        """The gravest, of equally grave ones the newest."""
        return min(self.alerts, key=feed_order)

    @property
    def order(self) -> Order:
        """Gravest first, then newest."""
        severity, opened_at, _ = feed_order(self.lead)
        return (severity, opened_at, self.id)

    @property
    def delivery(self) -> Delivery:
        """The most urgent way in which one of them is told."""
        told = {alert.delivery for alert in self.alerts}
        return next(way for way in ("push", "list", "statistic") if way in told)

    @property
    def opened_at(self) -> int:
        """When the first of them was opened, in ms."""
        return self.alerts[0].opened_at

    @property
    def cleared_at(self) -> int | None:
        """When the last of them was over, in ms; None while one stands."""
        ends = [alert.cleared_at for alert in self.alerts if alert.cleared_at is not None]
        return max(ends) if len(ends) == len(self.alerts) else None

    @property
    def rings(self) -> int:
        """How many of them are worth a sound."""
        return sum(map(rings, self.alerts))

    @property
    def version(self) -> tuple[tuple[str, int], ...]:
        """What changes whenever one of them does."""
        return tuple((alert.id, alert.revision) for alert in self.alerts)


def feed_order(alert: Alert) -> Order:
    """Gravest first, then newest; the id only so that the order is one."""
    return (-_GRAVITY[alert.severity], -alert.opened_at, alert.id)


def incident_of(alert: Alert) -> str:
    """The incident an alert belongs to: its own id where it stands alone."""
    return alert.incident or alert.id


def rings(alert: Alert) -> bool:
    """Whether an alert makes a sound: red, still standing, and told when it happened.

    What was found afterwards is old news, and rings nobody however grave it is.
    """
    return alert.severity == "red" and not alert.found_afterwards and alert.cleared_at is None


def joined(name: str, alerts: Iterable[Alert]) -> Incident:
    """The incident of that id out of its alerts, in whatever order they come."""
    return Incident(name, tuple(sorted(alerts, key=lambda alert: (alert.opened_at, alert.id))))


def grouped(alerts: Iterable[Alert]) -> list[Incident]:
    """The incidents of some alerts, one revision each; gravest and newest first."""
    parts: dict[str, list[Alert]] = {}
    for alert in alerts:
        parts.setdefault(incident_of(alert), []).append(alert)
    return in_order(joined(name, some) for name, some in parts.items())


def in_order(incidents: Iterable[Incident]) -> list[Incident]:
    """Incidents gravest first, then newest."""
    return sorted(incidents, key=lambda incident: incident.order)


def incident_line(incident: Incident) -> IncidentLine:
    """The short form of an incident."""
    lead = incident.lead
    same = ("estate", "severity", "handler", "rule", "place", "place_name", "reason")
    return IncidentLine(
        id=incident.id, lead=lead.id, delivery=incident.delivery,
        opened_at=incident.opened_at, cleared_at=incident.cleared_at,
        updated_at=max(alert.updated_at for alert in incident.alerts),
        found_afterwards=all(alert.found_afterwards for alert in incident.alerts),
        count=len(incident.alerts), alerts=_ids(incident.alerts),
        **{name: getattr(lead, name) for name in same},
    )  # fmt: skip


def _ids(alerts: Sequence[Alert]) -> tuple[str, ...]:
    return tuple(alert.id for alert in alerts)
