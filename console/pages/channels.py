"""What all open pages of one person share: what they see, what they are shown, and their lines."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import orjson

from console.caseload import Held
from console.incidents import Incident
from console.lifecycle.facts import Case
from console.pages.bounds import Bounds
from console.pages.cards import CardWriter
from console.pages.speaker import Speaker
from console.pages.summary import Counts, Tally
from schemas.alerts import Alert

# A page that has so many messages before it is told everything anew instead.
QUEUED_MAX = 50
Messages = asyncio.Queue[str]
Shown = tuple[Held, Incident | None]
"""A case, and the alerts of it that are in sight."""


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
    cards: Cards
    tally: Tally
    queues: set[Messages] = field(default_factory=set)
    quieted: set[str] = field(default_factory=set)
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

    def sees(self, case: Case) -> bool:
        """Whether a case is in sight of them."""
        return self.bounds.sees(case)

    def show_all(self, shown: Sequence[Shown], quieted: Iterable[Alert]) -> str:
        """The message that says everything anew; `shown` is all that they see."""
        self.tally.clear()
        for held, _ in shown:
            self.tally.put(held)
        self.quieted = {one.id for one in quieted if self.bounds.sees_alert(one)}
        return f'{{"all":[{self._texts(shown)}]}}'

    def show(self, shown: Sequence[Shown], gone: Iterable[str]) -> str:
        """The message that tells of cases that changed or went; "" where none was or is shown."""
        left = sorted(name for name in gone if name in self.tally)
        if not shown and not left:
            return ""
        for name in left:
            self.tally.drop(name)
        for held, _ in shown:
            self.tally.put(held)
        return f'{{"cards":[{self._texts(shown)}],"gone":{orjson.dumps(left).decode()}}}'

    def take_quieted(self, alerts: Iterable[Alert]) -> None:
        """Alerts came that may be suppressed by cause, or be so no longer."""
        for alert in alerts:
            if alert.suppressed is None:
                self.quieted.discard(alert.id)
            elif self.bounds.sees_alert(alert):
                self.quieted.add(alert.id)

    def counts(self, since: int, quieted: frozenset[str]) -> Counts:
        """The figures of the day that began at an instant (ms), with what was suppressed in it."""
        counts = self.tally.counts(since)
        counts.merged += len(self.quieted & quieted)
        return counts

    def _texts(self, shown: Iterable[Shown]) -> str:
        return b",".join(self._card(held, incident) for held, incident in shown).decode()

    def _card(self, held: Held, incident: Incident | None) -> bytes:
        bounds, case = self.bounds, held.case
        own = {"mine": bounds.is_theirs(case), "acts": bounds.offered(case)}
        return self.cards.text(held, incident) + b"," + orjson.dumps(own)[1:]
