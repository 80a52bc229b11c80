"""Scenarios of rules: YAML beside the rule, run through the back-test.

A scenario says what an estate saw and what must stand at the end:

    about: one line
    start: RFC 3339        optional, when second 0 is; else eight in the morning
    config: {…}            optional, parts of an EstateConfig
    beside: [rule, …]      optional, shipped rules that are judged too, such as one that silences it
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

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from processors.core.output import Output
from processors.core.replay import replay
from processors.core.rule import RuleSet, rule_set
from processors.rules.catalogue import load, rule_folders
from schemas.alerts import Alert
from schemas.base import MS_PER_S, Instant, Model
from schemas.event_data import EventData, PlateRef
from schemas.events import Event, event_id, explain, make_event
from schemas.place import EstateConfig
from schemas.plates import masked, normal_plate, skeleton
from schemas.rule_files import read_yaml
from schemas.yaml_file import Document, Fault, FileFaults, validate

START_MS = 1_772_323_200_000
"""2026-03-01T00:00:00Z, eight in the morning where the estates stand."""
ESTATE = "riverside"
TOP = {"at", "type", "subject", "id", "again"}
INSTANTS = ("valid_from", "valid_to", "gap_until", "observed_at", "received_at")


class ScenarioFile(Model):
    """What a scenario's file may hold; see the module."""

    about: str
    start: Instant = START_MS
    config: dict[str, Any] = Field(default_factory=dict)
    beside: tuple[str, ...] = ()
    events: tuple[dict[str, Any], ...]
    until: float
    alerts: tuple[dict[str, Any], ...]
    near_misses: tuple[str, ...] | None = None
    devices: dict[str, dict[str, Any]] | None = None


class Exemption(Model):
    """A kind of scenario that makes no sense for a rule, and why."""

    exempt: str
    about: str = ""


@dataclass(frozen=True)
class Scenario:
    """One scenario, ready to run. `events` may hold one twice; `until` is in ms.

    `log` begins with the configuration: back-test and live path read the same log.
    """

    folder: Path
    about: str
    start: int
    config: EstateConfig
    events: tuple[Event, ...]
    until: int
    expected: tuple[dict[str, Any], ...]
    near_misses: tuple[str, ...] | None = None
    devices: dict[str, dict[str, Any]] | None = None
    exempt: str | None = None
    beside: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        """The id of its rule."""
        return self.folder.name

    @property
    def log(self) -> list[Event]:
        """All events by time, the configuration first."""
        first = activation(self.config, self.start - 10 * MS_PER_S)
        return [first, *sorted(self.events, key=lambda event: event.at)]

    @property
    def rules(self) -> RuleSet:
        """The rule with the shipped ones it follows, and those beside it."""
        rule = load(self.folder)
        shipped = {folder.name: folder for folder in rule_folders()}
        others = [load(shipped[name]) for name in sorted(rule.after.union(self.beside))]
        return rule_set([rule, *others])

    def last_tick(self) -> Event:
        """The tick that brings the live path to `until`, where the back-test stops."""
        at = self.until + self.config.lateness_ms
        data = {"device": "gateway", "place": ESTATE, "received_at": at}
        source = f"/{ESTATE}/gateway"
        return make_event(
            "clock.ticked", id=event_id("tick", at), source=source, time=at, data=data
        )


def scenario_files(folder: Path) -> list[Path]:
    """The scenarios of one rule's folder."""
    return sorted(folder.glob("scenarios/*.yaml"))


def load_scenario(file: Path) -> Scenario:
    """The scenario of a file. Raises FileFaults with file, line and path."""
    document, folder = read_yaml(file), file.resolve().parent.parent
    if isinstance(document.content, dict) and "exempt" in document.content:
        reason = validate(document, Exemption).exempt
        bare = estate_config({})
        return Scenario(folder, reason, START_MS, bare, (), START_MS, (), exempt=reason)
    plain = validate(document, ScenarioFile)
    if faults := list(_faults(document, plain)):
        raise FileFaults(faults)
    events = tuple(
        event
        for index, item in enumerate(plain.events)
        for event in [build(item, index, plain.start)] * (2 if item.get("again") else 1)
    )
    return Scenario(
        folder=folder, about=plain.about, start=plain.start, config=estate_config(plain.config),
        events=events, until=plain.start + round(plain.until * MS_PER_S), expected=plain.alerts,
        near_misses=plain.near_misses, devices=plain.devices, beside=plain.beside,
    )  # fmt: skip


def _faults(document: Document, plain: ScenarioFile) -> Iterator[Fault]:
    try:
        estate_config(plain.config)
    except ValidationError as error:
        yield document.fault(("config",), explain(error))
    shipped = {folder.name for folder in rule_folders()}
    for index, name in enumerate(plain.beside):
        if name not in shipped:
            yield document.fault(("beside", index), f"{name!r} is no shipped rule")
    for index, item in enumerate(plain.events):
        try:
            build(item, index, plain.start)
        except (ValueError, TypeError) as error:
            yield document.fault(("events", index), str(error).splitlines()[0])
    for index, alert in enumerate(plain.alerts):
        for name in alert:
            if name not in TELLABLE:
                what = f"is nothing that is told of an alert; there are: {', '.join(TELLABLE)}"
                yield document.fault(("alerts", index, name), what)


def estate_config(parts: Mapping[str, Any]) -> EstateConfig:
    """The estate of the scenarios with these parts."""
    whole = {"estate": ESTATE, "name": {"zh": "滨河苑", "en": "Riverside"}} | dict(parts)
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


def build(item: Mapping[str, Any], index: int, start: int) -> Event:
    """One event of a scenario; what the scenario leaves out is filled in. Raises ValueError."""
    if not isinstance(item.get("at"), int | float) or item.get("type") not in EventData.TYPES:
        raise ValueError("needs `at` in seconds and a `type` of the table of event types")
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
    if unknown := sorted(set(data) - set(EventData.TYPES[word].model_fields)):
        raise ValueError(f"{unknown[0]!r} is no field of {word}")
    identity = item.get("id") or event_id(word, at, index)
    source = f"/{ESTATE}/{data['device']}"
    return make_event(word, id=identity, source=source, time=at, subject=subject, data=data)


TELLABLE = (
    "rule", "key", "place", "subject", "severity", "handler", "also", "delivery", "opened",
    "updated", "cleared", "steps", "readings", "more", "suppressed", "found_afterwards",
    "silent_on_site", "roles", "says", "says_en",
)  # fmt: skip
"""What a scenario may expect of an alert."""


def told(alert: Alert, expected: Mapping[str, Any], start: int) -> dict[str, Any]:
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
        "readings": [item.id for item in alert.evidence],
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


def played(scenario: Scenario) -> list[str]:
    """Run it by the back-test: how what came differs from what it expects, one line each."""
    if scenario.exempt:
        return []
    return list(differences(scenario, replay(scenario.log, scenario.rules, until=scenario.until)))


def differences(scenario: Scenario, out: Output) -> Iterator[str]:
    """Where what came out for the rule is not exactly what the scenario expects."""
    mine = [alert for alert in out.alerts.values() if alert.rule == scenario.rule]
    mine.sort(key=lambda alert: (alert.opened_at, alert.key))
    shape = {"opened": 0, "cleared": 0, "delivery": 0, "steps": 0}
    shown = [f"{a.key} {a.severity} {told(a, shape, scenario.start)} {a.reason.zh}" for a in mine]
    if len(mine) != len(scenario.expected):
        yield f"{len(mine)} alerts instead of {len(scenario.expected)}: {shown}"
    for index, (alert, expected) in enumerate(zip(mine, scenario.expected, strict=False)):
        found = told(alert, expected, scenario.start)
        for name in expected:
            if found[name] != expected[name]:
                yield f"alerts.{index}.{name}: {found[name]!r}, not {expected[name]!r}: {shown}"
    if scenario.near_misses is not None:
        steps = tuple(m.step for m in out.near_misses if m.rule == scenario.rule)
        if steps != scenario.near_misses:
            yield f"near_misses: {list(steps)}, not {list(scenario.near_misses)}"
    for name, wanted in (scenario.devices or {}).items():
        device = out.devices.get((ESTATE, name))
        state = {"state": device.state, "not_judged": list(device.not_judged)} if device else {}
        if {key: state.get(key) for key in wanted} != wanted:
            yield f"devices.{name}: {state}, not {wanted}"
