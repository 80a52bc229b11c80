"""Rules that see an event on arrival: which configuration they go by, and how late is too late."""

from hypothesis import given, settings
from hypothesis import strategies as st

from processors.core.machine import Machine, Output
from processors.core.partition import Partition
from processors.core.replay import replay
from processors.core.rule import AT_ONCE_LATE_MS, rule_set
from processors.rules.catalogue import load, rule_folders
from schemas.events import Event
from schemas.place import EstateConfig
from tests.core.live import Live, crashes
from tests.core.make import T0, config, event

RULES = rule_set(load(f) for f in rule_folders() if f.name in ("duress", "watchlist_hit"))
LATE_S = AT_ONCE_LATE_MS / 1000


def activated(at_s: float, of: EstateConfig) -> Event:
    plain = of.model_dump(mode="json")
    return event("config.activated", at_s, place="e", hash=of.digest, config=plain, id=f"c{at_s}")


def clears_after(hours: float) -> EstateConfig:
    return config(rules={"duress": {"clear_h": hours}})


def fed(*records: Event) -> tuple[Partition, Output]:
    partition, out = Partition(0, Machine(RULES)), Output()
    for offset, item in enumerate(records):
        partition.take(offset, [item], out)
    return partition, out


def test_it_is_told_before_its_turn_in_the_order() -> None:
    _, out = fed(activated(-10, config()), event("access.duress", 0, id="a"))
    assert [(a.key, a.opened_at) for a in out.alerts.values()] == [("d1|a", T0)]
    assert out.released == []


def test_it_goes_by_the_configuration_of_its_own_time() -> None:
    old, new = clears_after(1), clears_after(2)
    _, out = fed(
        activated(-10, old),
        event("clock.ticked", 0),
        activated(1, new),
        event("access.duress", 0.5, id="before"),
        event("access.duress", 1.5, id="after"),
    )
    found = {alert.key: alert.config for alert in out.alerts.values()}
    assert found == {"d1|before": old.digest, "d1|after": new.digest}


@settings(max_examples=80)
@given(
    switch_ms=st.integers(0, 6_000),
    hits=st.lists(st.tuples(st.integers(0, 6_000), st.integers(0, 2_000)), min_size=1, max_size=6),
    size=st.integers(1, 4),
    crash_at=crashes(8),
)
def test_a_switch_of_configuration_is_no_race(
    switch_ms: int, hits: list[tuple[int, int]], size: int, crash_at: frozenset[int]
) -> None:
    """Live, the switch arrives at its time and the readings up to the lateness later."""
    arriving = [(switch_ms, 0, activated(switch_ms / 1000, clears_after(2)))]
    for number, (at_ms, delay_ms) in enumerate(hits, start=1):
        pressed = event("access.duress", at_ms / 1000, id=f"h{number}")
        arriving.append((at_ms + delay_ms, number, pressed))
    log = [activated(-10, clears_after(1)), *(e for _, _, e in sorted(arriving, key=_arrival))]
    live = Live(RULES, crash_at=crash_at)
    live.run(
        [*(log[at : at + size] for at in range(0, len(log), size)), [event("clock.ticked", 22)]]
    )
    assert live.alerts == replay(log, RULES, until=T0 + 20_000).alerts


def _arrival(item: tuple[int, int, Event]) -> tuple[int, int]:
    return item[:2]


def test_late_is_told_all_the_same_unless_it_is_old_news() -> None:
    """A panel whose clock is some seconds slow must not be silenced by the lateness."""
    _, out = fed(
        activated(-10, config()),
        event("clock.ticked", 100),
        event("access.duress", 98 - LATE_S, id="slow"),
        event("access.duress", 98 - LATE_S - 1, id="old"),
        event("access.duress", 97, id="replayed", replayed=True),
        event("access.duress", 97, id="kept", retained=True),
    )
    assert [alert.key for alert in out.alerts.values()] == ["d1|slow"]
    assert [item.id for item in out.late] == ["slow", "old", "replayed", "kept"]


def test_late_and_doubled_is_told_once() -> None:
    slow = event("access.duress", 90, id="slow")
    partition, out = fed(activated(-10, config()), event("clock.ticked", 100), slow, slow)
    assert [alert.revision for alert in out.alerts.values()] == [1]
    assert [item.id for item in out.late] == ["slow"]
    again, later = Partition(0, Machine(RULES)), Output()
    again.restore(partition.checkpoint().commit, {})
    again.take(4, [slow], later)
    assert later.alerts == {}, "after a restart the double says nothing new"


def test_the_earliest_readings_are_the_evidence_whatever_came_first() -> None:
    """A camera in front of a parked car reads it more often than an alert has room for."""
    entry = event(
        "watch.changed", -5, place="e", entry="W1", looks_for="credential", subject="card-9",
        case_number="c", owner="o", approver="p", valid_to=T0 + 3_600_000,
    )  # fmt: skip
    shown = [
        event("access.presented", 0.01 * n, place=f"d{n}", subject="card-9") for n in range(60)
    ]
    ahead = [activated(-10, config()), entry]
    _, straight = fed(*ahead, *shown)
    _, backwards = fed(*ahead, *reversed(shown))
    (one,), (other,) = straight.alerts.values(), backwards.alerts.values()
    assert one == other
    assert (len(one.evidence), one.evidence_more, one.revision) == (50, 10, 60)
    assert one.evidence == tuple(sorted(one.evidence, key=lambda item: item.time))
