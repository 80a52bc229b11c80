"""What was heard long after it happened, in order, counts and rings nobody."""

from processors.core.replay import replay
from processors.core.rule import OLD_NEWS_MS
from processors.rules.catalogue import shipped_rules
from schemas.alerts import Alert
from schemas.events import Event
from tests.core.live import Live
from tests.core.make import event

RULES = shipped_rules()


def heard(word: str, at_s: float, after_ms: int, place: str = "d1") -> Event:
    received_at = event(word, at_s).at + after_ms
    return event(word, at_s, place, received_at=received_at, time_from="device")


def told(*events: Event, crash_at: tuple[int, ...] = ()) -> list[Alert]:
    """The alerts of a log, the same by both paths."""
    live = Live(RULES, crash_at=crash_at)
    live.run([[one] for one in events])
    found = sorted(live.alerts.values(), key=lambda a: (a.opened_at, a.id))
    assert found == sorted(replay(events, RULES).alerts.values(), key=lambda a: (a.opened_at, a.id))
    return found


def test_a_backlog_rings_nobody() -> None:
    backlog = [heard("access.duress", 0, OLD_NEWS_MS + 1), heard("door.forced", 1, OLD_NEWS_MS + 1)]
    alerts = told(*backlog, event("clock.ticked", 400, "e"))
    assert {(a.rule, a.found_afterwards, a.delivery) for a in alerts} == {
        ("duress", True, "list"), ("door_forced", True, "list"),
    }  # fmt: skip


def test_what_an_ingest_catches_up_within_a_minute_rings() -> None:
    (alert,) = told(heard("access.duress", 0, OLD_NEWS_MS), event("clock.ticked", 400, "e"))
    assert (alert.found_afterwards, alert.delivery) == (False, "push")


def test_a_deadline_amid_a_backlog_is_old_as_well_also_after_a_crash() -> None:
    late = OLD_NEWS_MS + 60_000
    log = [heard("door.opened", 0, late), heard("access.denied", 900, late, "d2"),
           event("clock.ticked", 2_000, "e")]  # fmt: skip
    for crash_at in ((), (1,), (2,), (3,), (4,), (2, 4, 6)):
        alerts = told(*log, crash_at=crash_at)
        assert {a.rule for a in alerts} >= {"door_forced", "door_held"}
        assert all(a.found_afterwards for a in alerts if a.place == "d1")


def test_once_the_backlog_is_through_it_rings_again() -> None:
    old, new = heard("access.duress", 0, OLD_NEWS_MS + 1), event("access.duress", 500, "d9")
    alerts = told(old, event("clock.ticked", 400, "e"), new, event("clock.ticked", 900, "e"))
    assert [(a.place, a.delivery) for a in alerts] == [("d1", "list"), ("d9", "push")]
