"""The same log under other rules: settings overlaid, and what that adds and takes away. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from schemas.alerts import Alert
from schemas.base import MS_PER_S
from schemas.event_data import ConfigActivated
from schemas.events import Event
from schemas.place import EstateConfig

SAME_MS = 15 * 60 * MS_PER_S
"""Alerts of one rule and key this close are the same situation (our judgement)."""
Settings = Mapping[str, Mapping[str, Any]]
"""Parameters by rule."""


class Difference(NamedTuple):
    """Alerts that only one of two runs has, in order of opening."""

    added: tuple[Alert, ...]
    gone: tuple[Alert, ...]


def with_settings(config: EstateConfig, settings: Settings) -> EstateConfig:
    """A configuration with other parameters everywhere: they win over those of areas."""
    rules = {**config.rules}
    for rule, values in settings.items():
        rules[rule] = {**rules.get(rule, {}), **values}
    areas = tuple(
        area.model_copy(
            update={
                "rules": {
                    rule: {k: v for k, v in values.items() if k not in settings.get(rule, {})}
                    for rule, values in area.rules.items()
                }
            }
        )
        for area in config.areas
    )
    return config.model_copy(update={"rules": rules, "areas": areas})


def log_with_settings(events: Iterable[Event], settings: Settings) -> Iterator[Event]:
    """A log whose configurations have other parameters."""
    for event in events:
        if isinstance(event.data, ConfigActivated):
            config = with_settings(EstateConfig.model_validate(event.data.config), settings)
            told = {"config": config.model_dump(mode="json"), "hash": config.digest}
            yield event.model_copy(update={"data": event.data.model_copy(update=told)})
        else:
            yield event


def difference(before: Iterable[Alert], after: Iterable[Alert]) -> Difference:
    """What the second run adds and what it takes away.

    Not by id: with another parameter a situation is told a little earlier or later, or rests on
    another reading, and is still the same to a person.
    """
    gone, added = sorted(before, key=_opened), []
    for alert in sorted(after, key=_opened):
        same = next((old for old in gone if _same(old, alert)), None)
        if same is None:
            added.append(alert)
        else:
            gone.remove(same)
    return Difference(tuple(added), tuple(gone))


def _opened(alert: Alert) -> tuple[int, str]:
    return alert.opened_at, alert.id


def _same(one: Alert, other: Alert) -> bool:
    apart = abs(one.opened_at - other.opened_at)
    return (one.rule, one.key) == (other.rule, other.key) and apart <= SAME_MS
