"""Scenarios of rules: YAML beside the rule, run through the back-test and the live path alike.

A scenario says what an estate saw and what must stand at the end:

    about: one line
    config: {…}            optional, parts of an EstateConfig
    events:
      - {at: 0, type: door.opened, place: d1, …}   at in seconds; other keys are data, subject, id
    until: 60              where time stops, in seconds
    alerts:
      - {key: d1, severity: blue, opened: 35, cleared: 40, steps: [opened, closed], …}

`again: true` delivers an event twice. A rule that has no use for a kind says so in its place with
`exempt: reason`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from processors.core.replay import alerts_in_order
from schemas.alerts import Alert
from schemas.base import MS_PER_S
from schemas.event_data import EventData
from schemas.events import Event, event_id, make_event
from schemas.place import EstateConfig

KINDS = (
    "fires_inside_window",
    "silent_outside_window",
    "reversed_order",
    "same_subject_other_place",
    "other_subject_same_place",
    "duplicate_delivery",
    "deadline_alone",
)
START_MS = 1_772_323_200_000
"""2026-03-01T00:00:00Z, eight in the morning where the estates stand."""
ESTATE = "riverside"
TOP = {"at", "type", "subject", "id", "again"}


@dataclass(frozen=True)
class Scenario:
    """One scenario, ready to run. `events` may hold one twice; `until` is in ms."""

    about: str
    config: EstateConfig
    events: tuple[Event, ...]
    until: int
    expected: list[dict[str, Any]]
    exempt: str | None = None


def load_scenario(file: Path) -> Scenario:
    """The scenario of a file."""
    plain = yaml.safe_load(file.read_text(encoding="utf-8"))
    config = {"estate": ESTATE, "name": {"zh": "滨河苑", "en": "Riverside"}} | plain.get(
        "config", {}
    )
    if "exempt" in plain:
        empty = EstateConfig.model_validate(config)
        return Scenario(plain["exempt"], empty, (), START_MS, [], plain["exempt"])
    events = tuple(
        event
        for index, item in enumerate(plain["events"])
        for event in [build(item, index)] * (2 if item.get("again") else 1)
    )
    until = START_MS + round(plain["until"] * MS_PER_S)
    return Scenario(
        plain["about"], EstateConfig.model_validate(config), events, until, plain["alerts"]
    )


def build(item: dict[str, Any], index: int) -> Event:
    """One event of a scenario; what the scenario leaves out is filled in."""
    word = item["type"]
    at = START_MS + round(item["at"] * MS_PER_S)
    data = {key: value for key, value in item.items() if key not in TOP}
    data.setdefault("place", "d1")
    data.setdefault("device", f"{data['place']}-device")
    data.setdefault("received_at", at + 100)
    for name in ("valid_from", "valid_to"):
        if isinstance(data.get(name), int | float):
            data[name] = START_MS + round(data[name] * MS_PER_S)
    assert set(data) <= set(EventData.TYPES[word].model_fields), f"{word}: {data}"
    identity = item.get("id") or event_id(word, at, index)
    subject = item.get("subject")
    source = f"/{ESTATE}/{data['device']}"
    return make_event(word, id=identity, source=source, time=at, subject=subject, data=data)


def told(alert: Alert, expected: dict[str, Any]) -> dict[str, Any]:
    """The parts of an alert that the expectation names, in its words."""

    def seconds(at: int | None) -> float | None:
        return None if at is None else (at - START_MS) / MS_PER_S

    known: dict[str, Any] = {
        "rule": alert.rule,
        "key": alert.key,
        "place": alert.place,
        "subject": alert.subject,
        "severity": alert.severity,
        "handler": alert.handler,
        "delivery": alert.delivery,
        "opened": seconds(alert.opened_at),
        "updated": seconds(alert.updated_at),
        "cleared": seconds(alert.cleared_at),
        "steps": [item.step for item in alert.evidence],
        "suppressed": alert.suppressed.by if alert.suppressed else None,
        "found_afterwards": alert.found_afterwards,
        "silent_on_site": alert.silent_on_site,
        "roles": list(alert.roles),
    }
    return {name: known[name] for name in expected}


def check(rule: str, scenario: Scenario, alerts: list[Alert]) -> None:
    """The alerts of this rule are exactly the expected ones."""
    mine = alerts_in_order(alert for alert in alerts if alert.rule == rule)
    shown = [f"{a.key} {a.severity} {told(a, {'opened': 0, 'steps': 0})}" for a in mine]
    assert len(mine) == len(scenario.expected), f"{scenario.about}: {shown}"
    for alert, expected in zip(mine, scenario.expected, strict=True):
        assert told(alert, expected) == expected, f"{scenario.about}: {shown}"
