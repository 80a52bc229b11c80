"""docs/new-make.md and the README's section of it are walked through as a newcomer would."""

import ast
import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from deploy.cli import build_app
from ingest.catalogue import load_catalogue
from ingest.kit.cases import cases_of
from ingest.mapping import Mapper
from ingest.message import Message, Rejected
from ingest.registry import Registry
from schemas.base import parse_instant
from schemas.events import Event
from tests.repo.documents import blocks

GUIDE, README = "docs/new-make.md", "README.md"
MESSAGE, SPRUNG = (block.text for block in blocks(GUIDE, "json"))
(ADAPTER,) = (block.text for block in blocks(GUIDE, "yaml"))
(CODEC,) = (block.text for block in blocks(GUIDE, "python"))
(SHORT,) = (block.text for block in blocks(README, "yaml"))
TOPIC, AT = "portalis/P-07/journal", parse_instant("2026-03-01T00:00:06Z")
NAME = "portalis_gate"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(build_app(), [*map(str, words)], catch_exceptions=False)


@pytest.fixture
def message(tmp_path: Path) -> Path:
    file = tmp_path / "message.json"
    file.write_text(MESSAGE, encoding="utf-8")
    return file


def begun(message: Path, *more: str) -> Path:
    own = message.parent / "my-adapters"
    made = run(
        "adapters", "new", NAME, "--folder", own, "--message", message, "--topic", TOPIC, *more
    )
    assert made.exit_code == 0, made.output
    assert run("adapters", "test", own / NAME).exit_code == 1
    return own / NAME


@pytest.fixture(params=["without Python", "with Python"])
def folder(message: Path, request: pytest.FixtureRequest) -> Path:
    """The folder as it stands after step 3, in both ways."""
    if request.param == "without Python":
        found = begun(message)
        (found / "adapter.yaml").write_text(ADAPTER, encoding="utf-8")
    else:
        found = begun(message, "--python")
        (found / "codec.py").write_text(CODEC, encoding="utf-8")
    return found


def read(folder: Path, text: str) -> list[Event] | Rejected:
    mapper = Mapper(load_catalogue([folder]), Registry())
    return mapper.read(Message(TOPIC, text.encode(), AT))


def test_the_cases_hold_after_it_is_filled_in(folder: Path) -> None:
    done = run("adapters", "test", folder, "--write")
    assert done.exit_code == 0, done.output
    (case,) = cases_of(load_catalogue([folder]).adapters[NAME])
    (event,) = case.wanted("expected.json")
    assert event["type"] == "access.granted"
    assert event["subject"] == "551002"
    wanted = {"device": "P-07", "direction": "in", "sequence": 881, "method": "card"}
    assert {name: event["data"][name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("what", "wanted"),
    [
        ("OK_OPEN", ("access.granted", None)), ("NO_RIGHT", ("access.denied", "no_permission")),
        ("TOO_LATE", ("access.denied", "wrong_time")), ("ALIVE", ("device.heartbeat", None)),
    ],
)  # fmt: skip
def test_each_word_means_the_same_in_both_ways(
    folder: Path, what: str, wanted: tuple[str, str | None]
) -> None:
    found = read(folder, MESSAGE.replace("OK_OPEN", what))
    assert not isinstance(found, Rejected), found
    (event,) = found
    assert (event.type, getattr(event.data, "reason", None)) == wanted


def test_a_word_nobody_knows_is_rejected_by_its_name(folder: Path) -> None:
    case = folder / "cases/sprung"
    case.mkdir()
    (case / "message.json").write_text(SPRUNG, encoding="utf-8")
    assert run("adapters", "test", folder, "--write").exit_code == 0
    assert "SPRUNG" in (case / "rejected.json").read_text()


def test_the_recording_is_understood(folder: Path, tmp_path: Path) -> None:
    recording = tmp_path / "gate-7.ndjson"
    lines = []
    for number in range(5):
        payload = json.loads(MESSAGE) | {"idx": 881 + number, "when": f"2026/03/01 08:0{number}:05"}
        at = f"2026-03-01T00:0{number}:06Z"
        lines.append(json.dumps({"topic": TOPIC, "received_at": at, "payload": payload}))
    recording.write_text("\n".join(lines))
    page = tmp_path / "gate-7.html"
    found = run("devices", "prove", "gate-7", "--recorded", recording, "--adapters", folder.parent,
                "--tz", "Asia/Shanghai", "--html", page)  # fmt: skip
    assert "=> understood\n" in found.output, found.output
    assert "看得懂" in page.read_text(encoding="utf-8")


def test_the_readmes_short_form_is_whole_enough(message: Path) -> None:
    """Filled into the folder as it was made, with the head that stands there already."""
    folder = begun(message)
    head = (folder / "adapter.yaml").read_text(encoding="utf-8").split("map:")[0]
    (folder / "adapter.yaml").write_text(head + SHORT, encoding="utf-8")
    found = read(folder, MESSAGE)
    assert not isinstance(found, Rejected), found
    assert [(event.type, event.data.direction) for event in found] == [("access.granted", "in")]
    assert run("adapters", "test", folder, "--write").exit_code == 0
    assert yaml.safe_load(SHORT)["map"]["format"] == "json"


def test_the_codec_keeps_to_the_style() -> None:
    tree = ast.parse(CODEC)
    assert ast.get_docstring(tree)
    assert all(node.returns for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    assert max(map(len, CODEC.splitlines())) <= 100
