"""The order of arrival changes nothing: every scenario, shuffled within the lateness.

Each event arrives twice, each copy up to the lateness late; ticks fall anywhere; records and
batches have any size; the process dies before any one write. What people are told in the end is
byte for byte what the back-test says of the sorted log.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.core.replay import replay
from schemas.events import Event, event_id, make_event
from tests.core.live import Live, crashes
from tests.rules.scenario import ESTATE, FILES, NAMES, Scenario, load_scenario

EXAMPLES = 15


@dataclass(frozen=True)
class Journey:
    """How a log reaches the processors: records in order of arrival, and what befalls them."""

    records: list[list[Event]]
    batch: int
    crash_at: frozenset[int]


@st.composite
def journeys(draw: st.DrawFn, scenario: Scenario) -> Journey:
    """A log on its way."""
    lateness = scenario.config.lateness_ms
    first, *events = scenario.log
    delays = st.integers(0, lateness)
    arriving = [(e.at + draw(delays), n, e) for n, e in enumerate(events) for _ in range(2)]
    span = max(scenario.until - scenario.start, 1)
    for number in range(draw(st.integers(0, 4))):
        at = scenario.start + draw(st.integers(0, span))
        arriving.append((at, len(events) + number, _tick(at)))
    log = [first, *(event for _, _, event in sorted(arriving, key=lambda item: item[:2]))]
    size, batch = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    records = [log[at : at + size] for at in range(0, len(log), size)]
    crash_at = draw(crashes(20))
    return Journey([*records, [scenario.last_tick()]], batch, crash_at)


def _tick(at: int) -> Event:
    data = {"device": "gateway", "place": ESTATE, "received_at": at}
    source = f"/{ESTATE}/gateway"
    return make_event("clock.ticked", id=event_id("tick", at), source=source, time=at, data=data)


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_arrival_changes_nothing(file: Path) -> None:
    scenario = load_scenario(file)
    told = replay(scenario.log, scenario.rules, until=scenario.until).alerts
    expected = {key: alert.model_dump_json() for key, alert in told.items()}

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(journey=journeys(scenario))
    def arrives(journey: Journey) -> None:
        live = Live(scenario.rules, crash_at=journey.crash_at)
        live.run(journey.records, journey.batch)
        assert all(event.data.replayed for event in live.late)
        assert {key: a.model_dump_json() for key, a in live.alerts.items()} == expected

    arrives()
