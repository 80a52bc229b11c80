"""`rejected`: what a gateway did not understand is listed, shown for a reason, and re-driven."""

import asyncio
import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from deploy.embedded.parts import Ports
from deploy.embedded.place import tell_ports, told_files
from deploy.embedded.rawlog import Place, Record, Slice
from deploy.embedded.store import Store
from deploy.rejects.cli import register
from deploy.rejects.source import Asked, find_source
from ingest.catalogue import load_catalogue
from ingest.gateway import Gateway
from ingest.gateway.intake import Heard
from ingest.key_file import load_keys
from ingest.message import Message, Rejected
from ingest.rejected import refuse
from ingest.rejects.ledger import read_ledger
from schemas.events import Event, decode
from schemas.topics import REJECTED
from tests.ingest.parts import (
    Publisher,
    Reader,
    figure,
    rumqttd,
    running,
    settings,
    tansu,
    topics,
    until,
)
from tests.services.kafka import Kafka

TOPIC = "nordtor/NT-7/passages"
GOOD = [
    {"sn": "NT-7", "no": 41, "ts": "2026-03-01T08:00:00Z", "ev": "pass", "card": "100200"},
    {"sn": "NT-7", "no": 42, "ts": "2026-03-01T08:00:05Z", "ev": "pass", "card": "100300"},
]
WITHOUT_CLOCK = {"sn": "NT-7", "ev": "pass"}
UNKNOWN = {"sn": "NT-7", "no": 43, "ts": "2026-03-01T08:00:09Z", "ev": "jammed", "card": "100400"}
SENT = [*GOOD, WITHOUT_CLOCK, UNKNOWN]
ADAPTER = """
name: nordtor_turnstile
title: Nordtor turnstiles
make: Nordtor (invented)
evidence: C
topics: [nordtor/+/passages]
topic_decides: true
map:
  format: json
  device: $.sn
  sequence: $.no
  subject: $.card
  time: {from: $.ts, as: iso}
  events: [{when: {$.ev: pass}, type: person.passed}]
"""


def rejected(*words: str | Path) -> Result:
    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, ["rejected", *map(str, words)], catch_exceptions=False)


async def hear(data: Path, bootstrap: str) -> None:
    """Let a gateway without the adapter hear everything."""
    await topics(bootstrap)
    with rumqttd() as mqtt:
        told = settings(
            data, mqtt_port=mqtt.port, bootstrap=bootstrap, topic_filters=("#",), mqtt_version="311"
        )
        gateway = Gateway(told, load_catalogue())
        devices = Publisher(mqtt.port)
        async with running(gateway):
            for content in SENT:
                devices.send(TOPIC, content)
            await until(lambda: gateway.metrics.rejected.labels("none")._value.get() == 4)
            await until(lambda: gateway.inbox.held == 0)
        devices.close()
        assert figure(gateway, "events_total") == 0


async def events_in(bootstrap: str, count: int) -> list[Event]:
    """The readings in Kafka once there are `count`; the gateway's own ticks left out."""
    async with Reader(bootstrap, "community.events") as log:
        await log.read_until(lambda reader: len(reader.of_type("person.passed")) >= count)
        found = [event for record in log.records for event in decode(record.value)]
    return [event for event in found if event.type == "person.passed"]


@pytest.fixture
def adapters(tmp_path: Path) -> Path:
    folder = tmp_path / "mine" / "nordtor_turnstile"
    folder.mkdir(parents=True)
    (folder / "adapter.yaml").write_text(ADAPTER, encoding="utf-8")
    return folder.parent


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    with tansu(tmp_path) as kafka:
        asyncio.run(hear(tmp_path / "data", kafka.bootstrap))
        yield kafka.bootstrap


def at_once(data: Path, adapters: Path, heard: list[tuple[bytes, int]]) -> list[str]:
    """The ids that the gateway would have given with the adapter in place from the start."""
    source = find_source(Asked(data, "127.0.0.1:1", adapters=adapters))
    intake = source.intake_of(source.vault())("gw")
    read = [intake.read(Message(TOPIC, body, at), Heard(live=True)) for body, at in heard]
    return [event.id for outcome in read for event in outcome.events]


def told(data: Path, bootstrap: str) -> list[tuple[bytes, int]]:
    """Each rejected message and its receipt."""
    source = find_source(Asked(data, bootstrap))
    vault, entries = source.vault(), source.entries(0)
    return [(vault.open(e.record), e.at) for e in entries if e.record is not None]


def walk_through(data: Path, bootstrap: str, adapters: Path) -> None:
    """The whole way of an operator."""
    where = ("--data", data, "--bootstrap", bootstrap)

    listed = rejected("list", *where)
    assert listed.exit_code == 0, listed.output
    assert "4 from nordtor/NT-7/passages" in listed.output
    assert "no adapter knows this topic and content" in listed.output
    assert "1002" not in listed.output
    assert "it is JSON, and like nothing that is known" in listed.output
    group = listed.output.split()[0]

    dry = rejected("redrive", *where, "--adapters", adapters)
    assert (
        "3 become 3 person.passed; 1 stay: no entry of events: knows $.ev = 'jammed'" in dry.output
    )
    assert "3 of 4 would become 3 events" in dry.output
    assert not (data / "rejected.ledger").exists()

    other = ("--adapters", adapters, "--adapter", "frigate")
    assert "0 of 0 would become 0 events" in rejected("redrive", *where, *other).output
    own = ("--adapters", adapters, "--adapter", "nordtor_turnstile")
    assert "3 of 4 would become 3 events" in rejected("redrive", *where, *own).output

    for _ in range(2):
        done = rejected("redrive", *where, "--adapters", adapters, "--group", group, "--publish")
        assert "3 of 4 became 3 events in Kafka" in done.output, done.output
    found = asyncio.run(events_in(bootstrap, 6))
    assert len(found) == 6
    wanted = at_once(data, adapters, told(data, bootstrap))
    assert [event.id for event in found] == wanted * 2
    assert all(event.data.replayed and event.data.gateway == "gw" for event in found)
    assert "3 of them re-driven" in rejected("list", *where, "--all").output
    left = rejected("list", *where, "--adapters", adapters).output
    assert left.startswith(f"{group}  1 from")
    assert left.endswith("3 more were re-driven; --all shows them\n")


def test_on_the_embedded_broker(tmp_path: Path, broker: str, adapters: Path) -> None:
    walk_through(tmp_path / "data", broker, adapters)


@pytest.mark.services
def test_on_a_real_kafka(tmp_path: Path, kafka: Kafka, adapters: Path) -> None:
    asyncio.run(hear(tmp_path / "data", kafka.bootstrap))
    walk_through(tmp_path / "data", kafka.bootstrap, adapters)


# One message in clear


def example_of(listed: str) -> str:
    """The id of the first message that a list names."""
    return str(re.findall(r"^  ([0-9a-f]{12})\b", listed, re.MULTILINE)[0])


def test_show_is_written_down_before_it_shows(tmp_path: Path, broker: str) -> None:
    data = tmp_path / "data"
    where = ("--data", data, "--bootstrap", broker)
    example = example_of(rejected("list", *where).output)

    shown = rejected("show", example, *where, "--reason", "ticket 118: new turnstile")

    assert json.loads(shown.output.split("\n\n", 1)[1].splitlines()[0]) in SENT
    (line,) = read_ledger(data / "rejected.ledger")
    assert (line.act.act, line.act.why) == ("show", "ticket 118: new turnstile")
    assert line.act.by.endswith(f"/{os.getuid()}")
    assert line.act.ids[0].startswith(example)
    told_back = rejected("ledger", "--data", data).output
    assert "ticket 118" in told_back
    assert f"the chain holds; it ends with {line.hash}" in told_back


def test_show_shows_nothing_that_it_cannot_write_down(tmp_path: Path, broker: str) -> None:
    data = tmp_path / "data"
    where = ("--data", data, "--bootstrap", broker)
    example = example_of(rejected("list", *where).output)
    (data / "rejected.ledger").write_text("{}\n")

    for words in (("--reason", "ticket 118: new turnstile"), ("--reason", "why")):
        refused = rejected("show", example, *where, *words)
        assert refused.exit_code == 2
        assert 'NT-7"' not in refused.output


def test_a_body_goes_to_a_file_for_its_owner_alone(tmp_path: Path, broker: str) -> None:
    where = ("--data", tmp_path / "data", "--bootstrap", broker)
    example = example_of(rejected("list", *where).output)
    out = tmp_path / "body.json"

    shown = rejected("show", example, *where, "--reason", "ticket 118", "--out", out)

    assert json.loads(out.read_bytes()) in SENT
    assert out.stat().st_mode & 0o777 == 0o600
    assert '"sn"' not in shown.output


# The embedded stack's own file


def kept_by_the_keeper(data: Path, at: int) -> Store:
    """A stack's folder with one rejected message in its keeper's file."""
    source = find_source(Asked(data))
    keys = load_keys(source.settings.master_key)
    message = Message(TOPIC, json.dumps(UNKNOWN).encode(), at)
    record = refuse(message, Rejected("is not known"), keys, "embedded", "NT-7").record
    kept = Record(0, at, b"NT-7", record.to_json())
    store = Store(data)
    place = Place(REJECTED.name, 1)
    store.apply([Slice(place, (kept,), 1, 1)], {place: 1})
    ports = Ports(**dict.fromkeys(Ports.__dataclass_fields__, 4))
    (data / "site.yaml").write_text("version: 1\n", encoding="utf-8")
    tell_ports(data, ports, "127.0.0.1", {"site": data / "site.yaml", "adapters": None})
    return store


def test_nothing_left_is_said(tmp_path: Path) -> None:
    kept_by_the_keeper(tmp_path, now_ms()).close()
    assert rejected("list", "--data", tmp_path, "--device", "x").output == (
        "nothing is left that was not understood\n"
    )


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def test_the_keepers_file_is_read_while_the_stack_is_down(tmp_path: Path) -> None:
    kept_by_the_keeper(tmp_path, now_ms()).close()
    assert "1 from NT-7" in rejected("list", "--data", tmp_path).output


def test_seven_days_later_it_is_gone_from_the_list_and_from_the_file(tmp_path: Path) -> None:
    now, week = now_ms(), REJECTED.retention_ms or 0
    store = kept_by_the_keeper(tmp_path, now)
    source = find_source(Asked(tmp_path))
    assert source.entries(now + week)
    assert not source.entries(now + week + 1)
    assert store.prune(now + week) == 0
    assert store.prune(now + week + 1) == 1
    assert not source.entries(now)
    store.close()


def test_the_stack_tells_with_which_site_it_runs(tmp_path: Path) -> None:
    kept_by_the_keeper(tmp_path, now_ms()).close()
    assert told_files(tmp_path) == {"site": tmp_path / "site.yaml"}
    assert find_source(Asked(tmp_path)).settings.site == tmp_path / "site.yaml"
    given = Asked(tmp_path, site=tmp_path / "other.yaml")
    assert find_source(given).settings.site == tmp_path / "other.yaml"


# Whose it was


SITE = """
estates:
  - id: north
    name: {zh: 北苑, en: North}
    places: [{id: g, kind: gate, name: {zh: 门, en: Gate}}]
    devices: [{id: gate-7, adapter: nordtor_turnstile, topics: [%s], place: g}]
"""


def test_a_registered_device_is_called_by_its_name(tmp_path: Path) -> None:
    kept_by_the_keeper(tmp_path, now_ms()).close()
    site = tmp_path / "site.yaml"
    site.write_text(SITE % "nordtor/NT-7/#", encoding="utf-8")
    for device in ("gate-7", "NT-7"):
        assert (
            "1 from gate-7 of north\n"
            in rejected("list", "--data", tmp_path, "--device", device).output
        )
    example = example_of(rejected("list", "--data", tmp_path).output)
    shown = rejected("show", example, "--data", tmp_path, "--reason", "ticket 118").output
    assert "device    gate-7 of north\n" in shown

    site.write_text(SITE % "nordtor/NT-8/#", encoding="utf-8")
    assert "1 from NT-7 (not registered)\n" in rejected("list", "--data", tmp_path).output
    other = tmp_path / "other.yaml"
    other.write_text(SITE % "nordtor/NT-7/#", encoding="utf-8")
    listed = rejected("list", "--data", tmp_path, "--site", other).output
    assert "1 from gate-7 of north\n" in listed


def test_a_site_with_a_fault_keeps_nobody_from_the_list(tmp_path: Path) -> None:
    kept_by_the_keeper(tmp_path, now_ms()).close()
    (tmp_path / "site.yaml").write_text("estates: 1\n", encoding="utf-8")
    listed = rejected("list", "--data", tmp_path)
    assert listed.exit_code == 0
    assert "1 from NT-7\n" in listed.stdout
    assert "devices are named by their topics: " in listed.stderr


# Faults of people


@pytest.mark.parametrize(
    ("words", "mend"),
    [
        (("list", "--since", "yesterday"), "is not RFC 3339"),
        (("redrive", "--publish"), "say which with --group"),
        (("list", "--bootstrap", "127.0.0.1:1"), "no Kafka broker answers at 127.0.0.1:1"),
        (("show", "zz", "--reason", "ticket 118"), "there is none"),
        (("redrive",), "there is no such key"),
        (("list", "--adapter", "hikvison"), "no adapter or make of this name"),
        (("redrive", "--adapter", "dahua_trafic"), "did you mean dahua_traffic?"),
    ],
)
def test_faults_are_one_line_and_status_2(
    tmp_path: Path, words: tuple[str, ...], mend: str
) -> None:
    kept_by_the_keeper(tmp_path, now_ms()).close()
    if words[0] == "redrive":
        (tmp_path / "master.key").unlink()
    found = rejected(*words, "--data", tmp_path)
    assert found.exit_code == 2
    assert mend in found.output
    assert found.output.count("\n") == 1
