"""Listening to a real device, and asking the person beside it for one step after another."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import paho.mqtt.client as paho

from deploy.prove.findings import fill
from deploy.prove.setting import Setting
from deploy.prove.trial import NO_HAPPENING, Heard, Mark, StepName
from ingest.filters import without_prefix
from ingest.link import Connection, Link
from ingest.mapping import Mapper
from ingest.message import Message, Rejected
from ingest.mqtt import MqttOptions
from ingest.settings import IngestSettings

REACH_S = 15.0
STEP_S = 10.0
BACK_S = 60.0
SKIP = "s"
SWIPES: tuple[StepName, ...] = ("granted", "again", "denied")


class NoBroker(RuntimeError):
    """The MQTT broker cannot be reached; one line on how to mend it."""


@dataclass(frozen=True, slots=True)
class Panel:
    """The person beside the device: asked and told in one language. `now` in ms."""

    ask: Callable[[str], Awaitable[str]]
    say: Callable[[str], None]
    now: Callable[[], int]
    lang: str = "en"

    def words(self, key: str, **values: object) -> str:
        """A sentence in the person's language."""
        both = fill(key, values)
        return both.zh if self.lang == "zh" else both.en


@dataclass
class Ear:
    """What is heard of one device; the listener of a link."""

    setting: Setting
    mapper: Mapper
    now: Callable[[], int]
    filters: tuple[str, ...]
    prefixes: tuple[str, ...] = ("",)
    messages: list[Heard] = field(default_factory=list)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def opened(self, connection: Connection, *, session_present: bool) -> None:
        """Subscribe, each time."""
        connection.subscribe(self.filters)

    def subscribed(self, connection: Connection, refused: tuple[str, ...]) -> None:
        """From now on nothing is missed."""
        self.ready.set()

    def heard(self, connection: Connection, message: paho.MQTTMessage) -> None:
        """Acknowledge a message, and keep it if it is the device's."""
        if message.qos:
            connection.ack(message.mid)
        topic = without_prefix(message.topic, self.prefixes)
        told = Message(topic, bytes(message.payload), self.now(), bool(message.retain))
        if self.setting.is_its(told, self.mapper):
            self.messages.append(Heard(told))
            self.news.set()

    def closed(self, connection: Connection, reason: str) -> None:
        """The link connects again by itself."""

    def told(self, since: int, adapter: str | None) -> str | None:
        """The happenings heard since an instant, or why they are not understood; None: nothing."""
        types: list[str] = []
        why: str | None = None
        for heard in self.messages:
            if heard.message.received_at < since:
                continue
            read = self.mapper.read(heard.message, adapter)
            if isinstance(read, Rejected):
                why = read.reason
            else:
                types += [event.type for event in read if event.type not in NO_HAPPENING]
        return ", ".join(types) or why


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to listen after the steps, whether to ask for them, how long a broker may take."""

    seconds: float
    steps: bool
    reach_s: float = REACH_S


async def listen(ear: Ear, settings: IngestSettings, panel: Panel, plan: Plan) -> tuple[Mark, ...]:
    """Hear the device for as long as planned. Raises NoBroker, MqttRefused."""
    link = Link(MqttOptions(settings, "smart-community-prove", keep_session=False), ear)
    running = asyncio.create_task(link.run())
    try:
        if not await _reach(ear, running, plan.reach_s):
            where = f"{settings.mqtt_host}:{settings.mqtt_port}"
            raise NoBroker(
                f"no MQTT broker takes us at {where}: start it, or name another with --broker "
                "HOST:PORT"
            )
        marks = await walk(ear, panel) if plan.steps else ()
        panel.say(panel.words("listening", seconds=f"{plan.seconds:g}"))
        await asyncio.sleep(plan.seconds)
        return marks
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def _reach(ear: Ear, running: "asyncio.Task[None]", within_s: float) -> bool:
    """Whether the subscription stands in time; a link that cannot even begin raises."""
    ready = asyncio.create_task(ear.ready.wait())
    done, _ = await asyncio.wait(
        {ready, running}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED
    )
    ready.cancel()
    if running in done:
        await running
    return ready in done


async def walk(ear: Ear, panel: Panel) -> tuple[Mark, ...]:
    """Ask for each step, and say what was heard of it."""
    marks: list[Mark] = []
    for step in SWIPES:
        asked = panel.now()
        if (await panel.ask(panel.words(f"step_{step}"))).strip().lower() == SKIP:
            continue
        marks.append(Mark(step, asked, panel.now()))
        await _tell(ear, panel, asked, STEP_S)
    if (await panel.ask(panel.words("step_outage"))).strip().lower() != SKIP:
        cut = panel.now()
        await panel.ask(panel.words("step_outage_end"))
        back = panel.now()
        marks.append(Mark("outage", cut, back))
        await _tell(ear, panel, back, BACK_S)
    return tuple(marks)


async def _tell(ear: Ear, panel: Panel, since: int, within_s: float) -> None:
    """Wait until something was heard since an instant, and say what, or that nothing was."""
    adapter = ear.setting.adapter
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while ear.told(since, adapter) is None:
                ear.news.clear()
                await ear.news.wait()
    told = ear.told(since, adapter)
    if told is None:
        panel.say(panel.words("step_unheard", seconds=f"{within_s:g}"))
    else:
        panel.say(panel.words("step_heard", types=told))
