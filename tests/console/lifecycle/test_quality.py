"""Shares of false alerts: the figures, and how little a few verdicts prove."""

import pytest

from console.lifecycle.quality import Verdicts, counted


def test_what_could_not_be_verified_is_no_vote() -> None:
    assert Verdicts("r", true=3, false=1, cannot_be_verified=9).false_share == 0.25
    assert Verdicts("r", cannot_be_verified=9).false_share is None
    assert Verdicts("r").false_share_at_least is None


@pytest.mark.parametrize(("true", "false", "at_least"), [(0, 1, 0.2065), (5, 5, 0.2366), (9, 0, 0)])
def test_the_lower_bound(true: int, false: int, at_least: float) -> None:
    found = Verdicts("r", true=true, false=false).false_share_at_least
    assert found == pytest.approx(at_least, abs=1e-4)


def test_the_surely_wrong_come_first() -> None:
    told = [
        ("once", "false", 1),
        ("often", "false", 40),
        ("often", "true", 10),
        ("good", "true", 9),
    ]
    assert [one.name for one in counted(told)] == ["often", "once", "good"]  # type: ignore[arg-type]
    assert counted([]) == []
