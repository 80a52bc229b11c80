"""`devices prove` as it is typed: on recordings, and on a device that speaks through a broker."""

import asyncio
import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.cli import build_app
from deploy.prove.listen import Ear, NoBroker, Panel, Plan, listen
from deploy.prove.recording import read_recording, to_line
from deploy.prove.setting import Setting
from deploy.prove.trial import AS_CONFIGURED, Heard
from ingest.catalogue import SHIPPED
from ingest.message import Message
from ingest.settings import IngestSettings
from tests.ingest.parts import Publisher, rumqttd, settings, until
from tests.prove.devices import AT, CATALOGUE, TOPIC, site, swipes
from tests.services.process import free_port

CASES = SHIPPED / "generic_gate_json" / "cases"
TEMPLATE = "acme/gate/n1/events"


def prove(*words: str | Path) -> Result:
    argv = ["devices", "prove", *map(str, words)]
    return CliRunner().invoke(build_app(), argv, catch_exceptions=False)


def reading(number: int, after_s: float) -> bytes:
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(AT / 1000 + after_s))
    event = {
        "kind": "arm",
        "state": "up",
        "number": number,
        "at": moment,
        "way": "entry",
        "lane": 1,
    }
    return json.dumps({"gate": {"serial": "G-1"}, "events": [event]}).encode()


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Five openings as one would record them, half a minute apart."""
    file = tmp_path / "gate.ndjson"
    heard = [Message(TEMPLATE, reading(n, 30 * n), AT + 30_000 * n + 400) for n in range(5)]
    file.write_bytes(b"".join(map(to_line, heard)))
    return file


def test_a_recording_is_judged_and_told(tmp_path: Path, recording: Path) -> None:
    page = tmp_path / "page.html"
    found = prove("gate-1", "--recorded", recording, "--html", page)
    assert found.exit_code == 0, found.output
    assert "=> understood" in found.output
    assert "5 messages: 5 barrier.opened." in found.output
    assert "Its clock is right, off by 0.4 s" in found.output
    assert "5 messages: 5 barrier.opened." in page.read_text(encoding="utf-8")


def test_in_chinese(recording: Path) -> None:
    assert "=> 看得懂" in prove("gate-1", "--recorded", recording, "--lang", "zh").output


def test_a_recording_nobody_understands_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "body.json").write_text('{"hello": 1}')
    found = prove("gate-1", "--recorded", tmp_path / "body.json")
    assert found.exit_code == 1
    assert "=> not understood" in found.output
    assert "no adapter knows this topic and content" in found.output


def test_files_without_receipt_leave_clock_and_way_untried(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"{number}.json").write_bytes(reading(number, 30 * number))
    found = prove("gate-1", "--recorded", tmp_path, "--topic", TEMPLATE)
    assert "– Clock (not tried)" in found.output
    assert "has no received_at" in found.output


def test_an_adapters_own_cases_are_a_recording() -> None:
    heard = read_recording(CASES, "", 0)
    assert len(heard) == len(list(CASES.glob("*/message.json")))
    assert all(one.timed for one in heard)
    assert heard[0].message.topic == TEMPLATE


def test_what_is_kept_reads_back_as_it_was(tmp_path: Path) -> None:
    heard = [
        Message("a/b", b"\xff\xd8", AT), Message("闸机/1", '{"牌":"沪A"}'.encode(), AT + 7, True),
    ]  # fmt: skip
    (tmp_path / "x.ndjson").write_bytes(b"".join(map(to_line, heard)))
    assert read_recording(tmp_path / "x.ndjson", "", 0) == tuple(map(Heard, heard))


@pytest.mark.parametrize(
    ("words", "mend"),
    [
        (("x", "--recorded", "nowhere"), "is not there"),
        (("x", "--recorded", ".", "--lang", "fr"), "is neither zh nor en"),
        (("x", "--recorded", ".", "--tz", "Moon"), "is not a time zone"),
        (("x", "--recorded", ".", "--adapter", "moon"), "see `adapters list`"),
        (("x", "--recorded", ".", "--site", "nowhere.yaml"), "check its name and rights"),
        (("x", "--recorded", "{tmp}/bad.ndjson"), "line 1: is not JSON"),
    ],
)
def test_faults_are_one_line_and_status_2(
    tmp_path: Path, words: tuple[str, ...], mend: str
) -> None:
    (tmp_path / "bad.ndjson").write_text("{\n")
    found = prove(*(word.format(tmp=tmp_path) for word in words), "--data", tmp_path)
    assert found.exit_code == 2
    assert mend in found.output
    assert found.output.count("\n") == 1


# A device that speaks


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Person:
    """Somebody beside a device: swipes when asked, and hears what the program says."""

    def __init__(self, devices: Publisher) -> None:
        self._devices = devices
        self.said: list[str] = []
        self._number = 0

    async def ask(self, text: str) -> str:
        """Do what the step asks; the second swipe is left out."""
        self.said.append(text)
        if "once more" in text:
            return "s\n"
        if "Put the cable back" not in text:
            self._number += 1
            event = "deny" if "refused" in text else "pass"
            content = {"ev": event, "card": "1", "way": "in", "no": self._number}
            self._devices.send(TOPIC, content)
            self._devices.send("made/up/reader-2/events", content)
            await self._devices.confirmed()
        return "\n"


async def heard_of(person: Person, told: IngestSettings) -> tuple[Ear, list[str]]:
    setting = Setting("reader-1", CATALOGUE, site())
    mapper = setting.mappers()[AS_CONFIGURED]
    ear = Ear(setting, mapper, now_ms, setting.filters(("",)))
    panel = Panel(person.ask, person.said.append, now_ms)
    marks = await listen(ear, told, panel, Plan(seconds=0, steps=True))
    return ear, [mark.step for mark in marks]


async def test_a_device_is_walked_through_its_steps(tmp_path: Path) -> None:
    with rumqttd() as mqtt:
        devices = Publisher(mqtt.port)
        person = Person(devices)
        told = settings(tmp_path, mqtt_port=mqtt.port, mqtt_version="311")
        # What is cut off comes when it is asked for: nobody waits a minute for this test.
        devices.send(TOPIC, {"ev": "alive"}, retain=True)
        done = asyncio.create_task(heard_of(person, told))
        await until(lambda: any("Put the cable back" in text for text in person.said))
        devices.send(TOPIC, {"ev": "pass", "card": "1", "way": "in", "no": 99})
        ear, steps = await done
        devices.close()
    assert steps == ["granted", "denied", "outage"]
    assert {one.message.topic for one in ear.messages} == {TOPIC}
    numbers = [json.loads(one.message.payload).get("no") for one in ear.messages]
    assert numbers == [None, 1, 2, 3, 99]
    assert ear.messages[0].message.retained
    assert "heard: access.granted" in person.said
    assert "heard: access.denied" in person.said


async def test_a_broker_that_is_away_is_told(tmp_path: Path) -> None:
    told = settings(tmp_path, mqtt_port=free_port())
    setting = Setting("reader-1", CATALOGUE, site())
    ear = Ear(setting, setting.mappers()[AS_CONFIGURED], now_ms, ("#",))

    async def ask(text: str) -> str:
        return ""

    with pytest.raises(NoBroker, match="no MQTT broker takes us"):
        await listen(ear, told, Panel(ask, print, now_ms), Plan(0, steps=False, reach_s=0.3))


def test_the_filters_are_its_own_or_all_it_could_speak_on() -> None:
    known = Setting("reader-1", CATALOGUE, site())
    assert known.filters(("",)) == ("devices/reader-1/#", "made/up/reader-1/#")
    given = Setting("new-1", CATALOGUE, site(), topic="new/make/#")
    assert given.filters(("",)) == ("devices/new-1/#", "new/make/#")
    strange = Setting("new-1", CATALOGUE, site())
    assert strange.filters(("east/",)) == ("east/devices/new-1/#", "east/made/up/+/events")


def test_its_messages_are_told_from_others() -> None:
    setting = Setting("reader-1", CATALOGUE, site())
    mapper = setting.mappers()[AS_CONFIGURED]
    own, other = swipes(1)[0].message, Message("made/up/reader-2/events", b"{}", AT)
    assert setting.is_its(own, mapper)
    assert setting.is_its(Message("devices/reader-1/zkteco", b"?", AT), mapper)
    assert not setting.is_its(other, mapper)
    given = Setting("reader-1", CATALOGUE, site(), topic="made/up/+/events")
    assert given.is_its(other, mapper)
