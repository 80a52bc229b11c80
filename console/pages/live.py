"""Carries what the office learns to all open pages. What is the same for all is worked out once;
what differs by person is whether they see a case, and what they may do to it.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial

import orjson
from sqlalchemy.exc import SQLAlchemyError

from console.accounts.principal import Principal
from console.caseload import Caseload, Held, News
from console.cases.intake import categories
from console.devices import DeviceHealth
from console.glance import Glance
from console.incidents import Incident, joined
from console.lifecycle.facts import Case
from console.office import HOUR_MS, Office, Snapshot
from console.pages.bounds import Bounds, Sight
from console.pages.cards import CardWriter
from console.pages.names import Names
from console.pages.saying import Saying
from console.pages.speaker import Speaker
from console.pages.summary import Counts, Told, tell
from console.pages.visits import OpenVisits
from console.plans import load_plans
from console.wall_clock import midnight
from console.words import LANGUAGES, Language
from schemas.alerts import Alert
from schemas.base import MS_PER_S, Words

TICK_S = 1.0
# People's acts are looked for so often; alerts wake us at once.
POLL_S = 0.25
# Between two messages to a page, so that a burst of alerts is one message.
GATHER_S = 0.1
# A page that has so many messages before it is told everything anew instead.
QUEUED_MAX = 50
# A case that is as young as this waits for its alerts before it is shown.
EARLY_MS = 3000
Messages = asyncio.Queue[str]
Viewer = tuple[Principal, Language]


class Cards:
    """The cards of one language as JSON, each written once for all pages."""

    def __init__(self, writer: CardWriter) -> None:
        """Cards by a writer."""
        self.writer = writer
        self._written: dict[str, tuple[object, bytes]] = {}

    def text(self, held: Held, incident: Incident | None) -> bytes:
        """A card's JSON without its closing brace, so that what differs by person can follow."""
        version = (held.case.version, incident.version if incident else None)
        known, written = self._written.get(held.case.id, (None, b""))
        if known != version:
            written = orjson.dumps(self.writer.card(held, incident))[:-1]
            self._written[held.case.id] = (version, written)
        return written

    def forget(self, ids: Iterable[str]) -> None:
        """Drops the cards of cases that are out of sight."""
        for name in ids:
            self._written.pop(name, None)


@dataclass(slots=True)
class Channel:
    """All open pages of one person in one language, and what they show."""

    bounds: Bounds
    speaker: Speaker
    queues: set[Messages] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    quieted: set[str] = field(default_factory=set)
    counts: Counts = field(default_factory=Counts)
    is_dirty: bool = True
    told: str = ""
    side: str = ""

    def put(self, message: str) -> list[Messages]:
        """Puts a message to all of them; those that do not keep up come back."""
        slow = []
        for queue in self.queues:
            if queue.qsize() < QUEUED_MAX:
                queue.put_nowait(message)
            else:
                slow.append(queue)
        return slow


class Live:
    """What open pages listen to."""

    def __init__(self, office: Office) -> None:
        """Carries from an office."""
        self.office = office
        self.load = Caseload(office.engine, office.settings.feed_max)
        self.names = Names(office.engine)
        self.visits = OpenVisits(office.engine)
        self.plans = load_plans(office.settings.site)
        self.speakers = {language: _speaker(office, language) for language in LANGUAGES}
        self._cards = {language: Cards(self._writer(language)) for language in LANGUAGES}
        self._channels: dict[Viewer, Channel] = {}
        self._early: set[str] = set()
        self._reader = ThreadPoolExecutor(1, "console-pages")
        self._standing: dict[Sight, tuple[object, Glance, DeviceHealth]] = {}

    def _writer(self, language: Language) -> CardWriter:
        def named(ref: str) -> str:
            return self.names.of(ref, language)

        procedure, zone = self.office.cases.procedure, self.office.settings.zone
        return CardWriter(Saying(language), zone, procedure, self.title, named)

    def writer(self, language: Language) -> CardWriter:
        """What writes the cards of a language."""
        return self._cards[language].writer

    def title(self, case: Case) -> Words:
        """What a case is called."""
        category = categories().get(case.kind) if case.flow == "report" else None
        return Words(zh=category.zh, en=category.en) if category else self.office.title(case.kind)

    @contextmanager
    def listening(self, who: Principal, language: Language) -> Iterator[Messages]:
        """The messages of one page: first all cards, then each change and the state of things."""
        queue: Messages = asyncio.Queue()
        viewer = (replace(who, session=None), language)
        channel = self._channels.get(viewer)
        if channel is None:
            channel = Channel(Bounds(self.office, viewer[0]), self.speakers[language])
            self._channels[viewer] = channel
        channel.queues.add(queue)
        self._tell_all(channel, [queue])
        try:
            yield queue
        finally:
            channel.queues.discard(queue)
            if not channel.queues and self._channels.get(viewer) is channel:
                del self._channels[viewer]

    def incident(self, held: Held) -> Incident | None:
        """The alerts of a case that are in sight."""
        found = [alert for name in held.alerts if (alert := self.office.feed.get(name)) is not None]
        return joined(held.case.id, found) if found else None

    def _card(self, channel: Channel, held: Held) -> bytes:
        text = self._cards[channel.speaker.language].text(held, self.incident(held))
        bounds, case = channel.bounds, held.case
        own = {"mine": bounds.is_theirs(case), "acts": bounds.offered(case)}
        return text + b"," + orjson.dumps(own)[1:]

    def _tell_all(self, channel: Channel, queues: Iterable[Messages]) -> None:
        seen = [held for held in self.load.all() if channel.bounds.sees(held.case)]
        channel.shown = {held.case.id for held in seen}
        channel.quieted = {
            one.id for one in self.office.quieted.all() if channel.bounds.sees_alert(one)
        }
        channel.is_dirty = True
        cards = b",".join(self._card(channel, held) for held in seen)
        first = f'{{"all":[{cards.decode()}]}}'
        for queue in queues:
            while not queue.empty():
                queue.get_nowait()
            for message in filter(None, (first, channel.side, channel.told)):
                queue.put_nowait(message)

    async def run(self, stop: asyncio.Event) -> None:
        """Carries until told to stop."""
        loop = asyncio.get_running_loop()
        sequence, stood_at = self.office.changes.last, 0.0
        while not stop.is_set() and not await self._begin():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), TICK_S)
        while not stop.is_set():
            await self.office.changes.wait(sequence, POLL_S)
            changes = self.office.changes.since(sequence)
            sequence = self.office.changes.last
            await self._move(None if changes is None else [change.alert for change in changes])
            if loop.time() - stood_at >= TICK_S:
                stood_at = loop.time()
                await self._stand()
            await asyncio.sleep(GATHER_S)

    @property
    def _closed_after(self) -> int:
        return self.office.clock() - self.office.settings.feed_hours * HOUR_MS

    async def _begin(self) -> bool:
        """Reads what stands; False where the database is too busy to tell."""
        try:
            self.load.take(await self._apart(partial(self.load.read_all, self._closed_after)))
        except SQLAlchemyError:
            return False
        for channel in self._channels.values():
            self._tell_all(channel, channel.queues)
        return True

    async def _apart(self, read: Callable[[], News]) -> News:
        """Reads in a thread of our own: those that all share are busy when many phones ask."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, read)

    async def _read_acts(self) -> set[str]:
        """The cases that people or time have moved; none while the database is too busy to tell."""
        try:
            return self.load.take(await self._apart(self.load.read))
        except SQLAlchemyError:
            return set()

    async def _move(self, alerts: Sequence[Alert] | None) -> None:
        """Tells of what changed; None: more than is remembered, so all is told anew."""
        changed = await self._read_acts()
        self.office.prune()
        gone = self.load.prune(self._is_kept)
        if alerts is None:
            for channel in self._channels.values():
                self._tell_all(channel, channel.queues)
            return
        changed |= {name for one in alerts if (name := self.load.case_of(one.id)) is not None}
        changed = self._ripe(changed | self._early)
        for cards in self._cards.values():
            cards.forget(gone)
        for channel in self._channels.values():
            self._take_quieted(channel, alerts)
            self._tell_change(channel, changed - gone, gone)

    def _ripe(self, changed: set[str]) -> set[str]:
        """Those whose alerts can be shown; a case is kept a moment before they are in sight."""
        young = self.office.clock() - EARLY_MS
        held = [one for name in changed if (one := self.load.get(name)) is not None]
        self._early = {
            one.case.id for one in held
            if one.alerts and one.case.opened_at > young and self.incident(one) is None
        }  # fmt: skip
        return changed - self._early

    def _is_kept(self, case: Case) -> bool:
        return case.closed_at is None or case.closed_at >= self._closed_after

    @staticmethod
    def _take_quieted(channel: Channel, alerts: Sequence[Alert]) -> None:
        for alert in alerts:
            if alert.suppressed is None:
                channel.quieted.discard(alert.id)
            elif channel.bounds.sees_alert(alert):
                channel.quieted.add(alert.id)
                channel.is_dirty = True

    def _tell_change(self, channel: Channel, changed: Iterable[str], out: set[str]) -> None:
        held = [one for name in sorted(changed) if (one := self.load.get(name)) is not None]
        seen = [one for one in held if channel.bounds.sees(one.case)]
        gone = channel.shown & (out | {one.case.id for one in held} - {o.case.id for o in seen})
        if not seen and not gone:
            return
        channel.shown = (channel.shown - gone) | {one.case.id for one in seen}
        channel.is_dirty = True
        cards = b",".join(self._card(channel, one) for one in seen).decode()
        slow = channel.put(f'{{"cards":[{cards}],"gone":{orjson.dumps(sorted(gone)).decode()}}}')
        if slow:
            self._tell_all(channel, slow)

    async def _stand(self) -> None:
        """Tells how things stand: each second, and the right column when it says something new."""
        await self.names.refresh(self.office.clock())
        await self.visits.refresh()
        self.office.quieted.prune(self.office.today())
        whole = self.office.snapshot()
        for channel in self._channels.values():
            told = self.told(channel, whole)
            side = orjson.dumps({"side": told.side}).decode()
            is_new = side != channel.side
            channel.told = orjson.dumps({"told": _brief(told)}).decode()
            channel.side = side
            for message in (side, channel.told) if is_new else (channel.told,):
                channel.put(message)

    def told_to(self, who: Principal, language: Language, whole: Snapshot) -> Told:
        """How things stand for somebody whose page is about to be drawn."""
        bounds = Bounds(self.office, replace(who, session=None))
        channel = Channel(bounds, self.speakers[language])
        channel.shown = {one.case.id for one in self.load.all() if bounds.sees(one.case)}
        return self.told(channel, whole)

    def told(self, channel: Channel, whole: Snapshot) -> Told:
        """How things stand for one person, in words."""
        glance, devices = self._stands(channel.bounds)
        if channel.is_dirty:
            channel.counts, channel.is_dirty = self._counted(channel), False
        channel.counts.visits = self.visits.count(channel.bounds.who)
        snapshot = channel.bounds.narrowed(whole, glance, devices)
        return tell(channel.speaker, snapshot, channel.counts)

    def _stands(self, bounds: Bounds) -> tuple[Glance, DeviceHealth]:
        """What stands of somebody's, worked out once for all who see the same."""
        version = (self.office.views.version, self.office.today())
        known = self._standing.get(bounds.sight)
        if known is None or known[0] != version:
            known = (version, bounds.glance(), bounds.health())
            self._standing[bounds.sight] = known
        return known[1], known[2]

    def _counted(self, channel: Channel) -> Counts:
        counts = Counts(since=midnight(self.office.clock(), self.office.settings.zone))
        for name in channel.shown:
            held = self.load.get(name)
            if held is not None:
                counts.count(held, self.office.cases.procedure)
        today = self.office.quieted
        counts.merged += sum(one.id in channel.quieted for one in today.all())
        return counts


def _brief(told: Told) -> dict[str, object]:
    """What is told each second: all but the right column."""
    return {name: getattr(told, name) for name in ("now", "wall", "pulse", "counts", "quiet")}


def _speaker(office: Office, language: Language) -> Speaker:
    settings = office.settings
    return Speaker(
        language=language, zone=settings.zone, title=office.title, office=settings.office,
        stale_after_ms=settings.stale_after_s * MS_PER_S, skew_warn_s=settings.skew_warn_s,
        bootstrap=settings.bootstrap,
    )  # fmt: skip
