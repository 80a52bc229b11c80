"""Suppression by cause: what explains an alert at a place, so that it rings nobody by itself.

Each function fits `Rule.inhibitors`: the alerts of other rules that, while they stand, are the
cause. An alert with a cause is kept with its reason; what is said again after it is told.
"""

from processors.core.effects import OpenAlert
from processors.core.rule import Situation

Causes = tuple[tuple[str, str], ...]
"""Pairs of rule and key."""
FIRE, WORKS = "fire_unlock", "works_under_way"
"""The rules whose alerts are causes; their keys are places."""


def by_fire(now: Situation, told: OpenAlert) -> Causes:
    """A fire signal that released the doors and barriers of the place, or of what it stands in."""
    return _at_or_around(FIRE, now, told)


def by_works(now: Situation, told: OpenAlert) -> Causes:
    """Works registered for the place, or for what it stands in: propped doors and dust belong."""
    return _at_or_around(WORKS, now, told)


def by_fire_or_works(now: Situation, told: OpenAlert) -> Causes:
    """Either."""
    return by_fire(now, told) + by_works(now, told)


def by_works_unless_red(now: Situation, told: OpenAlert) -> Causes:
    """Works explain what is odd, never what is dangerous."""
    return () if told.severity == "red" else by_works(now, told)


def _at_or_around(rule: str, now: Situation, told: OpenAlert) -> Causes:
    around = (node.id for node in now.config.lineage(told.place))
    places = dict.fromkeys((told.place, *around, now.config.estate))
    return tuple((rule, place) for place in places)
