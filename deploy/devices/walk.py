"""走测: what one sees who walks the estate and tries every reader and gate. Pure but for `follow`.

Each line says which way, where, which device and camera, how long the reading was on its way, and
how far the device's clock is off.
"""

import re
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import aiohttp
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from schemas.base import MS_PER_S, parse_instant
from schemas.events import Event, EventError, decode
from schemas.place import EstateConfig
from schemas.topics import EVENTS

SHOWN = ("access.", "exit.", "door.", "person.passed", "plate.", "vehicle.", "barrier.", "face.")
WAYS = {"in": "→ in ", "out": "← out", None: "  ?  "}
FETCH_WAIT_MS = 50
ASK_S = 1.0
CORRECTION = re.compile(
    r'^smart_community_ingest_clock_correction_seconds\{device="([^"]+)"\} (\S+)$', re.MULTILINE
)


class WalkFault(RuntimeError):
    """The walk cannot be shown; one line that says why and how to mend it."""


@dataclass(frozen=True, slots=True)
class Site:
    """What the walk knows of the estates, and each device's measured clock correction in s."""

    estates: Mapping[str, EstateConfig] = field(default_factory=dict)
    corrections: Mapping[str, float] = field(default_factory=dict)


def is_shown(event: Event) -> bool:
    """Whether the event is something that a person walking by causes."""
    return event.type.startswith(SHOWN) and not event.data.retained


def walk_line(event: Event, site: Site, now: int) -> str:
    """One event as one line; `now` in ms is when it is shown."""
    config = site.estates.get(event.estate)
    place, cameras = event.data.place, ""
    if config is not None:
        place = config.place_name(event.data.place).zh
        cameras = ", ".join(camera.id for camera in config.cameras_at(event.data.place))
    parts = [
        wall_clock(event.time, config),
        WAYS[event.data.direction],
        f"{event.type:<16}",
        f"{place} ({event.data.device})",
        f"camera {cameras}" if cameras else "no camera sees it",
        f"heard {_seconds(event.data.received_at - event.time)} after, "
        f"shown {_seconds(now - event.data.received_at)} later",
        clock_words(event, site),
    ]
    return "  ".join(parts)


def wall_clock(at: int, config: EstateConfig | None) -> str:
    """The time of day at the estate, UTC where that is not known."""
    zone = ZoneInfo(config.timezone) if config else UTC
    moment = datetime.fromtimestamp(at // MS_PER_S, zone)
    return f"{moment:%H:%M:%S}.{at % MS_PER_S:03d}"


def clock_words(event: Event, site: Site) -> str:
    """How far the device's clock is off, as far as one can tell."""
    if event.data.replayed:
        return "replayed: sent from its memory"
    if event.data.time_doubt == "year":
        return "its date is wrong by a year or more: set its clock"
    known = site.corrections.get(event.data.device)
    if known:
        side = "behind" if known > 0 else "ahead"
        return f"its clock is {abs(known):.1f} s {side} (corrected)"
    if event.data.time_from != "device":
        return "says no time"
    raw = _raw_time(event.data.device_time)
    if raw is not None and abs(raw - event.data.received_at) >= MS_PER_S:
        return f"its clock is {(raw - event.data.received_at) / MS_PER_S:+.1f} s from ours"
    return "its clock is right"


def _raw_time(text: str | None) -> int | None:
    try:
        return parse_instant(text) if text else None
    except ValueError:
        return None


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / MS_PER_S:.2f} s"


async def show_walk(
    bootstrap: str, configs: Mapping[str, EstateConfig], health: int | None,
    say: Callable[[str], None],
) -> None:  # fmt: skip
    """Print each event until cancelled; `health` is the gateway's port. Raises WalkFault."""
    site = Site(configs)
    say("walk and try every reader and gate; Ctrl-C ends it")
    try:
        async for events in follow(bootstrap, now_ms()):
            shown = [event for event in events if is_shown(event)]
            if shown and health is not None:
                site = Site(configs, await _corrections(health))
            for event in shown:
                say(walk_line(event, site, now_ms()))
    except (KafkaError, OSError) as error:
        raise WalkFault(f"no Kafka broker answers at {bootstrap}: start the stack") from error


async def _corrections(port: int) -> dict[str, float]:
    """The devices' measured clock corrections in s; none when the gateway does not answer."""
    timeout = aiohttp.ClientTimeout(total=ASK_S)
    url = f"http://127.0.0.1:{port}/metrics"
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            return read_corrections(await answer.text())
    except (aiohttp.ClientError, TimeoutError):
        return {}


def read_corrections(metrics: str) -> dict[str, float]:
    """The clock corrections in s by device, from the gateway's metrics."""
    return {device: float(value) for device, value in CORRECTION.findall(metrics)}


async def follow(bootstrap: str, since: int) -> AsyncIterator[list[Event]]:
    """Events heard since an instant, as they come. Raises KafkaError when nobody answers."""
    consumer = AIOKafkaConsumer(
        EVENTS.name, bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False,
        auto_offset_reset="latest", fetch_max_wait_ms=FETCH_WAIT_MS,
        max_partition_fetch_bytes=EVENTS.record_bytes_max,
    )  # fmt: skip
    await consumer.start()
    try:
        while True:
            batches = await consumer.getmany(timeout_ms=FETCH_WAIT_MS * 4)
            records = (record for batch in batches.values() for record in batch)
            fresh = [e for e in _events(r.value for r in records) if e.data.received_at >= since]
            yield fresh
    finally:
        await consumer.stop()


def _events(values: Iterable[bytes | None]) -> list[Event]:
    found: list[Event] = []
    for value in values:
        try:
            found.extend(decode(value or b"[]"))
        except EventError:
            continue
    return sorted(found, key=lambda event: event.time)


def now_ms() -> int:
    """The wall clock in ms since the epoch."""
    return time.time_ns() // (MS_PER_S * MS_PER_S)
