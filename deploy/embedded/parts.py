"""Which processes make up the stack, in which order, and what each is told. Pure.

Parts of one level start together, a level when the one before it is ready: each finds what it
needs, and devices are let in last, when somebody listens.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

LOOPBACK = "127.0.0.1"
GATEWAY = "embedded"
SLOW_START_S = 90.0
# rumqttd keeps one queue for each filter of a subscriber and hands them out in turns, so only what
# comes by one filter comes in order; ticks must not overtake readings.
ALL_TOPICS = "#"
# Tansu lets a consumer group form for half of this before anybody may read; a worker that was
# killed is missed after all of it.
SESSION_TIMEOUT_S = 6


@dataclass(frozen=True, slots=True)
class Ports:
    """Every port of the stack; only `mqtt`, `http` and `bridge` are for others to know."""

    mqtt: int
    http: int
    bridge: int
    mqtt_inner: int
    mqtt5_inner: int
    broker: int
    durable: int
    ingest_health: int
    bridge_health: int
    process_health: int
    sink_health: int
    afterwards_health: int


INNER = tuple(name for name in Ports.__dataclass_fields__ if name not in ("mqtt", "http", "bridge"))


@dataclass(frozen=True, slots=True)
class Wish:
    """What the operator asked for."""

    data: Path
    site: Path | None = None
    adapters: Path | None = None
    listen: str | None = None
    no_auth: bool = False
    demo: bool = False
    seed: int = 1

    @property
    def host(self) -> str:
        """The address that others reach us at."""
        return self.listen or LOOPBACK

    @property
    def passwords(self) -> bool:
        """Whether devices must say who they are: where others than this machine can come in."""
        return self.listen is not None and not self.no_auth


@dataclass(frozen=True, slots=True)
class Part:
    """One process. `health` is asked until it answers 200, `port` until it takes connections.

    `starts_with`: a field of the health's JSON that is enough for the others to be started.
    `on_log`: holds on to the Kafka log, so it is stopped before a fresh broker takes over.
    `may_end`: has done its work when it ends with status 0.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    health: str | None = None
    starts_with: str | None = None
    port: int | None = None
    host: str = LOOPBACK
    level: int = 0
    on_log: bool = False
    may_end: bool = False
    start_s: float = SLOW_START_S
    stop_s: float = 4.0


def parts(wish: Wish, ports: Ports) -> tuple[Part, ...]:
    """The stack's processes in the order of starting."""
    others = (*_workers(ports), _gate(wish, ports))
    simulation = (_simulation(wish),) if wish.demo else ()
    return (
        Part("mqtt", _own("mqtt"), port=ports.mqtt_inner, stop_s=2.0),
        Part("broker", _own("broker"), health=_healthz(ports.durable), stop_s=5.0),
        _console(wish, ports, others),
        *others,
        *simulation,
    )


def _console(wish: Wish, ports: Ports, others: tuple[Part, ...]) -> Part:
    """The page; its /healthz answers for the other parts too."""
    told = {
        "SC_HOST": wish.host, "SC_PORT": str(ports.http),
        "SC_CHECKS": ",".join(f"{p.name}={p.health or f'tcp://{p.host}:{p.port}'}" for p in others),
    }  # fmt: skip
    return Part("console", _own("console"), told, port=ports.http, host=reachable(wish.host))


def _workers(ports: Ports) -> tuple[Part, ...]:
    ingest_port, bridge_port = str(ports.ingest_health), str(ports.bridge_health)
    return (
        Part(
            "process", _command("process"), health=_healthz(ports.process_health), level=1,
            on_log=True,
        ),
        Part("sink", _command("sink"), health=_healthz(ports.sink_health), level=1, on_log=True),
        Part(
            "afterwards", _own("afterwards"), health=_healthz(ports.afterwards_health), level=1,
            on_log=True,
        ),
        Part(
            "ingest", _command("ingest"), {"SC_INGEST_PORT": ingest_port},
            # Its Kafka side is proved by its first tick, and in a demo the simulator makes time.
            health=_healthz(ports.ingest_health), starts_with="mqtt", level=1, on_log=True,
        ),
        Part(
            "bridge", _command("bridge"),
            {"SC_BRIDGE_HEALTH_PORT": bridge_port, "SC_BRIDGE_SEAL": "true"},
            health=_healthz(ports.bridge_health), level=1,
        ),
    )  # fmt: skip


def _gate(wish: Wish, ports: Ports) -> Part:
    host = reachable(wish.host)
    return Part("gate", _own("gate"), port=ports.mqtt, host=host, level=2, stop_s=2.0)


def environment(wish: Wish, ports: Ports) -> dict[str, str]:
    """What every part is told."""
    bootstrap = f"{LOOPBACK}:{ports.broker}"
    told = {
        "SC_DATA": str(wish.data), "SC_BOOTSTRAP": bootstrap,
        "SC_BROKER_PORT": str(ports.broker), "SC_DURABLE_PORT": str(ports.durable),
        "SC_DURABLE_URL": f"http://{LOOPBACK}:{ports.durable}",
        "SC_MQTT_HOST": LOOPBACK, "SC_MQTT_PORT": str(ports.mqtt_inner),
        "SC_MQTT5_PORT": str(ports.mqtt5_inner), "SC_MQTT_VERSION": "311",
        "SC_TOPIC_FILTERS": ALL_TOPICS, "SC_SESSION_TIMEOUT_S": str(SESSION_TIMEOUT_S),
        "SC_GATEWAY": GATEWAY, "SC_GATE_HOST": wish.host, "SC_GATE_PORT": str(ports.mqtt),
        "SC_GATE_AUTH": _flag(wish.passwords),
        "SC_PROCESS_PORT": str(ports.process_health), "SC_SINK_PORT": str(ports.sink_health),
        "SC_AFTERWARDS_PORT": str(ports.afterwards_health),
        "SC_BRIDGE_HOST": wish.host, "SC_BRIDGE_PORT": str(ports.bridge),
        "SC_BRIDGE_AUTH": _flag(wish.passwords), "SC_NO_AUTH": _flag(wish.no_auth),
        "SC_DEMO": _flag(wish.demo), "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    if wish.site is not None:
        told["SC_SITE"] = str(wish.site)
    if wish.adapters is not None:
        told["SC_ADAPTERS"] = str(wish.adapters)
    return told


def _flag(on: bool) -> str:
    return "true" if on else "false"


def _command(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "deploy.cli", *words)


def _own(name: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "deploy.embedded.part", name)


def _simulation(wish: Wish) -> Part:
    told = {"SC_SEED": str(wish.seed)}
    return Part("simulation", _own("simulation"), told, level=3, on_log=True, may_end=True)


def _healthz(port: int) -> str:
    return f"http://{LOOPBACK}:{port}/healthz"


def reachable(host: str) -> str:
    """An address to ask a listener at that may listen on all addresses."""
    return LOOPBACK if host in ("0.0.0.0", "") else "::1" if host == "::" else host
