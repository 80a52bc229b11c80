"""Scenarios of rules: YAML beside the rule, run through the back-test and the live path alike.

A scenario says what an estate saw and what must stand at the end:

    about: one line
    start: RFC 3339        optional, when second 0 is; else eight in the morning
    config: {…}            optional, parts of an EstateConfig
    events:
      - {at: 0, type: door.opened, place: d1, …}   at in seconds; other keys are data, subject, id
    until: 60              where time stops, in seconds
    alerts:
      - {key: d1, severity: blue, opened: 35, cleared: 40, steps: [opened, closed], …}
    near_misses: [step, …] optional: why there was no alert, step by step
    devices: {id: {state: lost, not_judged: […]}}   optional: what is shown of devices in the end

`again: true` delivers an event twice. A plate is written in clear (`plate`, `holder`) and becomes
references. `type: config.activated` takes `config` as above. Alerts stand by opening time, then
key. A rule that has no use for a kind says so in its place with `exempt: reason`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from processors.core.machine import Output
from processors.core.rule import RuleSet, rule_set
from processors.rules.catalogue import load, rule_folders
from schemas.alerts import Alert
from schemas.base import MS_PER_S, parse_instant
from schemas.event_data import EventData, PlateRef
from schemas.events import Event, event_id, make_event
from schemas.place import EstateConfig
from schemas.plates import masked, normal_plate, skeleton

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
INSTANTS = ("valid_from", "valid_to", "gap_until", "observed_at", "received_at")
FILES = [file for folder in rule_folders() for file in sorted(folder.glob("scenarios/*.yaml"))]
NAMES = [f"{file.parent.parent.name}/{file.stem}" for file in FILES]


@dataclass(frozen=True)
class Scenario:
    """One scenario, ready to run. `events` may hold one twice; `until` is in ms.

    `log` begins with the configuration: back-test and live path read the same log.
    """

    rule: str
    about: str
    start: int
    config: EstateConfig
    events: tuple[Event, ...]
    until: int
    expected: list[dict[str, Any]]
    near_misses: list[str] | None = None
    devices: dict[str, dict[str, Any]] | None = None
    exempt: str | None = None

    @property
    def log(self) -> list[Event]:
        """All events by time, the configuration first."""
        first = activation(self.config, self.start - 10 * MS_PER_S)
        return [first, *sorted(self.events, key=lambda event: event.at)]

    @property
    def rules(self) -> RuleSet:
        """The rule with the ones it follows."""
        rule = load(_folder(self.rule))
        return rule_set([rule, *(load(_folder(name)) for name in sorted(rule.after))])

    def last_tick(self) -> Event:
        """The tick that brings the live path to `until`, where the back-test stops."""
        at = self.until + self.config.lateness_ms
        data = {"device": "gateway", "place": ESTATE, "received_at": at}
        source = f"/{ESTATE}/gateway"
        return make_event(
            "clock.ticked", id=event_id("tick", at), source=source, time=at, data=data
        )


def _folder(name: str) -> Path:
    return next(folder for folder in rule_folders() if folder.name == name)


def load_scenario(file: Path) -> Scenario:
    """The scenario of a file."""
    plain = yaml.safe_load(file.read_text(encoding="utf-8"))
    rule, config = file.parent.parent.name, estate_config(plain.get("config", {}))
    if "exempt" in plain:
        reason = plain["exempt"]
        return Scenario(rule, reason, START_MS, config, (), START_MS, [], exempt=reason)
    start = parse_instant(plain["start"]) if "start" in plain else START_MS
    events = tuple(
        event
        for index, item in enumerate(plain["events"])
        for event in [build(item, index, start)] * (2 if item.get("again") else 1)
    )
    return Scenario(
        rule=rule, about=plain["about"], start=start, config=config, events=events,
        until=start + round(plain["until"] * MS_PER_S), expected=plain["alerts"],
        near_misses=plain.get("near_misses"), devices=plain.get("devices"),
    )  # fmt: skip


def estate_config(parts: dict[str, Any]) -> EstateConfig:
    """The estate of the scenarios with these parts."""
    whole = {"estate": ESTATE, "name": {"zh": "滨河苑", "en": "Riverside"}} | parts
    return EstateConfig.model_validate(whole)


def activation(config: EstateConfig, at: int) -> Event:
    """A configuration as the log holds it."""
    data = {
        "device": "console", "place": ESTATE, "received_at": at,
        "hash": config.digest, "config": config.model_dump(mode="json"),
    }  # fmt: skip
    source, identity = f"/{ESTATE}/console", event_id("config", config.digest, at)
    return make_event("config.activated", id=identity, source=source, time=at, data=data)


def plate_ref(text: str) -> PlateRef:
    """A plate's references, readable: what the gateway makes keyed hashes of."""
    plate = normal_plate(text)
    bones = skeleton(plate)
    return PlateRef(ref=f"ref-{plate}", skeleton=f"bones-{bones}", masked=masked(bones))


def build(item: dict[str, Any], index: int, start: int) -> Event:
    """One event of a scenario; what the scenario leaves out is filled in."""
    word = item["type"]
    at = start + round(item["at"] * MS_PER_S)
    data = {key: value for key, value in item.items() if key not in TOP}
    if word == "config.activated":
        return activation(estate_config(data["config"]), at)
    data.setdefault("place", "d1")
    data.setdefault("device", f"{data['place']}-device")
    for name in INSTANTS:
        if isinstance(data.get(name), int | float):
            data[name] = start + round(data[name] * MS_PER_S)
    data.setdefault("received_at", data.get("observed_at", at) + 100)
    subject = item.get("subject")
    for name in ("plate", "holder"):
        if isinstance(data.get(name), str):
            data[name] = plate_ref(data[name])
            subject = subject or data[name].ref
    assert set(data) <= set(EventData.TYPES[word].model_fields), f"{word}: {data}"
    identity = item.get("id") or event_id(word, at, index)
    source = f"/{ESTATE}/{data['device']}"
    return make_event(word, id=identity, source=source, time=at, subject=subject, data=data)


def told(alert: Alert, expected: dict[str, Any], start: int) -> dict[str, Any]:
    """The parts of an alert that the expectation names, in its words."""

    def seconds(at: int | None) -> float | None:
        return None if at is None else (at - start) / MS_PER_S

    known: dict[str, Any] = {
        "rule": alert.rule,
        "key": alert.key,
        "place": alert.place,
        "subject": alert.subject,
        "severity": alert.severity,
        "handler": alert.handler,
        "also": list(alert.also),
        "delivery": alert.delivery,
        "opened": seconds(alert.opened_at),
        "updated": seconds(alert.updated_at),
        "cleared": seconds(alert.cleared_at),
        "steps": [item.step for item in alert.evidence],
        "more": alert.evidence_more,
        "suppressed": alert.suppressed.by if alert.suppressed else None,
        "found_afterwards": alert.found_afterwards,
        "silent_on_site": alert.silent_on_site,
        "roles": list(alert.roles),
        "says": expected.get("says") if expected.get("says", "") in alert.reason.zh else None,
        "says_en": (
            expected.get("says_en") if expected.get("says_en", "") in alert.reason.en else None
        ),
    }
    return {name: known[name] for name in expected}


def check(scenario: Scenario, out: Output) -> None:
    """What came out for this rule is exactly what the scenario expects."""
    mine = [alert for alert in out.alerts.values() if alert.rule == scenario.rule]
    mine.sort(key=lambda alert: (alert.opened_at, alert.key))
    shape = {"opened": 0, "cleared": 0, "delivery": 0, "steps": 0}
    shown = [f"{a.key} {a.severity} {told(a, shape, scenario.start)} {a.reason.zh}" for a in mine]
    assert len(mine) == len(scenario.expected), f"{scenario.about}: {shown}"
    for alert, expected in zip(mine, scenario.expected, strict=True):
        assert told(alert, expected, scenario.start) == expected, f"{scenario.about}: {shown}"
    if scenario.near_misses is not None:
        missed = [missed for missed in out.near_misses if missed.rule == scenario.rule]
        assert [miss.step for miss in missed] == scenario.near_misses, missed
    for name, wanted in (scenario.devices or {}).items():
        shown_device = out.devices[(ESTATE, name)]
        found = {"state": shown_device.state, "not_judged": list(shown_device.not_judged)}
        assert {key: found[key] for key in wanted} == wanted, f"{scenario.about}: {shown_device}"
