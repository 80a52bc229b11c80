"""The three worked examples of the document, on a log of 170,000 passages in thirteen months.

Read through the document's mapping, judged by the document's rules, against plain queries.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from ingest.catalogue import load_catalogue
from ingest.mapping import Mapper
from ingest.message import Message, Rejected
from ingest.registry import Registry
from processors.core.replay import replay
from processors.rules.catalogue import only, shipped_rules
from processors.scenarios import load_scenario, played
from schemas.alerts import Alert
from schemas.base import MS_PER_S
from schemas.correlation import DAY_MS
from schemas.events import Event
from schemas.site import Site, parse_site
from tests.repo.documents import blocks
from tests.sigma.gates import HEADER, Passage, forbidden, long_stays, out_of_order, passages

DOCUMENT = "docs/own-rules.md"
PASSAGES = 170_000
LINES_A_MESSAGE = 5_000
RECEIVED = 1_830_000_000_000
QUESTIONS = ["forbidden_zone", "long_stay", "impossible_order"]
EXAMPLES = [yaml.safe_load(block.text) for block in blocks(DOCUMENT, "yaml")]


def told(key: str) -> dict[str, dict[str, object]]:
    """The document's examples that have a key, by its value."""
    return {str(plain[key]): plain for plain in EXAMPLES if key in plain}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document's adapter and rules, each in its folder."""
    root = tmp_path_factory.mktemp("park")
    found = [("adapters", "adapter.yaml", told("name")), ("rules", "rule.yaml", told("id"))]
    for kind, file, examples in found:
        for name, plain in examples.items():
            folder = root / kind / name
            folder.mkdir(parents=True)
            text = yaml.safe_dump(plain, allow_unicode=True)
            (folder / file).write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def log() -> list[Passage]:
    return passages(seed=11, count=PASSAGES)


def read(folders: Path, log: list[Passage], site: Site | None = None) -> Iterator[Event]:
    """The events of the log's lines through the mapping."""
    zone = ZoneInfo("UTC")
    mapper = Mapper(load_catalogue([folders / "adapters"]), Registry(site, zone))
    for start in range(0, len(log), LINES_A_MESSAGE):
        lines = [HEADER, *(passage.line for passage in log[start : start + LINES_A_MESSAGE])]
        found = mapper.read(
            Message("park/gates", "\n".join(lines).encode(), RECEIVED), "park_gates"
        )
        assert not isinstance(found, Rejected), found
        yield from found


@pytest.fixture(scope="module")
def events(folders: Path, log: list[Passage]) -> list[Event]:
    return list(read(folders, log))


@pytest.fixture(scope="module")
def alerts(folders: Path, events: list[Event]) -> dict[str, list[Alert]]:
    rules = only(shipped_rules(folders / "rules"), QUESTIONS)
    began = time.process_time()
    out = replay(events, rules)
    spent = time.process_time() - began
    print(f"{len(events)} events, {len(events) / spent:.0f} events/s, {len(out.alerts)} alerts")
    found: dict[str, list[Alert]] = {rule: [] for rule in QUESTIONS}
    for alert in out.alerts.values():
        found[alert.rule].append(alert)
    return found


def moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / MS_PER_S, UTC)


def test_the_log_is_what_it_says(log: list[Passage], events: list[Event]) -> None:
    assert PASSAGES - 3_000 < len(events) == len({event.id for event in events})
    assert len(log) == len(events)
    months = {passage.at.strftime("%Y-%m") for passage in log}
    gates = {passage.gate.rstrip("0123456789") for passage in log}
    assert (len(months), gates) == (
        13, {"entrance", "general-gate", "gate", "ranger-stop", "camping"},
    )  # fmt: skip


def test_vehicles_of_a_type_in_a_zone_forbidden_to_it(
    log: list[Passage], alerts: dict[str, list[Alert]]
) -> None:
    expected = forbidden(log)
    found = [(a.key, tuple(moment(i.time) for i in a.evidence)) for a in alerts["forbidden_zone"]]
    assert len(expected) > 500
    assert len(found) == len(expected)
    assert set(found) == expected


def test_stays_longer_than_three_days(log: list[Passage], alerts: dict[str, list[Alert]]) -> None:
    expected = long_stays(log, days=3)
    found = [_stay(alert) for alert in alerts["long_stay"]]
    assert len({stay for stay in expected if stay[2] is None}) > 10
    assert len(expected) > 500
    assert len(found) == len(expected)
    assert set(found) == expected
    for alert in alerts["long_stay"]:
        assert alert.opened_at - alert.evidence[0].time == 3 * DAY_MS


def _stay(alert: Alert) -> tuple[str, datetime, datetime | None]:
    entered, *left = alert.evidence
    at_most = alert.opened_at + 366 * DAY_MS
    assert alert.cleared_at in ({left[0].time} if left else {None, at_most})
    return alert.key, moment(entered.time), moment(left[0].time) if left else None


def test_gates_passed_in_an_impossible_order(
    log: list[Passage], alerts: dict[str, list[Alert]]
) -> None:
    expected = out_of_order(log, timedelta(hours=12))
    found = [
        (a.key, tuple(moment(item.time) for item in a.evidence)) for a in alerts["impossible_order"]
    ]
    assert len(expected) > 100
    assert len(found) == len(expected)
    assert set(found) == expected


SITE = """\
estates:
  - id: park
    name: {zh: 公园, en: Park}
    timezone: UTC
    places:
      - {id: woods, kind: zone, name: {zh: 林区, en: Woods}}
%s
    devices:
%s
"""


def test_a_zone_may_be_a_place_of_the_site(folders: Path, log: list[Passage]) -> None:
    """The same question with the site's word for the zone, on the first part of the log."""
    part = log[:20_000]
    gates = sorted({passage.gate for passage in part})
    place = "      - {id: %s, kind: gate, name: {zh: 道口, en: Gate}%s}"
    device = "      - {id: %s, ids: [%s], adapter: park_gates, place: %s}"
    site = parse_site(SITE % (
        "\n".join(place % (g, ", parent: woods" if g.startswith("gate") else "") for g in gates),
        "\n".join(device % (g, g, g) for g in gates),
    ))  # fmt: skip
    plain = dict(told("id")["forbidden_zone"])
    plain["detection"] = {
        "read": {"type": "plate.read", "place|below": "woods", "vehicle_type": ["4", "5", "6"]}
    }
    config = site.configs()["park"].model_copy(update={"operator_rules": (plain,)})
    rules = only(shipped_rules(), ["forbidden_zone"], own=["forbidden_zone"])
    out = replay(read(folders, part, site), rules, {"park": config})
    found = {(a.key, tuple(moment(i.time) for i in a.evidence)) for a in out.alerts.values()}
    assert len(found) > 50
    assert found == forbidden(part)


def test_the_first_example_does_what_its_scenario_says(folders: Path) -> None:
    (scenario,) = told("about").values()
    file = folders / "rules/night_knocking/scenarios/three.yaml"
    file.parent.mkdir()
    file.write_text(yaml.safe_dump(scenario, allow_unicode=True), encoding="utf-8")
    assert load_scenario(file).expected
    assert played(load_scenario(file)) == []
    file.write_text(yaml.safe_dump({**scenario, "until": 80}), encoding="utf-8")
    assert played(load_scenario(file)) != []
