import pytest

from ingest.clock import SimulatedClock, SystemClock


class Hands:
    """Two hands that a test moves: the wall's and the monotonic one, in seconds."""

    def __init__(self) -> None:
        self.wall, self.running = 1_000.0, 5.0

    def clock(self) -> SystemClock:
        return SystemClock(lambda: self.wall, lambda: self.running)

    def lapse(self, seconds: float) -> None:
        self.wall += seconds
        self.running += seconds


def test_it_tells_the_wall_clock() -> None:
    hands = Hands()
    clock = hands.clock()
    hands.lapse(1.5)

    assert clock.now() == 1_001_500


def test_it_follows_a_step_forward() -> None:
    hands = Hands()
    clock = hands.clock()
    hands.wall += 3600

    assert clock.now() == 4_600_000


def test_it_runs_on_when_the_wall_clock_steps_back() -> None:
    hands = Hands()
    clock = hands.clock()
    hands.wall -= 3600
    hands.lapse(2)

    assert clock.now() == 1_002_000


def test_it_never_goes_back_after_following_a_step() -> None:
    hands = Hands()
    clock = hands.clock()
    hands.wall += 60
    assert clock.now() == 1_060_000
    hands.wall -= 60
    hands.lapse(1)

    assert clock.now() == 1_061_000


def test_the_simulators_time_moves_only_forward() -> None:
    clock = SimulatedClock(1_000)

    assert clock.move(b'{"at": 2000}')
    assert not clock.move(b'{"at": 1500}')
    assert not clock.move(b'{"at": "1970-01-01T00:00:02Z"}')
    assert clock.now() == 2_000


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"{}", b'{"at": "noon"}', b'{"at": null}', b"\xff"]
)
def test_what_is_no_time_moves_nothing(payload: bytes) -> None:
    clock = SimulatedClock(1_000)

    assert not clock.move(payload)
    assert clock.now() == 1_000
