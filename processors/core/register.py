"""The register's join: which home a card is for, whose vehicle a plate is, where a home stands.

Fed by `register.changed` in the order of events, before any rule is told of them, so live and
back-test join alike. Asked by `Rule.joined` for the scopes of an event, and by steps. Rules that
see events on arrival get none of it: what the register says then depends on the order of arrival.

What has ended is still known for `KEEP_MS`: an old card that opens a door says whose it was.
"""

import heapq
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson

from schemas.event_data import DwellingUse, RegisterChanged
from schemas.events import Event

KEEP_MS = 30 * 86_400_000
"""How long an entry is known after its end (own)."""
HELD = frozenset({"credential", "pass", "permit"})
REGISTER_SCOPE = "register|"
"""What the keys of its records begin with among the scopes' records."""


class Holding(NamedTuple):
    """What the register says of a credential or plate; `until` None is without an end (ms)."""

    record: str
    dwelling: str | None
    credential_class: str | None
    since: int
    until: int | None
    stay_ms: int | None = None

    def holds(self, at: int) -> bool:
        """Whether it is in force then."""
        return self.since <= at and (self.until is None or at < self.until)

    @property
    def kind(self) -> str | None:
        """Its class; who has a pass is a visitor."""
        return "visitor" if self.record == "pass" else self.credential_class


class Home(NamedTuple):
    """A dwelling as registered: where it stands, its use, how many live there; since when (ms)."""

    place: str
    use: DwellingUse
    people: int | None
    since: int


@dataclass(slots=True)
class Register:
    """The entries of one estate. Records from the log stay bytes until they are asked for."""

    holdings: dict[str, Holding | bytes] = field(default_factory=dict)
    homes: dict[str, Home] = field(default_factory=dict)
    ends: list[tuple[int, str]] = field(default_factory=list)
    dirty: set[str] = field(default_factory=set)

    def holding(self, ref: str | None, at: int) -> Holding | None:
        """The entry of a credential or plate, in force or ended lately; None for one unknown.

        Of several passes of one credential it is the one told last.
        """
        found = self._holding(ref) if ref is not None else None
        over = found is not None and found.until is not None and found.until + KEEP_MS <= at
        return None if over else found

    def home(self, dwelling: str) -> Home | None:
        """A dwelling's entry."""
        return self.homes.get(dwelling)

    def take(self, event: Event, data: RegisterChanged) -> None:
        """A change of the register counts from now on."""
        self._let_go(event.at)
        ref = data.holder.ref if data.holder is not None else event.subject
        if data.record in HELD and ref is not None:
            self._held(ref, event.at, data)
        elif data.record == "dwelling" and data.dwelling is not None:
            self._lived_in(data.dwelling, event, data)

    def _held(self, ref: str, at: int, data: RegisterChanged) -> None:
        if data.change == "set":
            since = at if data.valid_from is None else data.valid_from
            stay_ms = None if data.stay_max_s is None else data.stay_max_s * 1000
            new = Holding(
                data.record, data.dwelling, data.credential_class, since, data.valid_to, stay_ms
            )
        else:
            known = self._holding(ref)
            if known is None or known.record != data.record:
                return
            new = known._replace(until=at if known.until is None else min(at, known.until))
        self.holdings[ref] = new
        self.dirty.add(f"h|{ref}")
        if new.until is not None:
            heapq.heappush(self.ends, (new.until + KEEP_MS, ref))

    def _lived_in(self, dwelling: str, event: Event, data: RegisterChanged) -> None:
        self.dirty.add(f"d|{dwelling}")
        if data.change == "ended":
            self.homes.pop(dwelling, None)
            return
        since = event.at if data.valid_from is None else data.valid_from
        self.homes[dwelling] = Home(event.data.place, data.use or "unknown", data.people, since)

    def _holding(self, ref: str) -> Holding | None:
        found = self.holdings.get(ref)
        if isinstance(found, bytes):
            found = self.holdings[ref] = Holding(*orjson.loads(found))
        return found

    def _let_go(self, at: int) -> None:
        """What `holding` no longer says need not be kept either."""
        while self.ends and self.ends[0][0] <= at:
            _, ref = heapq.heappop(self.ends)
            if ref in self.holdings and self.holding(ref, at) is None:
                del self.holdings[ref]
                self.dirty.add(f"h|{ref}")

    def take_dirty(self) -> dict[str, bytes | None]:
        """What changed since the last call, by record key; None for what is gone."""
        changed = {f"{REGISTER_SCOPE}{name}": self._dump(name) for name in sorted(self.dirty)}
        self.dirty.clear()
        return changed

    def _dump(self, name: str) -> bytes | None:
        kind, _, ident = name.partition("|")
        known = self.homes.get(ident) if kind == "d" else self._holding(ident)
        return None if known is None else orjson.dumps(tuple(known))

    def adopt(self, key: str, raw: bytes) -> None:
        """Take over a record; `key` as `take_dirty` gave it."""
        kind, _, ident = key.removeprefix(REGISTER_SCOPE).partition("|")
        if kind == "d":
            self.homes[ident] = Home(*orjson.loads(raw))
            return
        until = Holding(*orjson.loads(raw)).until
        self.holdings[ident] = raw
        if until is not None:
            heapq.heappush(self.ends, (until + KEEP_MS, ident))


NOTHING = Register()
"""What rules that see events on arrival are told."""
