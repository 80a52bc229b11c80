"""A duress code looks like any other grant to all but who is told of the duress.

An alert for property, or a number about a home, that named it would tell the very people who stand
beside whoever was forced.
"""

from collections.abc import Iterable
from dataclasses import replace

from schemas.alerts import Evidence

DURESS, GRANTED = "access.duress", "access.granted"


def shown_as(word: str) -> str:
    """The type of a reading as it is shown to everybody."""
    return GRANTED if word == DURESS else word


def disguised(items: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Readings as everybody may see them."""
    return tuple(replace(one, type=GRANTED) if one.type == DURESS else one for one in items)
