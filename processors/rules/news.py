"""Whether a reading came as it happened."""

from schemas.base import MS_PER_S
from schemas.events import Event

IN_TIME_MS = MS_PER_S
"""No rule about wrong clocks or old news may be set to less than this."""


def in_time(event: Event) -> bool:
    """Whether neither clock nor way is worth a thought: heard at once, corrected by nobody."""
    data = event.data
    if data.replayed or data.corrected_ms:
        return False
    return -IN_TIME_MS <= data.received_at - event.at <= IN_TIME_MS
