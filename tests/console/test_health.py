"""The state of the stream, by what reading the log and the input say."""

import pytest

from console.health import Reading, State, stream_state


@pytest.mark.parametrize(
    ("reading", "silent_ms", "state"),
    [
        (Reading(), None, "starting"),
        (Reading(), 0, "starting"),
        (Reading(caught_up=True), None, "waiting"),
        (Reading(caught_up=True), 0, "normal"),
        (Reading(caught_up=True), 15_000, "normal"),
        (Reading(caught_up=True), 15_001, "late"),
        (Reading(fault="broker", caught_up=True), 0, "down"),
        (Reading(fault="store"), 60_000, "down"),
    ],
)
def test_states(reading: Reading, silent_ms: int | None, state: State) -> None:
    assert stream_state(reading, silent_ms, stale_after_ms=15_000) == state
