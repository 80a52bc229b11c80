"""Who is on duty now, as the roster has it: the name at the top of the page."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from console.database import reading
from console.notify.people import standing
from console.notify.roster import EVERYWHERE, Away, Extra, Shift, working
from console.office import Office
from console.pages.bounds import Bounds
from console.pages.names import Names
from console.pages.saying import Saying
from console.words import Language

EVERY_MS = 15_000
NAMED_MAX = 3
AnyEntry = Shift | Away | Extra


@dataclass(slots=True)
class Duty:
    """The roster as it was read last, and who is on duty by it, worked out once a reading."""

    office: Office
    names: Names
    _entries: tuple[AnyEntry, ...] = ()
    _read_at: int = 0
    _known: dict[tuple[str, frozenset[str]], tuple[str, ...] | None] = field(default_factory=dict)

    async def refresh(self, at: int) -> None:
        """Read it anew, once in a while."""
        if at - self._read_at < EVERY_MS and self._read_at:
            return
        with suppress(SQLAlchemyError):  # The next time will do.
            self.take(await asyncio.to_thread(self.read), at)

    def read(self) -> tuple[AnyEntry, ...]:
        """All entries, from the database."""
        with reading(self.office.engine) as tx:
            return tuple(standing(tx).entries.values())

    def take(self, entries: Iterable[AnyEntry], at: int) -> None:
        """Go by these entries from now on."""
        self._entries, self._read_at = tuple(entries), at
        self._known.clear()

    def on_duty(self, bounds: Bounds) -> tuple[str, ...] | None:
        """The logins on duty for somebody's kind in their areas; None where no roster says."""
        key = (bounds.who.role, bounds.who.areas)
        if key not in self._known:
            self._known[key] = self._work_out(bounds)
        return self._known[key]

    def _work_out(self, bounds: Bounds) -> tuple[str, ...] | None:
        cases, role = self.office.cases, bounds.who.role
        duties = {role, *cases.procedure.handlers_of(role)}
        estates = [one for one in cases.around.estates if bounds.covers(one, one)]
        areas = {EVERYWHERE, *bounds.who.areas}
        areas.update(node for one in estates for node in cases.around.nodes(one).values())
        here = [
            one for one in self._entries
            if isinstance(one, Away)
            or (one.duty in duties and (bounds.who.is_everywhere or one.area in areas))
        ]  # fmt: skip
        if all(isinstance(one, Away) for one in here):
            return None
        return tuple(sorted(working(here, self._read_at, self.office.settings.zone)))

    def said(self, bounds: Bounds, language: Language) -> str:
        """In words; whoever looks at the page is on duty where no roster says anything."""
        say = Saying(language).text
        logins = self.on_duty(bounds)
        if logins is None:
            logins = (bounds.who.login,)
        if not logins:
            return say("on_duty_nobody")
        between = "、" if language == "zh" else ", "
        named = between.join(self.names.of(f"person:{one}", language) for one in logins[:NAMED_MAX])
        if len(logins) > NAMED_MAX:
            named = say("and_more", who=named, n=len(logins))
        return say("on_duty", who=named)
