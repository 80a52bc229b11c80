"""Devices on their way into the site: learned, listed, adopted, imported, checked."""

import asyncio
import json
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
import yaml
from paho.mqtt.enums import CallbackAPIVersion
from typer.testing import CliRunner

from deploy.cli import build_app
from deploy.devices.adopt import is_asked_for
from deploy.devices.hear import Ear, NotHeard, listen
from deploy.devices.listing import ago
from ingest.catalogue import load_catalogue
from ingest.gateway.intake import Heard, Intake
from ingest.gateway.quarantine_store import take_changes, write_changes
from ingest.gateway.state import DeviceClocks, save
from ingest.key_file import load_keys
from ingest.mapping import Mapper
from ingest.message import Message
from ingest.quarantine import Quarantine
from ingest.registry import Registry
from ingest.settings import IngestSettings
from ingest.skew import SAMPLES, SkewTable
from ingest.templates import template_files
from schemas.device_site import DeviceTemplate
from schemas.site import Site
from schemas.site_files import load_site
from tests.ingest.parts import probe_catalogue, rumqttd

AT = 1_772_000_000_000
S = 1000
SITE = """\
# Our site.
version: 1
include:
  - parts/*.yaml  # what others write
templates:
  reader: {adapter: esp_rfid, kind: reader}
estates:
  - id: north
    name: {zh: 北苑, en: North Court}
    places:
      - {id: gate, kind: gate, name: {zh: 南门, en: South Gate}}
      - {id: door, kind: door, parent: gate, name: {zh: 人行门, en: Door}}
    devices:
      - {id: r1, template: reader, ids: [esp-1], place: door, heartbeat_s: 180, parent: panel}
      - {id: panel, adapter: esp_rfid, ids: [esp-2], place: gate, kind: panel, silence_s: 3600,
         timezone: Asia/Tokyo, clock_fault: fixed_shift, clock_shift_s: 60}
"""
PAPERS = [
    "--face", "owners_resolution=2026-02 no. 4", "--face", "notice=at the gate",
    "--face", "impact_assessment=A-7", "--face", "other_way_in=card",
    "--face", "guardians_consent_under_14=folder 3", "--face", "retention_days=30",
]  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "parts").mkdir()
    (tmp_path / "site.yaml").write_text(SITE)
    return tmp_path


def run(place: Path, *words: str) -> tuple[int, str]:
    options = ["--site", str(place / "site.yaml"), "--data", str(place / "data")]
    result = CliRunner().invoke(build_app(), ["devices", *words, *options])
    return result.exit_code, result.output


def esp(kind: str, **more: Any) -> bytes:
    return json.dumps({"type": kind, "time": AT // S, "hostname": "esp-7", **more}).encode()


def swipe(**more: Any) -> bytes:
    access = {"isKnown": "true", "access": "Always", "username": "someone", "uid": "04a1b2c3"}
    return esp("access", **access, **more)


def hear(place: Path, *messages: tuple[str, bytes]) -> None:
    """A gateway that hears messages and keeps what it heard of unregistered devices."""
    quarantine = Quarantine(load_keys(place / "data" / "master.key"))
    mapper = Mapper(load_catalogue(), Registry(load_site(place / "site.yaml")))
    intake = Intake(mapper, quarantine.keys, "gw", SkewTable(), quarantine=quarantine)
    for number, (topic, payload) in enumerate(messages):
        intake.read(Message(topic, payload, AT + number * S), Heard(live=True))
    write_changes(place / "data" / "gw.quarantine.db", *take_changes(quarantine))


def face_terminal(serial: str) -> bytes:
    told = {
        "eventType": "AccessControllerEvent", "eventState": "active",
        "dateTime": "2026-02-25T14:13:20+08:00", "deviceID": serial,
        "AccessControllerEvent": {
            "majorEventType": 5, "subEventType": 75, "serialNo": 1,
            "currentVerifyMode": "face", "cardNo": "1001",
        },
    }  # fmt: skip
    return json.dumps(told).encode()


def test_what_nobody_registered_is_listed_with_its_entry(place: Path) -> None:
    hear(place, ("esprfid/send", swipe()), ("esprfid/send", swipe()), ("odd/one", b"{"))
    status, said = run(place, "list")
    assert status == 0
    assert "not registered: 2" in said
    assert "esp-7" in said
    assert "odd.one" in said

    status, said = run(place, "list", "--unknown")
    assert "r1 " not in said
    assert "esp-7: not registered, understood by esp_rfid, 2 messages" in said
    item = next(row.split("entry    ")[1] for row in said.splitlines() if "entry    " in row)
    assert yaml.safe_load(item)[0]["ids"] == ["esp-7"]
    assert "04a1b2c3" not in said


def test_a_device_is_adopted_into_a_file_of_its_own(place: Path) -> None:
    hear(place, ("esprfid/send", swipe()))
    status, said = run(place, "adopt", "esp-7", "--place", "door", "--id", "u7")
    assert status == 0, said
    found = load_site(place / "site.yaml").estates[0].devices[-1]

    assert (found.id, found.adapter, found.ids, found.place) == (
        "u7",
        "esp_rfid",
        ("esp-7",),
        "door",
    )
    assert found.kind == "reader"
    text = (place / "site.yaml").read_text()
    assert text == SITE.replace("write\n", "write\n  - adopted.yaml\n")
    assert "still no heartbeat was heard" in said
    assert Registry(load_site(place / "site.yaml")).knows("x", "ESP-7")


def test_what_is_included_already_is_not_included_twice(place: Path) -> None:
    hear(place, ("esprfid/send", swipe()))
    status, said = run(place, "adopt", "esp-7", "--place", "door", "--file", "parts/new.yaml")

    assert (status, (place / "site.yaml").read_text()) == (0, SITE), said
    assert load_site(place / "site.yaml").estates[0].devices[-1].id == "esp-7"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("esp-7",), "place: 'PLACE' is not a place of this estate"),
        (("esp-7", "--place", "door", "--id", "r1"), "'r1' is given 2 times"),
        (("esp-7", "--place", "door", "--template", "x"), "'x' is not a template of this site"),
        (("esp-7", "--place", "door", "--estate", "west"), "--estate west: is none of them"),
        (("esp-8", "--place", "door"), "nothing was heard of an unregistered device"),
        (("odd.one", "--place", "door"), "no adapter understood it"),
        (("esp-7", "--place", "door", "--face", "x=1"), "write PAPER=TEXT with one of owners_"),
        (("esp-7", "--place", "door", "--file", "site.yaml"), "into a file that it includes"),
    ],
)
def test_nothing_is_written_at_a_fault(place: Path, words: tuple[str, ...], said: str) -> None:
    hear(place, ("esprfid/send", swipe()), ("odd/one", b"{"))
    status, output = run(place, "adopt", *words)

    assert status == 2
    assert said in output
    assert (place / "site.yaml").read_text() == SITE
    assert not (place / "adopted.yaml").exists()


def test_a_face_terminal_is_adopted_with_its_papers_alone(place: Path) -> None:
    hear(place, ("devices/gate-face/hikvision", face_terminal("DS-0001")))
    status, said = run(place, "adopt", "DS-0001", "--place", "door")
    assert status == 2
    assert said.count("is missing, and this device recognises faces") == 6

    status, said = run(place, "adopt", "DS-0001", "--place", "door", *PAPERS)
    assert status == 0, said
    found = load_site(place / "site.yaml").estates[0].devices[-1]
    assert (found.id, found.ids, found.recognises_faces) == ("gate-face", ("DS-0001",), True)
    assert found.face is not None
    assert found.face.retention_days == 30


def test_a_list_is_checked_by_row_and_written_once(place: Path) -> None:
    file = place / "gates.csv"
    file.write_text("id,place,template,ids\ng1,door,reader,S1\ng2,nowhere,reader,192.168.1.64\n")
    status, said = run(place, "import", str(file))
    assert status == 2
    assert f"{file}:3: devices.north.1.ids.0: '192.168.1.64' is an address" in said

    file.write_text("id,place,template,ids\ng1,door,reader,S1\ng2,人行门,reader,S2\n")
    status, said = run(place, "import", str(file))
    assert (status, said.splitlines()[:2]) == (0, ["+ north g1", "+ north g2"])
    target, main = place / "gates.yaml", place / "site.yaml"
    assert f"2 devices would stand in {target}; {main} would include it" in said
    assert not (place / "gates.yaml").exists()

    status, said = run(place, "import", str(file), "--write")
    assert f"2 devices written to {target}; {main} now includes it" in said
    assert "gates.yaml" in (place / "site.yaml").read_text()
    assert [d.id for d in load_site(place / "site.yaml").estates[0].devices][-2:] == ["g1", "g2"]

    status, said = run(place, "import", str(file), "--write")
    assert said == f"2 devices, nothing to change in {target}\n"

    file.write_text("id,place,template,ids\ng2,door,reader,S9\n")
    status, said = run(place, "import", str(file), "--write")
    assert said.splitlines()[:2] == ["~ north g2: ids", "- north g1"]


LIST = "id,place,template,ids\ng1,door,reader,S1\n"


@pytest.mark.parametrize(
    ("out", "target", "include"),
    [
        ((), "gates.yaml", "  - gates.yaml\n"),
        (("--out", "parts/gates.yaml"), "parts/gates.yaml", None),
        (("--out", "./gates.yaml"), "gates.yaml", "  - gates.yaml\n"),
        (("--out", "{place}/gates.yaml"), "gates.yaml", "  - gates.yaml\n"),
        (("--out", "parts/../more/gates.yaml"), "more/gates.yaml", "  - more/gates.yaml\n"),
    ],
)
def test_a_list_goes_where_it_is_told(
    place: Path, out: tuple[str, ...], target: str, include: str | None
) -> None:
    (place / "more").mkdir()
    (place / "gates.csv").write_text(LIST)
    words = [word.format(place=place) for word in out]

    for _ in range(2):
        status, said = run(place, "import", str(place / "gates.csv"), "--write", *words)
        assert status == 0, said
        assert str(place / target) in said
    main = (place / "site.yaml").read_text()
    assert main == (SITE if include is None else SITE.replace("write\n", f"write\n{include}"))
    assert [d.id for d in load_site(place / "site.yaml").estates[0].devices][-1] == "g1"
    assert (place / target).is_file()
    if include is None:
        (place / "gates.csv").write_text(f"{LIST}g2,door,reader,S2\n")
        said = run(place, "import", str(place / "gates.csv"), "--write", *words)[1]
        assert f"written to {place / target}; {place / 'site.yaml'} includes it already" in said


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("site.yaml", "is the site file itself"),
        ("./parts/../site.yaml", "is the site file itself"),
        ("parts/north.yaml", "was not written by `devices import`"),
        ("nowhere/gates.yaml", "there is no folder"),
    ],
)
def test_a_list_overwrites_nothing_that_people_wrote(place: Path, out: str, said: str) -> None:
    own = "devices: {north: [{id: mine, adapter: esp_rfid, place: door}]}\n"
    (place / "parts" / "north.yaml").write_text(own)
    (place / "gates.csv").write_text(LIST)
    status, told = run(place, "import", str(place / "gates.csv"), "--write", "--out", out)

    assert (status, told.count("\n")) == (2, 1)
    assert said in told
    assert (place / "site.yaml").read_text() == SITE
    assert (place / "parts" / "north.yaml").read_text() == own


def test_a_row_that_stands_in_another_file_is_told_where(place: Path) -> None:
    own = "devices:\n  north:\n    - {id: g1, adapter: esp_rfid, place: door}\n"
    (place / "parts" / "north.yaml").write_text(own)
    (place / "gates.csv").write_text(LIST)
    told = run(place, "import", str(place / "gates.csv"))[1]

    here, there = f"{place / 'gates.csv'}:2", f"{place / 'parts' / 'north.yaml'}:3"
    assert f"{here}: devices.north.0.id: 'g1' is given 2 times, also at {there}" in told
    assert f"{there}: devices.north.0.id: 'g1' is given 2 times, also at {here}" in told


def test_nothing_is_adopted_into_a_lists_file(place: Path) -> None:
    (place / "gates.csv").write_text(LIST)
    run(place, "import", str(place / "gates.csv"), "--write")
    hear(place, ("esprfid/send", swipe()))
    status, said = run(place, "adopt", "esp-7", "--place", "door", "--file", "gates.yaml")
    assert (status, "add it to the list" in said) == (2, True)


def test_the_list_says_when_each_was_last_heard(place: Path) -> None:
    for gateway, at in (("a", AT - 9 * S), ("gw", AT), ("z", AT - S)):
        told = DeviceClocks(heard_at={"/north/r1": at})
        save(place / "data" / f"{gateway}.state.clocks.json", told)
    hear(place, ("esprfid/send", swipe()))
    rows = run(place, "list")[1].splitlines()

    assert rows[0].split()[:5] == ["estate", "device", "adapter", "place", "last"]
    assert rows[1].split()[:5] == ["north", "r1", "esp_rfid", "door", "2026-02-25"]
    assert "14:13:20 (" in rows[1]
    assert rows[2].split()[4] == "never"
    assert "not registered: 1" in rows[4]
    assert rows[5].startswith("calls itself  understood by  last heard")
    assert rows[6].startswith("esp-7         esp_rfid       2026-02-25 06:13:20 UTC (")


@pytest.mark.parametrize(
    ("span_s", "said"),
    [(-5, "0 s"), (0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (7200, "2 h"),
     (86_400 * 3, "3 d")],
)  # fmt: skip
def test_a_span_is_told_in_its_largest_unit(span_s: int, said: str) -> None:
    assert ago(span_s * S) == f"{said} ago"


def test_where_there_is_nothing_to_list_that_is_said(tmp_path: Path) -> None:
    data = ["--data", str(tmp_path / "data")]
    told = CliRunner().invoke(build_app(), ["devices", "list", *data]).output
    assert told.startswith("no site file was given (--site), and no device was heard on ")
    unknown = CliRunner().invoke(build_app(), ["devices", "list", "--unknown", *data]).output
    assert unknown == "no device was heard that no site file names\n"


def test_a_device_is_told_how_it_will_be_judged(place: Path) -> None:
    table = SkewTable()
    for index in range(SAMPLES):
        table.observe("/north/r1", AT + index * 4 * S + 240 * S, AT + index * 4 * S)
    save(place / "data" / "gw.state.clocks.json", DeviceClocks(samples=table.dump()))
    status, said = run(place, "check", "r1")
    assert status == 0, said
    for words in (
        "r1: reader at door (南门人行门) of north", "understood by  esp_rfid", "its own name esp-1",
        "Asia/Shanghai; measured 240 s ahead, which is taken off",
        "30 s after a last will", "told only if panel is there",
    ):  # fmt: skip
        assert words in said

    status, said = run(place, "check", "panel")
    for words in (
        "after 60 min without a word (silence_s)", "Asia/Tokyo",
        "fixed_shift: it is ahead by a fixed time (60 s)",
    ):  # fmt: skip
        assert words in said
    assert run(place, "check", "ghost") == (
        2, "ghost: is no device of the site; see `devices list`\n"
    )  # fmt: skip
    assert "  240 s ahead  " in run(place, "list")[1]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pannel", "pannel: is no device of the site; did you mean panel?\n"),
        ("r1", "known by       its own name esp-1\n"),
        ("pushed", "known by       HTTP pushes to /push/pushed/zkteco\n"),
        ("mute", "known by       nothing yet: give it ids: or topics:\n"),
    ],
)
def test_it_is_said_by_what_a_device_is_known(place: Path, name: str, said: str) -> None:
    (place / "parts" / "more.yaml").write_text(
        "devices:\n  north:\n    - {id: pushed, adapter: zkteco, place: door}\n"
        "    - {id: mute, adapter: esp_rfid, place: door}\n"
    )
    assert said in run(place, "check", name)[1]


def test_what_learn_heard_cannot_be_adopted_and_that_is_said(place: Path) -> None:
    said = run(place, "adopt", "esp-9", "--place", "door")[1]
    assert f"by ingest on {place / 'data'}; " in said
    assert "`devices learn` keeps nothing: paste its entry" in said


@pytest.mark.parametrize("command", [("learn", "--for", "1"), ("prove", "r1", "--no-steps")])
@pytest.mark.parametrize(
    ("broker", "said"),
    [
        ("nowhere", "--broker nowhere: write it as HOST:PORT, like 192.168.1.10:1883\n"),
        ("host:port", "--broker host:port: write it as HOST:PORT"),
    ],
)
def test_a_broker_is_named_by_host_and_port(
    place: Path, command: tuple[str, ...], broker: str, said: str
) -> None:
    status, told = run(place, *command, "--broker", broker)
    assert (status, said in told) == (2, True)


def test_a_name_in_two_estates_is_warned_of(place: Path) -> None:
    other = SITE.split("estates:")[1].replace("id: north", "id: south")
    (place / "parts" / "south.yaml").write_text(f"estates:{other}")
    _, said = run(place, "check")
    assert "device r1: stands in several estates (north, south)" in said


def test_templates_that_come_with_the_adapters_hold() -> None:
    found = template_files(load_catalogue())
    names = [name for file in found for name in file.content]

    assert len(found) >= 5
    assert len(set(names)) == len(names)


def test_templates_are_printed_as_a_file_to_include(place: Path) -> None:
    result = CliRunner().invoke(build_app(), ["devices", "templates"])
    (place / "parts" / "templates.yaml").write_text(result.output)
    site = load_site(place / "site.yaml")

    assert isinstance(site.templates["hikvision-terminal"], DeviceTemplate)
    assert site.templates["hikvision-terminal"].recognises_faces


@pytest.mark.parametrize(
    ("name", "patterns", "wanted"),
    [
        ("a.yaml", ["a.yaml"], True), ("a.yaml", ["*.yaml"], True), ("x/a.yaml", ["*.yaml"], False),
        ("x/a.yaml", ["x/*.yaml"], True), ("a.yaml", ["b.yaml", "x/a.yaml"], False),
    ],
)  # fmt: skip
def test_a_file_is_known_to_be_included(name: str, patterns: list[str], wanted: bool) -> None:
    assert is_asked_for(name, patterns) is wanted


def ear(filters: tuple[str, ...]) -> Ear:
    return Ear(Mapper(probe_catalogue(), Registry(Site())), lambda: AT, filters)


async def test_it_is_learned_from_a_broker_what_devices_say(tmp_path: Path) -> None:
    with rumqttd() as broker:
        settings = IngestSettings(data=tmp_path, mqtt_port=broker.port, mqtt_version="311")
        found = ear(("probe/#",))
        listening = asyncio.create_task(listen(found, settings, 60))
        await asyncio.wait_for(found.ready.wait(), 20)
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id="device")
        client.connect("127.0.0.1", broker.port)
        client.loop_start()
        for payload in (b'{"type": "door.opened", "device": "d1"}', b"{"):
            client.publish("probe/x", payload, qos=1).wait_for_publish(10)
        client.publish("else/where", b"{}", qos=1).wait_for_publish(10)
        async with asyncio.timeout(20):
            while found.messages < 2:
                found.news.clear()
                await found.news.wait()
        client.loop_stop()
        listening.cancel()

    assert sorted(found.notes) == [("", "probe.x"), ("estate", "d1")]
    assert found.notes["estate", "d1"].types == {"door.opened": 1}
    assert found.notes["", "probe.x"].rejected == 1


def test_what_a_registered_device_says_in_vain_is_told_as_its_own(place: Path) -> None:
    (place / "parts" / "face.yaml").write_text(
        "devices: {north: [{id: f1, adapter: facegate, ids: ['778899'], place: door}]}\n"
    )
    site = load_site(place / "site.yaml")
    found = Ear(Mapper(load_catalogue(), Registry(site)), lambda: AT, ("#",))
    found.take(Message("devices/r1/esp_rfid", b"{", AT))
    found.take(Message("mqtt/face/778899/Rec", b'{"operator": "RecPush", "info": 7}', AT))
    found.take(Message("mqtt/face/112233/Rec", b'{"operator": "RecPush", "info": 7}', AT))

    assert sorted(found.notes) == [
        ("", "mqtt.face.112233.Rec"), ("north", "f1"), ("north", "r1"),
    ]  # fmt: skip


def test_own_messages_are_nobodys_and_names_are_bounded() -> None:
    found = ear(("#",))
    found.take(Message("smart-community/gw/clock", b"{}", AT))
    for number in range(1_010):
        found.take(Message("probe/x", b'{"type": "door.opened", "device": "d%d"}' % number, AT))

    assert (found.messages, len(found.notes)) == (1_010, 1_000)


async def test_a_broker_that_is_not_there_is_told(tmp_path: Path) -> None:
    settings = IngestSettings(data=tmp_path, mqtt_port=1, mqtt_version="311")
    with pytest.raises(NotHeard, match=r"no MQTT broker takes us at 127\.0\.0\.1:1"):
        await listen(ear(("#",)), settings, 0.1, reach_s=0.3)
