"""`smart-community normalise`: payloads in, events or rejections out, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from ingest.cli import register
from ingest.mapping import Mapper
from ingest.message import Message, Rejected
from ingest.normalise import Defaults, lines_of, messages_of
from ingest.registry import Registry
from schemas.base import parse_instant
from schemas.events import decode_line
from tests.ingest.cases import shipped

AT = "2026-03-01T08:00:00.000Z"
DEFAULTS = Defaults("frigate/gate/person", parse_instant(AT))
MAPPER = Mapper(shipped(), Registry(None))


def record(**parts: Any) -> bytes:
    return json.dumps(parts).encode() + b"\n"


def test_file_is_one_message() -> None:
    assert list(messages_of("count.txt", b"3\n", DEFAULTS)) == [
        Message("frigate/gate/person", b"3\n", DEFAULTS.received_at)
    ]


def test_recording_is_one_message_a_line() -> None:
    content = (
        record(topic="a", received_at="2026-03-01T09:00:00+01:00", payload="x")
        + b"\n"
        + record(topic="b", received_at=AT, payload_base64="/9j/", retained=True)
        + record(payload={"a": 1})
    )

    assert list(messages_of("day.mqtt.ndjson", content, DEFAULTS)) == [
        Message("a", b"x", DEFAULTS.received_at),
        Message("b", b"\xff\xd8\xff", DEFAULTS.received_at, retained=True),
        Message(DEFAULTS.topic, b'{"a":1}', DEFAULTS.received_at),
    ]


BROKEN = {
    b'{"topic": ': "is not JSON at column 11",
    b"[1]": "is no JSON object with topic and payload",
    b'{"topic": "a"}': "has no payload text and no payload_base64",
    b'{"payload": 7}': "has no payload text and no payload_base64",
    b'{"payload_base64": "%%%"}': "has no payload text and no payload_base64",
    b'{"payload": "x", "received_at": "2026-03-01T08:00:00"}': (
        "received_at: '2026-03-01T08:00:00' has no offset; write Z or +08:00 at its end"
    ),
}


@pytest.mark.parametrize("line", BROKEN)
def test_broken_line_of_a_recording_is_rejected_by_its_number(line: bytes) -> None:
    content = record(payload="1") + line + b"\n" + record(payload="2")

    first, broken, last = messages_of("day.mqtt.ndjson", content, DEFAULTS)

    assert isinstance(first, Message)
    assert isinstance(last, Message)
    assert broken == Rejected(BROKEN[line], "line 2")


def test_line_is_an_event_or_a_rejection() -> None:
    messages = [
        Message("frigate/gate/motion", b"ON", 0),
        Message("frigate/gate/motion", b"perhaps", 0),
        Message("frigate/gate/motion/set", b"ON", 0),
    ]

    event, rejection = lines_of(MAPPER, messages)

    assert decode_line(event.text).type == "motion.started"
    assert rejection.rejected
    assert json.loads(rejection.text) == {
        "rejected": {"reason": "'perhaps' is none of ON, OFF", "path": "$", "adapter": "frigate"}
    }


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command in an empty folder, on files given as keywords name=content."""
    monkeypatch.chdir(tmp_path)
    program = typer.Typer()
    program.command("other")(lambda: None)
    register(program)

    def call(*words: str, **files: bytes | str) -> Result:
        for name, content in files.items():
            path = Path(name.replace("__", "."))
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return CliRunner().invoke(program, ["normalise", *words])

    return call


def events(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


FACE = '{"type": "face", "camera": "gate", "name": "Mei", "score": 0.9, "timestamp": 1772352000}'
OLD = '{"type":"access","time":1772380800,"isKnown":"true","access":"Always","uid":"77"}'


def test_command_prints_cloud_events(run: Any) -> None:
    [event] = events(run("--topic", "frigate/gate/motion", "--received-at", AT, "m", m="ON"))

    assert event["specversion"] == "1.0"
    assert (event["source"], event["type"]) == ("/estate/gate", "motion.started")
    assert (event["time"], event["data"]["received_at"]) == (AT, AT)


def test_content_decides_without_topic_and_adapter(run: Any) -> None:
    [event] = events(run("f", f=FACE))

    assert (event["type"], event["subject"]) == ("face.recognized", "Mei")


WORDS = {
    "offline": "device.offline",
    "online": "device.online",
    "ON": "motion.started",
    "OFF": "motion.ended",
    "3": "object.counted",
    "ALERT": "device.state_reported",
}


@pytest.mark.parametrize("word", WORDS)
def test_plain_word_is_read_once_its_adapter_is_known(run: Any, word: str) -> None:
    [event] = events(run("--adapter", "frigate", "w", w=word))

    assert event["type"] == WORDS[word]


@pytest.mark.parametrize("word", [*WORDS, "", "not a word"])
def test_plain_word_alone_is_nobodys(run: Any, word: str) -> None:
    result = run("w", w=word)

    assert result.exit_code == 3
    assert json.loads(result.stdout)["rejected"]["adapter"] is None


def test_make_chooses_among_its_adapters(run: Any) -> None:
    access = '{"type":"heartbeat","time":1772352000,"uptime":9,"ip":"192.0.2.1","hostname":"b3"}'

    [event] = events(run("--adapter", "esp-rfid", "a", a=access))

    assert (event["type"], event["data"]["device"]) == ("device.heartbeat", "b3")


def test_events_and_rejections_keep_their_order_and_the_status_is_3(run: Any) -> None:
    result = run("--adapter", "frigate", "a", "b", "c", a="ON", b="hm", c="OFF")

    kinds = [json.loads(line).get("type", "rejected") for line in result.stdout.splitlines()]
    assert kinds == ["motion.started", "rejected", "motion.ended"]
    assert result.exit_code == 3


def test_recording_is_read_line_by_line(run: Any) -> None:
    day = record(topic="frigate/gate/motion", received_at=AT, payload="ON") * 2

    assert len(events(run("day.mqtt.ndjson", day__mqtt__ndjson=day))) == 2


@pytest.mark.parametrize(
    ("words", "wanted"),
    [((), AT), (("--tz", "Asia/Shanghai"), "2026-03-01T08:00:00.000Z"),
     (("--tz", "Europe/Berlin"), "2026-03-01T15:00:00.000Z")],
)  # fmt: skip
def test_zone_places_wall_clock_times(run: Any, words: tuple[str, ...], wanted: str) -> None:
    [event] = events(run("--received-at", AT, *words, "o", o=OLD))

    assert event["time"] == wanted


def test_a_wall_clock_that_nobody_places_is_told_beside_the_events(run: Any) -> None:
    words = ("--adapter", "facegate", "--received-at", AT)
    result = run(*words, "r", "r", r=NAIVE)

    assert [event["data"]["device_time"] for event in events(result)] == ["2026-03-01 16:00:00"] * 2
    assert result.stderr == (
        "note: of 2 lines 2 say a time without a zone, and none is known: they stand at their "
        "receipt; give --tz, like --tz Asia/Shanghai, or --site\n"
    )
    assert run(*words, "--tz", "Asia/Shanghai", "r", r=NAIVE).stderr == ""


ZONE = "timezone: Asia/Shanghai, "


@pytest.mark.parametrize(
    ("zone", "said"), [("", "read in Asia/Shanghai, which holds for an estate"), (ZONE, "")]
)
def test_a_zone_that_the_site_does_not_name_is_told(run: Any, zone: str, said: str) -> None:
    site = GATE_SITE % zone
    result = run("--site", "s.yaml", "--adapter", "facegate", "r", s__yaml=site, r=NAIVE)

    (event,) = events(result)
    assert event["time"] == AT
    assert said in result.stderr
    assert bool(said) is bool(result.stderr)
    assert result.stderr.count("\n") == bool(said)


def test_times_that_say_their_zone_are_no_matter(run: Any) -> None:
    assert run("f", f=FACE).stderr == ""


GATE_SITE = """
estates:
  - {id: willow, name: {zh: 柳苑, en: Willow Court}, %splaces: [{id: gate, kind: gate,
     name: {zh: 门, en: Gate}}],
     devices: [{id: g, adapter: facegate, ids: ['778899'], place: gate}]}
"""
NAIVE = (
    '{"operator": "RecPush", "info": {"facesluiceId": "778899", "customId": "", "RecordID": "7", '
    '"VerifyStatus": "1", "PersonType": "0", "similarity1": "90.0", "Sendintime": 1, '
    '"time": "2026-03-01 16:00:00"}}'
)


SITE = """
estates:
  - id: willow
    name: {zh: 柳苑, en: Willow Court}
    places: [{id: gate, kind: gate, name: {zh: 门, en: Gate}}]
    devices: [{id: cam, adapter: frigate, ids: [gate], place: gate}]
"""


def test_site_places_the_device(run: Any) -> None:
    [event] = events(run("--site", "s.yaml", "f", s__yaml=SITE, f=FACE))

    assert (event["source"], event["data"]["place"]) == ("/willow/cam", "gate")


def test_operators_adapters_are_taken_in(run: Any, tmp_path: Path) -> None:
    (tmp_path / "own" / "my_gate").mkdir(parents=True)
    mapping = "map: {format: json, events: [{type: door.held}]}"
    text = f"name: my_gate\ntitle: T\nmake: m\nevidence: C\n{mapping}\n"
    (tmp_path / "own" / "my_gate" / "adapter.yaml").write_text(text, encoding="utf-8")

    [event] = events(run("--adapters", "own", "--adapter", "my_gate", "x", x="{}"))

    assert event["type"] == "door.held"


def test_command_leaves_nothing_behind(run: Any, tmp_path: Path) -> None:
    events(run("f", f=FACE))

    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_receipt_is_now_if_nothing_is_said(run: Any) -> None:
    [event] = events(run("--adapter", "frigate", "w", w="ON"))

    assert parse_instant(event["data"]["received_at"]) > parse_instant("2025-01-01T00:00:00Z")


USAGE = {
    "nowhere": (["nowhere"], "nowhere: cannot be read"),
    "time": (["--received-at", "noon", "w"], "--received-at: 'noon' is not RFC 3339"),
    "naive time": (["--received-at", "2026-03-01T08:00:00", "w"], "is not RFC 3339"),
    "zone": (["--tz", "Mars/Base", "w"], "--tz: 'Mars/Base' is not a time zone"),
    "adapters": (["--adapters", "gone", "w"], "gone:1: file: is no folder"),
    "site": (["--site", "w", "w"], "w:1: file: is empty"),
}


@pytest.mark.parametrize("what", USAGE)
def test_fault_of_the_call_is_one_line_and_the_status_is_2(run: Any, what: str) -> None:
    words, told = USAGE[what]

    result = run(*words, w="")

    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
