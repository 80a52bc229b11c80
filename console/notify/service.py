"""Tells people, for as long as the console runs: thinks about acts, then sends what is due.

Several consoles on one database share the work: a row that one has locked or claimed the others
leave alone. The senders block, so they have threads of their own; a channel that does not answer
takes at most two of them.
"""

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from console import metrics
from console.cases.rows import find_case
from console.database import writing
from console.lifecycle.facts import Case
from console.lifecycle.procedure import Procedure
from console.notify import store
from console.notify.channels import FEED, Book, load_channels
from console.notify.message import Names, message_of
from console.notify.people import PeopleDesk, Standing, standing
from console.notify.roster import quiet_until
from console.notify.sending import Parcel, attempt
from console.notify.thinking import Thinker
from console.notify.trial import Trial, try_channel
from console.notify.whom import still_holds
from console.notify.wire import Outcome
from console.office import Office
from console.register.vault import NoKey, Vault
from schemas.base import MS_PER_S, Words
from schemas.sealing import SealError

POLL_S = 0.5
SLOTS, SLOTS_EACH = 8, 2
BATCH = 100
CLAIM_MS = 30_000
"""Longer than any attempt lasts; after that the notice is anybody's again."""
FORGET_EVERY_MS = 3_600_000
DAY_MS = 24 * FORGET_EVERY_MS
log = structlog.get_logger("console.notify")


class Telling:
    """The one who tells. `claim_ms`: how long what this console took is its own."""

    def __init__(self, office: Office, vault: Vault, claim_ms: int = CLAIM_MS) -> None:
        """Of one office. Raises ChannelsFault."""
        self.office, self.engine, self.clock = office, office.engine, office.clock
        self.book: Book = load_channels(office.settings.channels)
        self.people = PeopleDesk(office.engine, vault)
        zone = office.settings.zone
        self.thinker = Thinker(office.engine, self.procedure, self.book, zone, office.clock)
        self._claim_ms = claim_ms
        self._threads = ThreadPoolExecutor(SLOTS, "console-telling")
        self._busy: Counter[str] = Counter()
        self._under_way: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._forgot_at = 0
        self._dead: tuple[str, ...] = ()

    @property
    def procedure(self) -> Procedure:
        """The procedure that the office goes by."""
        return self.office.cases.procedure

    def fault(self) -> str | None:
        """The channels that are dead, in one line."""
        return f"no answer from {', '.join(self._dead)}" if self._dead else None

    async def run(self, stop: asyncio.Event) -> None:
        """Tell until `stop`; what is on its way then is waited for."""
        while not stop.is_set():
            try:
                await self.turn()
            except SQLAlchemyError as error:
                log.warning("messages wait", error=str(error).splitlines()[0])
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), POLL_S)
        await self.settled()
        self.close()

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False)

    async def settled(self) -> None:
        """Until nothing is on its way."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def turn(self) -> None:
        """One turn: think, claim, and let it go."""
        await asyncio.to_thread(self.thinker.think)
        for going in await asyncio.to_thread(self.claim):
            self._busy[going.channel] += 1
            self._under_way.add(going.id)
            task = asyncio.create_task(self._send(going))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        await asyncio.to_thread(self._look)

    def claim(self) -> list[store.Going]:
        """Take what is due, as far as there are hands."""
        now, free = self.clock(), SLOTS - len(self._tasks)
        busy = [name for name, count in self._busy.items() if count >= SLOTS_EACH]
        if free <= 0:
            return []
        with self.engine.connect() as connection:
            if not store.has_due(connection, now):
                return []
        taken: list[store.Going] = []
        hands = Counter(self._busy)
        with writing(self.engine) as tx:
            roster = standing(tx)
            for row in store.due(tx, now, SLOTS * SLOTS, busy):
                has_hands = len(taken) < free and hands[row.channel] < SLOTS_EACH
                if not has_hands or row.id in self._under_way:
                    continue
                going = self._claim(tx, row, roster, now)
                if going is not None:
                    taken.append(going)
                    hands[row.channel] += 1
        return taken

    def _claim(
        self, tx: Connection, row: sa.Row[Any], roster: Standing, now: int
    ) -> store.Going | None:
        case = find_case(tx, row.case)
        told = store.stand_of(row)
        is_feed = row.reason == "feed"
        holds = case is not None and (
            is_feed or still_holds(self.procedure, case, told, staged=row.staged)
        )
        if not holds or self._is_missed(row, now) or self.book.sender(row.channel) is None:
            store.change_notice(tx, row.id, status=store.DROPPED, done_at=now)
            return None
        if row.tries >= store.TRIES_MAX:
            # Each attempt ended without an answer being written down.
            store.change_notice(tx, row.id, status=store.FAILED, done_at=now)
            return None
        people = store.people_of(row.people)
        if not row.urgent and (until := self._quiet(roster, row.channel, people, now)):
            later = {"due_at": until} if not row.round else {"status": store.DROPPED}
            store.change_notice(tx, row.id, **later)
            return None
        assert case is not None
        number = store.claim(tx, row, now, now + self._claim_ms)
        return store.Going(row.id, row.channel, case, people, number)

    def _is_missed(self, row: sa.Row[Any], now: int) -> bool:
        """Whether a repetition's time is so long past that the next one's has come."""
        every_ms = self.book.repeat(row.severity).every_s * MS_PER_S
        return bool(row.round and not row.tries and now - row.due_at >= every_ms)

    def _quiet(
        self, roster: Standing, channel: str, people: tuple[str, ...], now: int
    ) -> int | None:
        """Until when a channel, or the one person that it is for, is to be left alone."""
        subjects = [f"channel:{channel}"]
        if len(people) == 1:
            subjects.append(f"person:{people[0]}")
        hours = [one for subject in subjects for one in roster.quiet.get(subject, ())]
        return quiet_until(hours, now, self.office.settings.zone)

    async def _send(self, going: store.Going) -> None:
        run = asyncio.get_running_loop().run_in_executor
        try:
            outcome = await run(self._threads, partial(self._attempt, going))
            await run(self._threads, store.finish, self.engine, going, outcome, self.clock())
            metrics.NOTICES.labels(going.channel, "sent" if outcome.ok else "failed").inc()
        except SQLAlchemyError as error:
            # The claim runs out, and it is sent again.
            log.warning("proof was not kept", error=str(error).splitlines()[0])
        finally:
            self._busy[going.channel] -= 1
            self._under_way.discard(going.id)

    def _attempt(self, going: store.Going) -> Outcome:
        sender = self.book.sender(going.channel)
        assert sender is not None
        try:
            addresses = self.people.addresses(going.people, going.channel)
        except (NoKey, SealError):
            return Outcome(ok=False, code="no_key", line="the master key cannot be read")
        language = sender.language
        message = message_of(going.case, self.names(going.case), self.book.link, language)
        return attempt(self.book, sender, Parcel(
            going.id, going.number, self.clock() // MS_PER_S, message, addresses,
            going.case.opened_at,
        ))  # fmt: skip

    def names(self, case: Case) -> Names:
        """What the kind and the estate of a case are called: by us and by the site alone."""
        views, config = self.office.views, self.office.cases.around.config(case.estate)
        plain = Words(zh=case.kind, en=case.kind)
        if case.flow == "report":
            kind: Words = self.procedure.category_of(case) or plain
        else:
            kind = views.titles.get(case.kind, plain)
        estate = config.name if config else Words(zh=case.estate, en=case.estate)
        return Names(kind, estate)

    async def test(self, name: str, login: str) -> Outcome:
        """Send a test by a channel or `feed:NAME`, to whoever asks for it. Raises KeyError."""
        sender = self.book.sender(name)
        if sender is None:
            raise KeyError(name)
        run = asyncio.get_running_loop().run_in_executor
        work = partial(try_channel, self.book, self.people, Trial(name, login, self.clock()))
        return await run(self._threads, work)

    def _look(self) -> None:
        found = store.health(self.engine)
        names = (*self.book.channels, *(f"{FEED}{name}" for name in self.book.feeds))
        here = [found[name] for name in names if name in found]
        self._dead = tuple(one.channel for one in here if one.is_dead)
        for one in here:
            metrics.CHANNEL_UP.labels(one.channel).set(0 if one.is_dead else 1)
        waiting = store.counts(self.engine)
        metrics.NOTICES_WAITING.set(waiting["acts"] + waiting["notices"])
        now = self.clock()
        if now - self._forgot_at >= FORGET_EVERY_MS:
            self._forgot_at = now
            store.forget(self.engine, now - self.office.settings.audit_days * DAY_MS)
