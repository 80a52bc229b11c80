"""Whether what the page shows is of now: the stream is starting, normal, late or down. Pure."""

from dataclasses import dataclass
from typing import Literal

State = Literal["starting", "waiting", "normal", "late", "down"]
Fault = Literal["broker", "store"]


@dataclass(slots=True)
class Reading:
    """How reading the log goes, as the consumer sees it.

    `fault` is why it does not go, `caught_up` whether all that stood in the log at the start has
    been taken in, `behind` how many records stand in it untaken.
    """

    fault: Fault | None = None
    caught_up: bool = False
    behind: int = 0


def stream_state(reading: Reading, silent_ms: int | None, stale_after_ms: float) -> State:
    """The stream's state. `silent_ms`: since when the quietest input has said nothing.

    `down` is a log that cannot be read, `late` an input that is silent, `waiting` an input that
    has never been heard.
    """
    if reading.fault is not None:
        return "down"
    if not reading.caught_up:
        return "starting"
    if silent_ms is None:
        return "waiting"
    return "late" if silent_ms > stale_after_ms else "normal"
