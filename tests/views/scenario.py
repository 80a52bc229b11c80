"""Scenarios of read models: as those of rules (tests/rules/scenario.py), with what is shown last.

views:
  KEY: {field: value, …}   of the view's JSON; null: no such view
shown: {KEY: n}            optional: how often it was written
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from processors.core.machine import Output
from processors.core.rule import Rule, RuleSet, rule_set
from processors.rules.catalogue import VIEWS, load_view, rules_and_views, view_folders
from processors.scenarios import START_MS, Scenario, build, estate_config
from schemas.base import MS_PER_S, parse_instant

FILES = [file for folder in view_folders() for file in sorted(folder.glob("scenarios/*.yaml"))]
NAMES = [f"{file.parent.parent.name}/{file.stem}" for file in FILES]


@dataclass(frozen=True)
class ViewScenario(Scenario):
    """A scenario whose `rule` is a read model."""

    views: dict[str, dict[str, Any] | None] | None = None
    shown: dict[str, int] | None = None

    @property
    def rules(self) -> RuleSet:
        """The read model with all rules it follows, near and far."""
        return _with_followed(self.rule)


@cache
def _with_followed(name: str) -> RuleSet:
    known, found = rules_and_views().by_id, dict[str, Rule]()
    waiting = [load_view(VIEWS / name)]
    while waiting:
        rule = waiting.pop()
        found[rule.id] = rule
        waiting += [known[other] for other in rule.after]
    return rule_set(found.values())


@cache
def load_scenario(file: Path) -> ViewScenario:
    """The scenario of a file."""
    plain = yaml.safe_load(file.read_text(encoding="utf-8"))
    start = parse_instant(plain["start"]) if "start" in plain else START_MS
    events = tuple(
        event
        for index, item in enumerate(plain["events"])
        for event in [build(item, index, start)] * (2 if item.get("again") else 1)
    )
    return ViewScenario(
        folder=file.parent.parent, about=plain["about"], start=start,
        config=estate_config(plain.get("config", {})), events=events,
        until=start + round(plain["until"] * MS_PER_S), expected=(),
        views=plain["views"], shown=plain.get("shown"),
    )  # fmt: skip


def check(scenario: ViewScenario, out: Output) -> None:
    """What is shown in the end is what the scenario expects, in the words that it names."""
    for key, wanted in (scenario.views or {}).items():
        view = out.views.get(key)
        if wanted is None or view is None:
            assert (view, wanted) == (None, None), f"{scenario.about}: {key}: {view}"
            continue
        plain = view.model_dump(mode="json")
        told = {name: _told(plain[name], value, scenario.start) for name, value in wanted.items()}
        assert told == wanted, f"{scenario.about}: {key}: {plain}"


def _told(found: Any, wanted: Any, start: int) -> Any:
    """A found value as the scenario writes it: instants in seconds, hours that count something."""
    if isinstance(wanted, dict) and isinstance(found, list):
        return {hour: count for hour, count in enumerate(found) if count}
    if isinstance(wanted, int | float) and isinstance(found, str):
        return (parse_instant(found) - start) / MS_PER_S
    return found
