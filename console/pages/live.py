"""Carries what the office learns to all open pages, worked out once for all of them."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import orjson
from nicegui import Event

from console.incidents import Incident, incident_of
from console.office import Office
from console.pages.cards import card
from console.pages.summary import Speaker, Told
from console.words import LANGUAGES, Language
from schemas.alerts import Alert
from schemas.base import MS_PER_S

TICK_S = 1.0
# Between two messages to a page, so that a burst of alerts is one message.
GATHER_S = 0.1
# A page that has so many messages before it is told everything anew instead.
QUEUED_MAX = 50
Messages = asyncio.Queue[str]


class Cards:
    """The cards of incidents as JSON, each written once for all pages of a language."""

    def __init__(self, speaker: Speaker) -> None:
        """Cards in the speaker's language."""
        self._speaker = speaker
        self._written: dict[str, tuple[object, bytes]] = {}

    def text(self, incidents: Iterable[Incident]) -> str:
        """A JSON array of cards."""
        return (b"[" + b",".join(map(self._card, incidents)) + b"]").decode()

    def _card(self, incident: Incident) -> bytes:
        version, written = self._written.get(incident.id, (None, b""))
        if version != incident.version:
            written = orjson.dumps(card(incident, self._speaker.language, self._speaker.zone))
            self._written[incident.id] = (incident.version, written)
        return written

    def forget(self, ids: Iterable[str]) -> None:
        """Drops the cards of incidents that are out of sight."""
        for name in ids:
            self._written.pop(name, None)


class Channel:
    """All pages of one language: what they are told, and how things stood last."""

    def __init__(self, office: Office, speaker: Speaker) -> None:
        """Tells of an office."""
        self.speaker = speaker
        self._office = office
        self._cards = Cards(speaker)
        self._queues: set[Messages] = set()
        self._told = ""

    def join(self, queue: Messages) -> None:
        """From now on a queue gets every message, after one that says all."""
        self._queues.add(queue)
        self._tell_all(queue)

    def leave(self, queue: Messages) -> None:
        """A queue gets no more."""
        self._queues.discard(queue)

    def _tell_all(self, queue: Messages) -> None:
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(f'{{"all":{self._cards.text(self._office.feed.ordered())}}}')
        if self._told:
            queue.put_nowait(self._told)

    def tell_change(self, incidents: Sequence[Incident], gone: Sequence[str]) -> None:
        """Tells of incidents that changed, and of ids that are out of sight."""
        self._cards.forget(gone)
        ids = orjson.dumps(gone).decode()
        self._put(f'{{"cards":{self._cards.text(incidents)},"gone":{ids}}}')

    def tell_standing(self, told: Told) -> None:
        """Tells how things stand."""
        said = {"pulse": told.pulse, "levels": told.levels, "quiet": told.quiet, "now": told.now}
        self._told = orjson.dumps({"told": said}).decode()
        self._put(self._told)

    def _put(self, message: str) -> None:
        for queue in self._queues:
            if queue.qsize() < QUEUED_MAX:
                queue.put_nowait(message)
            else:
                self._tell_all(queue)


class Live:
    """What open pages listen to.

    `changed` carries alerts that changed, `stands` how things stand by language, once a second.
    The cards go another way: see `listening`.
    """

    def __init__(self, office: Office) -> None:
        """Carries from an office."""
        self.office = office
        self.channels = {
            language: Channel(office, _speaker(office, language)) for language in LANGUAGES
        }
        self.changed: Event[Sequence[Alert]] = Event()
        self.stands: Event[dict[Language, Told]] = Event()

    @contextmanager
    def listening(self, language: Language) -> Iterator[Messages]:
        """The messages of one page: first all cards, then each change and the state of things."""
        queue: Messages = asyncio.Queue()
        channel = self.channels[language]
        channel.join(queue)
        try:
            yield queue
        finally:
            channel.leave(queue)

    async def run(self, stop: asyncio.Event) -> None:
        """Carries until told to stop."""
        loop = asyncio.get_running_loop()
        sequence, stood_at = self.office.changes.last, 0.0
        while not stop.is_set():
            await self.office.changes.wait(sequence, TICK_S)
            changes = self.office.changes.since(sequence)
            sequence = self.office.changes.last
            behind = changes is None
            self._change(self.office.feed.alerts() if behind else [c.alert for c in changes or ()])
            if loop.time() - stood_at >= TICK_S:
                stood_at = loop.time()
                await self._stand()
            await asyncio.sleep(GATHER_S)

    def _change(self, alerts: Sequence[Alert]) -> None:
        feed = self.office.feed
        changed = dict.fromkeys([*self.office.prune(), *map(incident_of, alerts)])
        if not changed:
            return
        found = {name: feed.incident(name) for name in changed}
        shown = [incident for incident in found.values() if incident is not None]
        gone = [name for name, incident in found.items() if incident is None]
        for channel in self.channels.values():
            channel.tell_change(shown, gone)
        self.changed.emit(alerts)

    async def _stand(self) -> None:
        told = await self.told()
        for language, channel in self.channels.items():
            channel.tell_standing(told[language])
        self.stands.emit(told)

    async def told(self) -> dict[Language, Told]:
        """How things stand, in words."""
        snapshot = await self.office.snapshot()
        return {name: channel.speaker.tell(snapshot) for name, channel in self.channels.items()}


def _speaker(office: Office, language: Language) -> Speaker:
    settings = office.settings
    return Speaker(
        language=language, zone=settings.zone, title=office.title, office=settings.office,
        stale_after_ms=settings.stale_after_s * MS_PER_S, skew_warn_s=settings.skew_warn_s,
        bootstrap=settings.bootstrap,
    )  # fmt: skip
