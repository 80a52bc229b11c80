"""The shipped rules over a simulated day: nothing staged is missed, nothing harmless is called."""

import pytest

from deploy.simulation.estate import Estate
from deploy.simulation.events import EventWriter
from deploy.simulation.facts import Truth
from processors.core.replay import replay
from processors.rules.catalogue import shipped_rules
from schemas.alerts import Alert
from tests.simulation.conftest import Played

FOREVER = 2**53
SLACK_MS = 90_000
"""Between a situation standing and the rule's own wait, and a last heartbeat before an outage."""


@pytest.fixture(scope="module")
def alerts(day: Played, estate: Estate) -> list[Alert]:
    writer = EventWriter(estate)
    out = replay((writer.event(arrival) for arrival in day.arrivals), shipped_rules())
    assert not out.refused
    return list(out.alerts.values())


def covers(alert: Alert, truth: Truth) -> bool:
    """Whether the alert is of this situation: opened by it, or open when it came."""
    ends = FOREVER if alert.cleared_at is None else alert.cleared_at
    return (
        (alert.rule, alert.place) == (truth.rule, truth.place)
        and alert.opened_at <= truth.at + SLACK_MS
        and ends >= truth.began_at - SLACK_MS
    )


def test_no_situation_is_missed(day: Played, alerts: list[Alert]) -> None:
    last = day.arrivals[-1].received_at
    for truth in day.truths:
        if truth.at + SLACK_MS < last:
            assert any(covers(alert, truth) for alert in alerts), truth


def test_nothing_harmless_is_called(day: Played, alerts: list[Alert]) -> None:
    """Save what is only counted: in the first days of a log vehicles leave that nobody saw come."""
    for alert in alerts:
        told = alert.suppressed is None and alert.delivery != "statistic"
        if told:
            assert any(covers(alert, truth) for truth in day.truths), alert.reason.en
