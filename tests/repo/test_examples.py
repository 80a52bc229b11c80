"""The worked examples of CONTRIBUTING.md are put on disk and run as a reader would run them."""

import ast
import json
from pathlib import Path

import pytest
import yaml

from ingest.catalogue import load_catalogue
from ingest.mapping import Mapper
from ingest.message import Message, Rejected
from ingest.registry import Registry
from processors.core.machine import Output
from processors.core.replay import replay
from processors.rules.catalogue import only, shipped_rules
from schemas.events import Event
from tests.repo.documents import blocks
from tests.rules.scenario import Scenario, check, load_scenario

DOCUMENT = "CONTRIBUTING.md"
MESSAGE, EXPECTED = (block.text for block in blocks(DOCUMENT, "json"))
ADAPTER, SCENARIO = (block.text for block in blocks(DOCUMENT, "yaml"))
CODEC, RULE = (block.text for block in blocks(DOCUMENT, "python"))
NAME, RULE_ID = "nordtor_turnstile", "card_passed_back"
TOPIC = "nordtor/NT-7/passages"


def read(folder: Path, payload: str) -> list[Event] | Rejected:
    mapper = Mapper(load_catalogue([folder]), Registry())
    return mapper.read(Message(TOPIC, payload.encode(), received_at=1_772_323_200_500))


@pytest.fixture
def with_mapping(tmp_path: Path) -> Path:
    """A folder of adapters with the example that needs no Python."""
    folder = tmp_path / NAME
    folder.mkdir()
    (folder / "adapter.yaml").write_text(ADAPTER, encoding="utf-8")
    return tmp_path


@pytest.fixture
def with_codec(tmp_path: Path) -> Path:
    """The same make, understood by the example's codec."""
    folder = tmp_path / NAME
    folder.mkdir()
    plain = {key: value for key, value in yaml.safe_load(ADAPTER).items() if key != "map"}
    (folder / "adapter.yaml").write_text(yaml.safe_dump(plain), encoding="utf-8")
    (folder / "codec.py").write_text(CODEC, encoding="utf-8")
    return tmp_path


@pytest.fixture
def rule_folder(tmp_path: Path) -> Path:
    """The example's rule in a folder of an operator's own."""
    folder = tmp_path / RULE_ID
    (folder / "scenarios").mkdir(parents=True)
    (folder / "rule.py").write_text(RULE, encoding="utf-8")
    return folder


def play(folder: Path, story: str) -> tuple[Scenario, Output]:
    """A scenario beside the rule, through the back-test."""
    file = folder / "scenarios/story.yaml"
    file.write_text(story, encoding="utf-8")
    scenario = load_scenario(file)
    rules = only(shipped_rules(folder.parent), [RULE_ID])
    return scenario, replay(scenario.log, rules, until=scenario.until)


def test_the_mapping_makes_of_the_message_what_the_document_shows(with_mapping: Path) -> None:
    found = read(with_mapping, MESSAGE)
    assert not isinstance(found, Rejected), found
    told, shown = json.loads(found[0].to_json()), json.loads(EXPECTED)
    for plain in (told, shown):
        plain.pop("id")
        plain["data"].pop("received_at")
    assert told == shown


def test_the_mapping_rejects_a_word_it_does_not_know(with_mapping: Path) -> None:
    found = read(with_mapping, MESSAGE.replace('"pass"', '"jammed"'))
    assert isinstance(found, Rejected)
    assert "jammed" in found.reason


def test_the_codec_reads_the_same_message_the_same_way(with_codec: Path) -> None:
    found = read(with_codec, MESSAGE)
    assert not isinstance(found, Rejected), found
    assert [(event.type, event.subject, event.data.sequence) for event in found] == [
        ("person.passed", "100200", 41)
    ]
    assert found[0].time == 1_772_323_200_000


def test_the_codec_rejects_what_it_does_not_know(with_codec: Path) -> None:
    found = read(with_codec, MESSAGE.replace('"pass"', '"jammed"'))
    assert isinstance(found, Rejected)
    assert found.path == "$.ev"


def test_the_rule_says_what_its_scenario_says(rule_folder: Path) -> None:
    scenario, out = play(rule_folder, SCENARIO)
    check(scenario, out)


@pytest.mark.parametrize(
    "moved", ["{at: 301,", "{at: 1,"], ids=["outside the window", "one swipe told twice"]
)
def test_the_rule_is_silent_outside_its_window(rule_folder: Path, moved: str) -> None:
    _, out = play(rule_folder, SCENARIO.replace("{at: 60,", moved))
    assert not out.alerts


@pytest.mark.parametrize("code", [CODEC, RULE], ids=["codec", "rule"])
def test_the_examples_keep_to_the_style(code: str) -> None:
    tree = ast.parse(code)
    assert ast.get_docstring(tree)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert all(node.returns is not None for node in functions)
    assert max(map(len, code.splitlines())) <= 100
