"""What comes of stepping: collected for a batch, handed to whoever writes it."""

from dataclasses import dataclass, field

from processors.core.effects import ShowDevice
from processors.core.estate import DeadlineName, Estate
from processors.core.records import ScopeRecord, Unreadable
from schemas.alerts import Alert
from schemas.events import Event
from schemas.views import View


@dataclass(frozen=True, slots=True)
class Missed:
    """A near miss with where and when it was."""

    rule: str
    scope: str
    at: int
    step: str
    reason: str


@dataclass(slots=True)
class Output:
    """What came of a batch: whole alerts by id (the last revision), and what else is to be told."""

    alerts: dict[str, Alert] = field(default_factory=dict)
    devices: dict[tuple[str, str], ShowDevice] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    opened: list[Alert] = field(default_factory=list)
    cleared: list[Alert] = field(default_factory=list)
    near_misses: list[Missed] = field(default_factory=list)
    released: list[Event] = field(default_factory=list)
    late: list[Event] = field(default_factory=list)
    refused: list[tuple[Event, str]] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)

    def tell(self, alert: Alert) -> None:
        """An alert has another revision."""
        self.alerts[alert.id] = alert
        if alert.revision == 1:
            self.opened.append(alert)
        if alert.cleared_at is not None:
            self.cleared.append(alert)


def forget(estate: Estate, record: ScopeRecord, name: DeadlineName) -> None:
    """An alert is over for good: the next of its key is another."""
    record.drop_alert(*name)
    estate.open_alerts.discard(name)
