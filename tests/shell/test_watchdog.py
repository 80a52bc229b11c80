"""The watchdog's diagnosis."""

import pytest

from processors.shell.watchdog import Limits, Vitals, diagnose

LIMITS = Limits(ready_within_s=120, stuck_after_s=60, blocked_after_s=20, memory_max_mb=500)
WELL = {"started_at": 0.0, "loop_at": 1000.0, "progress_at": 1000.0, "ready": True, "lag": 0}


@pytest.mark.parametrize(
    ("change", "memory", "said"),
    [
        ({}, 100, None),
        ({"loop_at": 979.0}, 100, "blocked for 21 s"),
        ({"ready": False}, 100, "not ready after 120 s"),
        ({"lag": 5, "progress_at": 930.0}, 100, "no progress for 70 s with 5 records"),
        ({"lag": 0, "progress_at": 930.0}, 100, None),
        ({}, 501, "501 MB in use"),
    ],
)
def test_diagnosis(change: dict[str, float], memory: float, said: str | None) -> None:
    found = diagnose(Vitals(**(WELL | change)), LIMITS, 1000.0, memory)  # type: ignore[arg-type]
    assert (found is None) if said is None else (found is not None and said in found)
