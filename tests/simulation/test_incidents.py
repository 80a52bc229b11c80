"""What was made to happen happened, and nothing else did: truths against a second judgement."""

from collections import Counter

import pytest

from deploy.simulation.estate import Estate
from tests.simulation.conftest import Played, play
from tests.simulation.reference import judge

KINDS = {
    "door_forced", "door_held", "tailgating", "repeated_denial", "duress", "watchlist_hit",
    "barrier_tailing", "overstay", "loitering", "device_lost",
}  # fmt: skip
MINUTE = 60_000
TOLERANCE_MS = 70_000
"""A truth says when at the latest; a lost device's last heartbeat may be a minute before."""


def test_every_kind_of_situation_is_staged(day: Played) -> None:
    assert {truth.rule for truth in day.truths} == KINDS


def test_all_ten_stand_within_forty_minutes_of_a_days_beginning(day: Played) -> None:
    early = {t.rule for t in day.truths if t.at <= day.begins + 25 * MINUTE}
    assert early == KINDS
    nine = {t.rule for t in day.truths if t.at <= day.begins + 10 * MINUTE}
    assert len(nine) >= 9


@pytest.mark.parametrize("seed", [3, 4, 11])
def test_truths_are_what_the_facts_say_and_all_of_it(estate: Estate, seed: int) -> None:
    played = play(estate, seed)
    judged = judge(played.facts, estate)
    for rule, found in judged.items():
        told = Counter(truth.place for truth in played.truths if truth.rule == rule)
        assert Counter(place for place, _ in found) == told, rule


def test_truths_tell_the_time(day: Played, estate: Estate) -> None:
    judged = judge(day.facts, estate)
    for truth in day.truths:
        times = [at for place, at in judged[truth.rule] if place == truth.place]
        assert min(abs(at - truth.at) for at in times) <= TOLERANCE_MS, truth
        assert truth.began_at <= truth.at


def test_habits_are_families_at_counted_gates(day: Played, estate: Estate) -> None:
    habits = [truth for truth in day.truths if truth.cause == "habit"]
    assert habits
    assert {truth.rule for truth in habits} == {"tailgating"}
    assert {truth.place for truth in habits} <= set(estate.gate_doors)


def test_there_is_noise_that_is_no_situation(day: Played) -> None:
    opened = {(fact.place, fact.at) for fact in day.of("door.opened")}
    late_buttons = [
        fact for fact in day.of("exit.requested")
        if any((fact.place, fact.at - back) in opened for back in range(300, 1000))
    ]  # fmt: skip
    assert len(late_buttons) >= 20
    assert sum(1 for _ in day.of("access.denied")) >= 30
