"""When a backlog is judged, and from where it is heard again after a crash."""

from processors.afterwards.waiting import Patience, Waiting
from tests.core.make import event

PATIENCE = Patience(quiet_s=20, at_most_s=60)


def due(waiting: Waiting, now_s: float) -> list[str]:
    return [backlog.estate for backlog in waiting.due(now_s)]


def test_it_waits_for_quiet() -> None:
    waiting = Waiting(PATIENCE)
    waiting.heard(0, 5, [event("door.opened", 10)], 100)
    waiting.heard(0, 6, [event("door.opened", 4)], 115)

    assert due(waiting, 134.9) == []
    assert due(waiting, 135) == ["e"]
    assert waiting.backlogs["e"].oldest == event("door.opened", 4).at
    assert waiting.backlogs["e"].newest == event("door.opened", 10).data.received_at


def test_but_not_for_ever() -> None:
    waiting = Waiting(PATIENCE)
    for number in range(7):
        waiting.heard(0, number, [event("door.opened", number)], 100 + 10 * number)

    assert due(waiting, 159.9) == []
    assert due(waiting, 160) == ["e"]


def test_what_is_not_judged_is_heard_again() -> None:
    waiting = Waiting(PATIENCE)
    waiting.heard(3, 7, [], 0)
    assert waiting.commits() == {3: 8}
    waiting.heard(3, 8, [event("door.opened", 1)], 0)
    waiting.heard(3, 9, [event("door.opened", 2)], 0)
    assert waiting.commits() == {3: 8}
    waiting.judged(waiting.backlogs["e"])
    assert waiting.commits() == {3: 10}


def test_partitions_of_another_worker_are_forgotten() -> None:
    waiting = Waiting(PATIENCE)
    waiting.heard(3, 8, [event("door.opened", 1)], 0)
    waiting.heard(4, 1, [], 0)
    waiting.forget([3])
    assert due(waiting, 1000) == []
    assert waiting.commits() == {4: 2}
