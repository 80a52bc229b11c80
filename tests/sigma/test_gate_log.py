"""A gate log through the program itself: `normalise` with an adapter without Python, `backtest`
with rules of one's own, and each rule finds exactly what a plain query over the file's lines finds.

`SMART_COMMUNITY_GATE_LOG` names a log that nobody here made, such as the public one of a nature
park: 171,477 readings in thirteen months, with the columns Timestamp, car-id, car-type and
gate-name. It belongs to others and is not kept here; without it a small one of that form is read.
"""

import os
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest
import typer
import yaml
from typer.testing import CliRunner

import ingest.cli
import processors.cli
from schemas.alerts import EVIDENCE_MAX
from tests.sigma.gates import (
    FORBIDDEN,
    HEADER,
    Passage,
    delimiter_of,
    load,
    passages,
    stays,
    straight,
    visits,
)
from tests.sigma.make import document
from tests.sigma.test_gates import told

GIVEN = os.environ.get("SMART_COMMUNITY_GATE_LOG")
PASSAGES = 6_000
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Found = set[tuple[str, tuple[str, ...]]]
Query = Callable[[list[Passage]], set[Any]]

APP = typer.Typer()
ingest.cli.register(APP)
processors.cli.register(APP)


class Question(NamedTuple):
    """A rule of one's own, and the plain query that answers the same.

    `in_any_log`: there is some of it in the small log and in the public one.
    """

    rule: dict[str, Any]
    query: Query
    in_any_log: bool = True


def read(gate: str, **more: Any) -> dict[str, Any]:
    return {"type": "plate.read", "place|startswith": gate, **more}


def visited(
    name: str, selection: dict[str, Any], query: Query, in_any_log: bool = True
) -> Question:
    """Each reading counts; those within an hour are one."""
    correlation = {"type": "event_count", "rules": ["seen"], "group-by": ["plate"],
                   "timespan": "1h", "condition": {"gte": 1}}  # fmt: skip
    rule = document({"seen": selection}, correlation, id=name, **{"clear-after": "1h"})
    return Question(rule, query, in_any_log)


def stayed(name: str, gate: str, days: int, *group: str) -> Question:
    """In, and not out within so many days. One reader sees both."""
    correlation = {"type": "absent", "rules": ["entered", "left"],
                   "group-by": ["plate", *group], "timespan": f"{days}d"}  # fmt: skip
    seen = {"entered": read(gate), "left": read(gate)}
    rule = document(seen, correlation, id=name, **{"clear-after": "366d"})
    return Question(rule, lambda log: long(log, gate, days, by_gate="place" in group))


def long(log: list[Passage], gate: str, days: int, by_gate: bool) -> set[Any]:
    """The stays of each vehicle, perhaps of each of its gates alone."""
    end = Passage(log[-1].at, "nobody", "", "")
    gates = sorted({p.gate for p in log if p.gate.startswith(gate)}) if by_gate else [gate]
    parts = [[*(p for p in log if p.gate.startswith(one)), end] for one in gates]
    return {
        (car, tuple(at for at in (entered, left) if at is not None))
        for part in parts
        for car, entered, left in stays(part, lambda p: p.gate != "", days * DAY)
    }


def in_order(name: str, *kinds: str, in_any_log: bool = True) -> Question:
    """Gates of these kinds, one directly after the other, within twelve hours."""
    steps = {f"step{number}": read(kind) for number, kind in enumerate(kinds)}
    correlation = {"type": "temporal_ordered", "rules": list(steps), "without": ["any"],
                   "group-by": ["plate"], "timespan": "12h"}  # fmt: skip
    detection = {**steps, "any": {"type": "plate.read"}}
    rule = document(detection, correlation, id=name, **{"clear-after": "1s"})
    return Question(rule, lambda log: straight(log, kinds, 12 * HOUR), in_any_log)


def shut_to(*kinds: str) -> Query:
    return lambda log: visits(log, lambda p: p.kind in kinds and p.gate.startswith("gate"), HOUR)


def no_ranger(p: Passage) -> bool:
    return p.kind != "2P" and p.gate.startswith("gate")


QUESTIONS = [
    visited(
        "trucks_at_gates", read("gate", vehicle_type=sorted(FORBIDDEN)), shut_to(*FORBIDDEN)
    ),
    visited(
        "rangers_gates", read("gate", **{"not": {"vehicle_type": "2P"}}),
        lambda log: visits(log, no_ranger, HOUR),
    ),
    visited(
        "rangers_elsewhere", read("entrance", vehicle_type="2P"),
        lambda log: visits(log, lambda p: p.kind == "2P" and p.gate.startswith("entrance"), HOUR),
        in_any_log=False,
    ),
    stayed("inside_1d", "entrance", 1),
    stayed("inside_3d", "entrance", 3),
    stayed("inside_30d", "entrance", 30),
    stayed("camping_5d", "camping", 5, "place"),
    in_order("entrance_to_stop", "entrance", "ranger-stop"),
    in_order("entrance_to_gate", "entrance", "gate", in_any_log=False),
    in_order("stop_to_entrance", "ranger-stop", "entrance", in_any_log=False),
    in_order("through_a_stop", "gate", "ranger-stop", "gate", in_any_log=False),
]  # fmt: skip
NAMES = [question.rule["id"] for question in QUESTIONS]


class Log(NamedTuple):
    """A log, and what the program made of it: vehicle and times of evidence, by rule."""

    passages: list[Passage]
    events: int
    found: dict[str, list[tuple[str, tuple[datetime, ...]]]]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    """The log that is given, or a small one, through both commands."""
    root = tmp_path_factory.mktemp("park")
    file = Path(GIVEN) if GIVEN is not None else small(root / "gates.csv")
    adapter: dict[str, Any] = deepcopy(told("name")["park_gates"])
    adapter["map"]["delimiter"] = delimiter_of(file)
    put(root / "adapters/park_gates/adapter.yaml", adapter)
    for name, question in zip(NAMES, QUESTIONS, strict=True):
        put(root / "rules" / name / "rule.yaml", question.rule)
    lines = run("normalise", "--adapters", root / "adapters", "--adapter", "park_gates",
                "--tz", "UTC", file)  # fmt: skip
    (root / "gates.ndjson").write_bytes(lines)
    times = {event["id"]: moment(event["time"]) for event in map(orjson.loads, lines.splitlines())}
    chosen = [word for name in NAMES for word in ("--only", name)]
    alerts = run("backtest", "--rules", root / "rules", *chosen, root / "gates.ndjson")
    found: dict[str, list[tuple[str, tuple[datetime, ...]]]] = {name: [] for name in NAMES}
    for alert in map(orjson.loads, alerts.splitlines()):
        evidence = tuple(times[name] for name in alert["evidence"])
        found[alert["rule"]].append((alert["subject"], evidence))
    return Log(load(file), len(times), found)


def small(file: Path) -> Path:
    lines = [HEADER, *(passage.line for passage in passages(seed=7, count=PASSAGES))]
    file.write_text("\n".join(lines).replace(";", ",") + "\n", encoding="utf-8")
    return file


def put(file: Path, plain: object) -> None:
    file.parent.mkdir(parents=True)
    file.write_text(yaml.safe_dump(plain, allow_unicode=True), encoding="utf-8")


def run(*words: object) -> bytes:
    result = CliRunner().invoke(APP, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return result.stdout_bytes


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_every_line_is_one_event(log: Log) -> None:
    assert log.events == len(log.passages) >= PASSAGES - 100


@pytest.mark.parametrize("question", QUESTIONS, ids=NAMES)
def test_a_rule_finds_what_a_plain_query_finds(log: Log, question: Question) -> None:
    name = question.rule["id"]
    expected, found = question.query(log.passages), log.found[name]
    print(f"{name}: {len(expected)} in {log.events} readings")
    assert max((len(times) for _, times in expected), default=0) <= EVIDENCE_MAX
    assert len(found) == len(set(found))
    assert set(found) == expected
    assert expected or not question.in_any_log
