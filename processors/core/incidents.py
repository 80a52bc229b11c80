"""Alerts of one visitor or one spot become one incident: one card, and its course of events.

An alert joins an incident that is not over yet, by its subject or by where it is. An incident has
the id of its first alert. Only rules that say so take part (`Rule.visit`): a barrier left up is no
part of a break-in beside it.
"""

from collections.abc import Iterable
from typing import NamedTuple

from schemas.alerts import Alert
from schemas.base import MS_PER_S
from schemas.place import EstateConfig

NEAR_MS = 10 * 60 * MS_PER_S
"""At one building or gate, how long after its last alert an incident goes on (our judgement)."""
SUBJECT_MS = 30 * 60 * MS_PER_S
"""The same for one credential or plate, wherever it turns up."""
STRANDS_MAX = 100
_SPOTS = frozenset({"building", "gate", "care_home", "car_park", "lift"})


class Strand(NamedTuple):
    """One way of belonging to an incident: a spot or a subject, when it was last met."""

    incident: str
    name: str
    at: int
    until: int


def joined(
    strands: Iterable[Strand], alert: Alert, config: EstateConfig, at: int
) -> tuple[str, tuple[Strand, ...]]:
    """The incident of an alert that has just opened, and the strands with it in them.

    The incident that began to be met last takes it; where there is none the alert begins one.
    """
    going_on = [strand for strand in strands if strand.until >= at]
    names = _names(alert, config)
    met = [strand for strand in going_on if strand.name in names]
    last = max(met, key=lambda strand: (strand.at, strand.incident), default=None)
    incident = alert.id if last is None else last.incident
    kept = [strand for strand in going_on if strand.name not in names]
    new = [Strand(incident, name, at, at + span) for name, span in names.items()]
    return incident, tuple((*kept, *new)[-STRANDS_MAX:])


def _names(alert: Alert, config: EstateConfig) -> dict[str, int]:
    found = {f"at|{spot(config, alert.place)}": NEAR_MS}
    if alert.subject is not None:
        found[f"of|{alert.subject}"] = SUBJECT_MS
    return found


def spot(config: EstateConfig, place: str) -> str:
    """The building or gate that a place belongs to; itself where it belongs to neither."""
    for node in config.lineage(place):
        if node.kind in _SPOTS:
            return node.id
    return place
