"""What each part is told: every variable is one that the part reads, and the doors are as asked."""

from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from console.settings import ConsoleSettings
from deploy.embedded.broker import BrokerSettings
from deploy.embedded.gate import GateSettings
from deploy.embedded.mqtt import MqttSettings
from deploy.embedded.page import CheckSettings
from deploy.embedded.parts import INNER, Part, Ports, Wish, environment, parts
from deploy.embedded.simulated import SimulatedSettings
from ingest.settings import IngestSettings
from processors.afterwards.settings import AfterwardsSettings
from processors.shell.settings import ProcessorSettings, SinkSettings

PORTS = Ports(mqtt=1, http=2, bridge=3, **{name: 10 + i for i, name in enumerate(INNER)})
READERS: dict[str, type[BaseSettings]] = {
    "mqtt": MqttSettings, "broker": BrokerSettings, "console": ConsoleSettings,
    "process": ProcessorSettings, "sink": SinkSettings, "ingest": IngestSettings,
    "afterwards": AfterwardsSettings,
    "bridge": IngestSettings, "gate": GateSettings, "simulation": SimulatedSettings,
}  # fmt: skip


def wish(**changes: object) -> Wish:
    return Wish(**{"data": Path("/d"), **changes})  # type: ignore[arg-type]


def by_name(asked: Wish) -> dict[str, Part]:
    return {part.name: part for part in parts(asked, PORTS)}


def settings(asked: Wish, name: str, monkeypatch: pytest.MonkeyPatch) -> BaseSettings:
    for key, value in {**environment(asked, PORTS), **by_name(asked)[name].env}.items():
        monkeypatch.setenv(key, value)
    return READERS[name]()


def test_every_part_has_its_settings() -> None:
    assert set(READERS) == set(by_name(wish(demo=True)))


def test_every_variable_is_read_by_somebody() -> None:
    asked = wish(demo=True, site=Path("/s"), adapters=Path("/a"))
    told = set(environment(asked, PORTS))
    for part in by_name(asked).values():
        told |= set(part.env)
    models: list[type[BaseSettings]] = [*READERS.values(), CheckSettings]
    read = {f"SC_{name.upper()}" for model in models for name in model.model_fields}
    assert told - {"PYTHONUNBUFFERED"} <= read


def test_the_parts_find_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = wish(site=Path("/s.yaml"))
    ingest = settings(asked, "ingest", monkeypatch)
    assert isinstance(ingest, IngestSettings)
    assert ingest.mqtt_port == PORTS.mqtt_inner
    assert (ingest.site, ingest.data) == (asked.site, asked.data)
    assert ingest.bootstrap == f"127.0.0.1:{PORTS.broker}"
    assert ingest.durable_url == f"http://127.0.0.1:{PORTS.durable}"
    assert ingest.ingest_port == PORTS.ingest_health
    console = settings(asked, "console", monkeypatch)
    assert isinstance(console, ConsoleSettings)
    assert (console.port, console.host, console.no_auth) == (PORTS.http, "127.0.0.1", False)


@pytest.mark.parametrize(
    ("changes", "host", "passwords"),
    [
        ({}, "127.0.0.1", False),
        ({"no_auth": True}, "127.0.0.1", False),
        ({"listen": "0.0.0.0"}, "0.0.0.0", True),
        ({"listen": "127.0.0.1", "no_auth": True}, "127.0.0.1", False),
    ],
)
def test_whoever_else_can_come_in_must_say_who_it_is(
    changes: dict[str, object], host: str, passwords: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = wish(**changes)
    gate = settings(asked, "gate", monkeypatch)
    assert isinstance(gate, GateSettings)
    assert (gate.gate_host, gate.gate_auth) == (host, passwords)
    bridge = settings(asked, "bridge", monkeypatch)
    assert isinstance(bridge, IngestSettings)
    assert (bridge.bridge_host, bridge.bridge_auth) == (host, passwords)


def test_the_page_answers_for_every_part_that_devices_need() -> None:
    told = by_name(wish())["console"].env["SC_CHECKS"]
    asked = set(CheckSettings(checks=told).addresses)
    assert asked == {"process", "sink", "afterwards", "ingest", "bridge", "gate"}


def test_who_writes_or_reads_the_log_goes_with_the_broker() -> None:
    found = {part.name for part in by_name(wish(demo=True)).values() if part.on_log}
    assert found == {"process", "sink", "afterwards", "ingest", "simulation"}
