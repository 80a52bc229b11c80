"""A bucket lets through so many at once, and so many a second after that."""

from console.rates import ASKERS_MAX, Rate, Rates


def test_a_burst_then_an_even_pace() -> None:
    rates = Rates(Rate(per_s=2, burst=3))
    assert [rates.wait_s("a", 0.0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert rates.wait_s("a", 0.5) == 0
    assert rates.wait_s("a", 0.5) == 0.5


def test_each_asker_has_a_bucket() -> None:
    rates = Rates(Rate(per_s=1, burst=1))
    assert rates.wait_s("a", 0.0) == 0
    assert rates.wait_s("b", 0.0) == 0
    assert rates.wait_s("a", 0.0) == 1


def test_a_clock_that_goes_back_fills_nothing() -> None:
    rates = Rates(Rate(per_s=1, burst=1))
    assert rates.wait_s("a", 10.0) == 0
    assert rates.wait_s("a", 0.0) == 1


def test_who_has_not_asked_for_longest_is_forgotten() -> None:
    rates = Rates(Rate(per_s=0.001, burst=1))
    for n in range(ASKERS_MAX + 1):
        rates.wait_s(f"a{n}", 0.0)
    assert rates.wait_s("a0", 0.0) == 0
    assert rates.wait_s(f"a{ASKERS_MAX}", 0.0) > 0
