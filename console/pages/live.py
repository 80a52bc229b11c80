"""Carries what the office learns to all open pages. What is the same for all is worked out once;
what differs by person is whether they see a case, and what they may do to it.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial

import orjson
from sqlalchemy.exc import SQLAlchemyError

from console.accounts.principal import Principal
from console.caseload import Caseload, Held, News
from console.database import is_at_hand
from console.incidents import Incident, joined
from console.lifecycle.facts import Case
from console.office import HOUR_MS, Office
from console.pages.bounds import Bounds
from console.pages.cards import CardWriter
from console.pages.channels import Cards, Channel, Messages, Shown
from console.pages.duty import Duty
from console.pages.names import Names
from console.pages.saying import Saying
from console.pages.speaker import Speaker
from console.pages.stands import Stand, Stands
from console.pages.summary import Tally, Told, tell
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
# A case that is as young as this waits for its alerts before it is shown.
EARLY_MS = 3000
Viewer = tuple[Principal, Language]


class Live:
    """What open pages listen to."""

    def __init__(self, office: Office) -> None:
        """Carries from an office."""
        self.office = office
        self.load = Caseload(office.engine, office.settings.feed_max)
        self.names = Names(office.engine)
        self.duty = Duty(office, self.names)
        self.visits = OpenVisits(office.engine)
        self.plans = load_plans(office.settings.site)
        self.speakers = {language: _speaker(office, language) for language in LANGUAGES}
        self._cards = {language: Cards(self._writer(language)) for language in LANGUAGES}
        self._channels: dict[Viewer, Channel] = {}
        self._early: set[str] = set()
        self._reader = ThreadPoolExecutor(1, "console-pages")
        self.stands = Stands(office)

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
        category = self.office.cases.procedure.category_of(case)
        return Words(zh=category.zh, en=category.en) if category else self.office.title(case.kind)

    @contextmanager
    def listening(self, who: Principal, language: Language) -> Iterator[Messages]:
        """The messages of one page: first all cards, then each change and the state of things."""
        queue: Messages = asyncio.Queue()
        viewer = (replace(who, session=None), language)
        channel = self._channels.get(viewer)
        if channel is None:
            channel = self._channels[viewer] = self._channel(viewer)
        channel.queues.add(queue)
        self._tell_all(channel, [queue])
        try:
            yield queue
        finally:
            channel.queues.discard(queue)
            if not channel.queues and self._channels.get(viewer) is channel:
                del self._channels[viewer]

    def _channel(self, viewer: Viewer) -> Channel:
        who, language = viewer
        tally = Tally(self.office.cases.procedure)
        bounds = Bounds(self.office, who)
        return Channel(bounds, self.speakers[language], self._cards[language], tally)

    def incident(self, held: Held) -> Incident | None:
        """The alerts of a case that are in sight."""
        found = [alert for name in held.alerts if (alert := self.office.feed.get(name)) is not None]
        return joined(held.case.id, found) if found else None

    def _show_all(self, channel: Channel) -> str:
        seen = (held for held in self.load.all() if channel.sees(held.case))
        shown = [(held, self.incident(held)) for held in seen]
        return channel.show_all(shown, self.office.quieted.all())

    def _tell_all(self, channel: Channel, queues: Iterable[Messages]) -> None:
        first = self._show_all(channel)
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
            read = partial(self.load.read_all, self._closed_after)
            self.load.take(await self._apart(read))
        except SQLAlchemyError:
            return False
        for channel in self._channels.values():
            self._tell_all(channel, channel.queues)
        return True

    async def _read(self) -> News:
        """What was done of late: few rows, found by their keys."""
        if is_at_hand(self.office.engine):
            return self.load.read()
        return await self._apart(self.load.read)

    async def _apart(self, read: Callable[[], News]) -> News:
        """Reads in a thread of our own: those that all share are busy when many phones ask."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, read)

    async def _read_acts(self) -> set[str]:
        """The cases that people or time have moved; none while the database is too busy to tell."""
        try:
            return self.load.take(await self._read())
        except SQLAlchemyError:
            return set()

    async def _move(self, alerts: Sequence[Alert] | None) -> None:
        """Tells of what changed; None: more than is remembered, so all is told anew."""
        changed = await self._read_acts()
        # A case that waits for longer than its alerts stand keeps what its card says.
        self.office.prune(lambda alert: self.load.case_of(alert) is not None)
        gone = self.load.prune(self._is_kept)
        if alerts is None:
            for channel in self._channels.values():
                self._tell_all(channel, channel.queues)
            return
        changed |= {name for one in alerts if (name := self.load.case_of(one.id)) is not None}
        changed = self._ripe(changed | self._early)
        for cards in self._cards.values():
            cards.forget(gone)
        names = sorted(changed - gone)
        held = [one for name in names if (one := self.load.get(name)) is not None]
        news = [(one, self.incident(one)) for one in held]
        for channel in self._channels.values():
            channel.take_quieted(alerts)
            self._tell_change(channel, news, gone)

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

    def _tell_change(self, channel: Channel, news: Sequence[Shown], gone: set[str]) -> None:
        seen = [one for one in news if channel.sees(one[0].case)]
        unseen = {held.case.id for held, _ in news} - {held.case.id for held, _ in seen}
        message = channel.show(seen, gone | unseen)
        slow = channel.put(message) if message else []
        if slow:
            self._tell_all(channel, slow)

    async def _stand(self) -> None:
        """Tells how things stand: each second, and the right column when it says something new."""
        await self.names.refresh(self.office.clock())
        await self.duty.refresh(self.office.clock())
        await self.visits.refresh()
        self.office.quieted.prune(self.office.today())
        self.stands.look()
        for channel in self._channels.values():
            stand = self.stands.of(channel.bounds, channel.speaker)
            told = self._told(channel, stand)
            is_new, channel.side = stand.message != channel.side, stand.message
            channel.told = orjson.dumps({"told": _brief(told)}).decode()
            for message in (channel.side, channel.told) if is_new else (channel.told,):
                channel.put(message)

    def told_to(self, who: Principal, language: Language) -> Told:
        """How things stand for somebody whose page is about to be drawn."""
        channel = self._channel((replace(who, session=None), language))
        self._show_all(channel)
        self.stands.look()
        return self._told(channel, self.stands.of(channel.bounds, channel.speaker))

    def _told(self, channel: Channel, stand: Stand) -> Told:
        """How things stand for one person, in words."""
        since = midnight(self.office.clock(), self.office.settings.zone)
        quieted = frozenset(one.id for one in self.office.quieted.all())
        counts = channel.counts(since, quieted)
        counts.visits = self.visits.count(channel.bounds.who)
        told = tell(channel.speaker, stand.snapshot, counts, stand.side)
        told.pulse["duty"] = self.duty.said(channel.bounds, channel.speaker.language)
        return told


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
