"""Simulated time follows real time."""

from deploy.simulation.pacing import STEP_MAX_S, Pace


def test_it_stands_still_until_it_is_shown_a_second_time() -> None:
    pace = Pace(1000, 60)
    assert pace.advance(17.0) == 1000


def test_it_runs_as_many_times_as_fast() -> None:
    pace = Pace(1000, 60)
    pace.advance(17.0)
    assert pace.advance(17.05) == 1000 + 3000
    assert pace.advance(17.1) == 1000 + 6000


def test_a_long_pause_is_not_made_up_for() -> None:
    pace = Pace(0, 10)
    pace.advance(0.0)
    assert pace.advance(100.0) == round(STEP_MAX_S * 10_000)


def test_it_never_goes_back() -> None:
    pace = Pace(0, 10)
    pace.advance(5.0)
    later = pace.advance(5.1)
    assert pace.advance(4.0) == later
