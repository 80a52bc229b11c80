"""Which devices would have told what did not come: while one of them is away, it is no proof.

They are those whose place (or name) the selections ask for, and those of the group's own place,
with what they hang on. Where a rule says neither, nobody knows who would have told, and gaps in the
whole input alone count.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from processors.core.rule import Situation
from processors.sigma.grouping import part_of
from processors.sigma.match import line_matches
from schemas.correlation import LEVELS
from schemas.events import Event
from schemas.operator_rule import OperatorRule
from schemas.place import EstateConfig
from schemas.selection import Map

STANDING = frozenset({"place", "place_kind", "key_place", "device"})
"""Fields that a device answers by where and what it is, before it says anything."""
PLACED = frozenset({"place", "device", *LEVELS})


@dataclass(frozen=True, slots=True)
class _Here:
    device: str
    place: str


@dataclass(frozen=True, slots=True)
class _Silence:
    """Stands where a reading of a device would: what can be known of it without one."""

    data: _Here


def missed(rule: OperatorRule, now: Situation, names: Sequence[str], since: int) -> bool:
    """Whether a device that such readings of this group come from was away since then (ms)."""
    if not now.outages.spans:
        return False
    maps = [one for name in names for one in rule.selections[name]]
    return now.outages.any_in(_watching(rule, now, maps), since, now.at)


def _watching(rule: OperatorRule, now: Situation, maps: Sequence[Map]) -> Iterator[str]:
    group = _placed_group(rule, now)
    if not group and not any(line.field in STANDING for one in maps for line in one.lines):
        return
    for device in now.config.devices:
        reading = cast(Event, _Silence(_Here(device.id, device.place)))
        is_here = all(part_of(n)(reading, now.config) == value for n, value in group.items())
        if is_here and any(_could_be(one, reading, now.config) for one in maps):
            yield from _with_parents(now.config, device.id)


def _with_parents(config: EstateConfig, name: str | None) -> Iterator[str]:
    seen: set[str] = set()
    while name is not None and name not in seen and name in config.device_by_id:
        seen.add(name)
        yield name
        name = config.device_by_id[name].parent


def _placed_group(rule: OperatorRule, now: Situation) -> dict[str, str]:
    """The group's own place or device, by the word of `group-by`."""
    names, values = rule.correlation.group_by, now.scope.id.split("|")
    if len(names) != len(values):
        return {}
    return {name: value for name, value in zip(names, values, strict=True) if name in PLACED}


def _could_be(told: Map, reading: Event, config: EstateConfig) -> bool:
    lines = (line for line in told.lines if line.field in STANDING)
    return all(line_matches(line)(reading, config) for line in lines)
