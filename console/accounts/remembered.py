"""Who was let in lately: phones ask every minute whether their list is another one by now.

To find in the database each time who asks would cost more than the answer. So whoever was let in is
remembered for the next such question, and all who are remembered are looked at again every few
seconds, hundreds at a time. A session that is ended here is forgotten at once; another console's
word, or an account that changed, counts for these questions a few seconds later. Everything else
that anybody asks for or does asks the database.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock

from console.accounts.principal import Principal
from schemas.base import MS_PER_S

LOOK_EVERY_S = 10.0
TRUSTED_MS = 30 * MS_PER_S
"""Whoever was not looked at for so long, because the database is away, is asked for anew."""
UNUSED_MS = 300 * MS_PER_S
MOST = 50_000


@dataclass(slots=True)
class _Known:
    who: Principal
    until: int
    looked_at: int
    used_at: int


class Remembered:
    """Principals by the id of their session. Any thread may ask. Instants are in ms."""

    def __init__(self) -> None:
        """Nobody is known."""
        self._known: dict[str, _Known] = {}
        self._turn = Lock()

    def put(self, session: str, who: Principal, until: int, at: int) -> None:
        """Somebody was let in by a session that lasts `until`."""
        with self._turn:
            if len(self._known) < MOST or session in self._known:
                self._known[session] = _Known(who, until, at, at)

    def get(self, session: str, at: int) -> Principal | None:
        """Who came in by a session and is remembered well enough."""
        known = self._known.get(session)
        if known is None or known.until <= at or at - known.looked_at > TRUSTED_MS:
            return None
        known.used_at = at
        return known.who

    def drop(self, session: str) -> None:
        """A session ended."""
        with self._turn:
            self._known.pop(session, None)

    def used(self, at: int) -> dict[str, str]:
        """The login of each session that is to be looked at again; the others are forgotten."""
        with self._turn:
            self._known = {
                session: known for session, known in self._known.items()
                if at - known.used_at <= UNUSED_MS
            }  # fmt: skip
            return {session: known.who.login for session, known in self._known.items()}

    def looked(self, asked: Iterable[str], found: Mapping[str, Principal], at: int) -> None:
        """Sessions were looked at, from an instant on: who came in by those that still stand."""
        with self._turn:
            for session in asked:
                known, who = self._known.get(session), found.get(session)
                if known is None or known.looked_at > at:
                    continue
                if who is None:
                    del self._known[session]
                else:
                    known.who, known.looked_at = who, at
