"""What lets people in: the words of the log that all rules go by which ask who was let in.

A duress code opens like a grant and belongs to whoever gave it, so it is one to every rule; that it
was given under duress, `duress` alone tells.
"""

from processors.core.duress import DURESS
from processors.core.patterns import Window
from schemas.alerts import Evidence
from schemas.events import Event

ADMITTED = frozenset({"access.granted", DURESS})
"""A credential was accepted: whoever showed it was let in or out."""
LETS_ONE = ADMITTED | {"exit.requested"}
"""Each of these is for one person or vehicle, by a credential or by the button inside."""
RELEASES = LETS_ONE | {"door.unlocked"}
"""The lock was let go, for whomever: a guard's release is for as many as he means to let in."""


def is_admitted(event: Event) -> bool:
    """Whether a reading says that a credential was accepted."""
    return event.type in ADMITTED


def is_told_again(known: Window, item: Evidence, within_ms: int) -> bool:
    """Whether a reader tells of one swipe once more: the same credential, let in moments ago."""
    since = item.time - within_ms
    return item.subject is not None and any(
        (one.subject, one.type) == (item.subject, item.type) and one.time >= since for one in known
    )
