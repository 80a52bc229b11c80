"""Listening to a topic filter for a while: what each device said, by device."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import paho.mqtt.client as paho

from ingest.filters import without_prefix
from ingest.gateway.announce import is_own
from ingest.link import Connection, Link
from ingest.mapping import Mapper
from ingest.message import Message, Rejected
from ingest.mqtt import MqttOptions
from ingest.notes import Note
from ingest.registry import unregistered_name
from ingest.settings import IngestSettings
from schemas.events import Event

REACH_S = 15.0
DEVICES_MAX = 1_000


class NotHeard(RuntimeError):
    """The MQTT broker cannot be listened to; one line on how to mend it."""


@dataclass
class Ear:
    """What was heard, by estate and device; the listener of a link. `now` answers ms."""

    mapper: Mapper
    now: Callable[[], int]
    filters: tuple[str, ...]
    prefixes: tuple[str, ...] = ("",)
    notes: dict[tuple[str, str], Note] = field(default_factory=dict)
    messages: int = 0
    refused: tuple[str, ...] = ()
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def opened(self, connection: Connection, *, session_present: bool) -> None:
        """Subscribe, each time."""
        connection.subscribe(self.filters)

    def subscribed(self, connection: Connection, refused: tuple[str, ...]) -> None:
        """From now on everything is heard that the broker lets us hear."""
        self.refused = refused
        self.ready.set()

    def heard(self, connection: Connection, message: paho.MQTTMessage) -> None:
        """Acknowledge a message, and note what it becomes."""
        if message.qos:
            connection.ack(message.mid)
        topic = without_prefix(message.topic, self.prefixes)
        self.take(Message(topic, bytes(message.payload), self.now(), bool(message.retain)))

    def closed(self, connection: Connection, reason: str) -> None:
        """The link connects again by itself."""

    def take(self, message: Message) -> None:
        """Note one message."""
        if is_own(message):
            return
        self.messages += 1
        self.news.set()
        found = self.mapper.read(message)
        topic, at = message.topic, message.received_at
        if isinstance(found, Rejected):
            sender = self.mapper.registry.sender(topic, found.adapter)
            whose = (sender.estate, sender.device) if sender else ("", unregistered_name(topic))
            note = self._note(*whose, at)
            if note is not None:
                note.refuse(topic, at, found)
            return
        by_device: dict[tuple[str, str], list[Event]] = {}
        for event in found:
            by_device.setdefault((event.estate, event.data.device), []).append(event)
        for (estate, device), events in by_device.items():
            note = self._note(estate, device, at)
            if note is not None:
                note.hear(topic, at, events)

    def _note(self, estate: str, name: str, at: int) -> Note | None:
        """The notes of a device; beyond the limit no further device is noted."""
        note = self.notes.get((estate, name))
        if note is None and len(self.notes) < DEVICES_MAX:
            note = Note(name=name, estate=estate, first_at=at, last_at=at)
            self.notes[estate, name] = note
        return note


async def listen(
    ear: Ear, settings: IngestSettings, seconds: float, reach_s: float = REACH_S
) -> None:
    """Hear for so long. Raises NotHeard if no broker is reached in `reach_s`, or MqttRefused."""
    link = Link(MqttOptions(settings, "smart-community-learn", keep_session=False), ear)
    running = asyncio.create_task(link.run())
    try:
        await _reach(ear, running, settings, reach_s)
        await asyncio.sleep(seconds)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def _reach(
    ear: Ear, running: "asyncio.Task[None]", settings: IngestSettings, reach_s: float
) -> None:
    ready = asyncio.create_task(ear.ready.wait())
    await asyncio.wait({ready, running}, timeout=reach_s, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    if running.done():
        await running
    where = f"{settings.mqtt_host}:{settings.mqtt_port}"
    if not ear.ready.is_set():
        raise NotHeard(
            f"no MQTT broker takes us at {where}: start it, or name another with --broker HOST:PORT"
        )
    if ear.refused:
        names = ", ".join(ear.refused)
        raise NotHeard(f"the broker at {where} refuses {names}: check its access list")
