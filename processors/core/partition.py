"""The live path of one partition: arrival to checkpoint, without touching Kafka.

The shell feeds records with their offsets and writes what comes out. A checkpoint is one record,
so it happens whole or not at all; it holds every scope changed in the batch, each estate's place in
time, and two offsets:

- `position`: below it nothing has to be read again;
- `seen`: everything up to it has been taken in. What is read again between the two and lies before
  its estate's watermark has been judged already; the rest was waiting in the buffer.

The scopes' own records are written after it, at leisure: they are only its long form, and a restart
lays the last checkpoint over them. Whether they were written before the crash it cannot know, so
its next checkpoint carries them again: a second crash would else find neither.

An estate that falls silent while events wait in its buffer parks them in the checkpoint, so that
one dead gateway holds back no other estate's position.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from pydantic import ValidationError

from processors.core.effects import Heard
from processors.core.estate import Estate, new_estate
from processors.core.gaps import gap_of
from processors.core.hearing import hear
from processors.core.incidents import Strand
from processors.core.machine import Machine, Output
from processors.core.rule import AT_ONCE_LATE_MS, RuleSet
from schemas.event_data import ConfigActivated
from schemas.events import Event, decode, encode, explain
from schemas.place import EstateConfig

VERSION = 1
PARK_AFTER_RECORDS = 2_000
"""How far behind the newest record a waiting event may be before its estate is parked."""


@dataclass(slots=True)
class Checkpoint:
    """What to write after a batch: the commit record, then the scopes (None: gone) by key."""

    commit: bytes
    scopes: dict[str, bytes | None]
    position: int


class CommitError(ValueError):
    """A commit record cannot be read; the text says why."""


@dataclass(slots=True)
class Partition:
    """All estates of one partition."""

    number: int
    machine: Machine
    configs: Mapping[str, EstateConfig] = field(default_factory=dict)
    estates: dict[str, Estate] = field(default_factory=dict)
    seen: int = -1
    parked: dict[str, int] = field(default_factory=dict)
    carried: dict[str, bytes | None] = field(default_factory=dict)

    def take(self, offset: int, events: Iterable[Event], out: Output) -> None:
        """Take in the events of one record. Records must come in offset order."""
        again = offset <= self.seen
        for event in events:
            self._offer(self._estate(event.estate), event, offset, again, out)
        self.seen = max(self.seen, offset)

    def advance(self, out: Output) -> None:
        """Step everything that is due, estate by estate."""
        for estate in self.estates.values():
            advance(self.machine, estate, out)
            out.unreadable.extend(estate.unreadable)
            estate.unreadable.clear()

    def checkpoint(self) -> Checkpoint:
        """What makes all that was stepped so far survive."""
        scopes = self.carried | {
            scope_key(name, scope): raw
            for name, estate in sorted(self.estates.items())
            for scope, raw in estate.take_dirty().items()
        }
        self.carried = {}
        position = self._position()
        plain = {
            "v": VERSION,
            "position": position,
            "seen": self.seen,
            "estates": {name: self._summary(e) for name, e in sorted(self.estates.items())},
        }
        head = orjson.dumps(plain)[:-1]
        body = b",".join(
            orjson.dumps(key) + b":" + (raw if raw is not None else b"null")
            for key, raw in scopes.items()
        )
        return Checkpoint(head + b',"scopes":{' + body + b"}}", scopes, position)

    def restore(self, commit: bytes | None, scopes: Mapping[str, bytes]) -> int:
        """Take over what a checkpoint holds; returns the offset to read from (0: the beginning).

        Raises CommitError: where to read on from cannot be guessed.
        """
        plain: dict[str, Any] = {"estates": {}, "scopes": {}}
        try:
            if commit:
                plain = orjson.loads(commit)
            if plain.get("v", VERSION) > VERSION:
                raise CommitError(f"it is of version {plain['v']}, and {VERSION} is known here")
            return self._restore(plain, scopes)
        except CommitError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise CommitError(f"{type(fault).__name__}: {fault}") from fault

    def _restore(self, plain: dict[str, Any], scopes: Mapping[str, bytes]) -> int:
        self.carried = {
            key: None if record is None else orjson.dumps(record)
            for key, record in plain["scopes"].items()
        }
        merged = {**scopes, **self.carried}
        self.seen = plain.get("seen", -1)
        for key, raw in sorted(merged.items()):
            name, scope = split_key(key)
            if raw is not None:
                self._estate(name).adopt(scope, raw)
        for name, summary in plain["estates"].items():
            self._restore_estate(name, summary)
        position: int = plain.get("position", 0)
        return position

    def _offer(self, estate: Estate, event: Event, offset: int, again: bool, out: Output) -> None:
        if isinstance(event.data, ConfigActivated) and not holds(event, self.machine.rules, out):
            return
        if again and event.at < estate.order.watermark:
            return
        if event.data.replayed:
            if not again:
                out.late.append(event)
            return
        estate.note_gap(gap_of(event, estate.order.watermark))
        verdict = estate.order.offer(event, offset)
        if verdict == "late":
            out.late.append(event)
            if not again and event.data.received_at >= estate.order.watermark:
                hear(estate, event)
        if verdict == "held" and isinstance(event.data, ConfigActivated):
            estate.announce(event, event.data)
        if verdict != "duplicate" and not again:
            self._at_once(estate, event, out)

    def _at_once(self, estate: Estate, event: Event, out: Output) -> None:
        """Rules that need no order do not care for the lateness; only old news ring nobody."""
        if event.at >= estate.order.watermark - AT_ONCE_LATE_MS:
            self.machine.event(estate, event, out, at_once=True)

    def _estate(self, name: str) -> Estate:
        estate = self.estates.get(name)
        if estate is None:
            estate = self.estates[name] = new_estate(name, self.configs.get(name))
        return estate

    def _position(self) -> int:
        oldest = self.seen + 1
        self.parked.clear()
        for name, estate in self.estates.items():
            first = min((offset for offset, _ in estate.order.waiting()), default=oldest)
            if first < self.seen - PARK_AFTER_RECORDS:
                self.parked[name] = first
            else:
                oldest = min(oldest, first)
        return oldest

    def _summary(self, estate: Estate) -> dict[str, Any]:
        summary: dict[str, Any] = {
            "watermark": estate.order.watermark,
            "heads": estate.order.heads,
            "gaps": estate.gaps,
            "behind": estate.behind,
            "heard": [(heard.at, heard.device) for heard in sorted(set(estate.heard))],
            "strands": [list(strand) for strand in estate.strands],
        }
        if estate.id in self.parked:
            waiting = [event for _, event in sorted(estate.order.waiting(), key=lambda w: w[0])]
            summary["held"] = orjson.loads(encode(waiting))
        return summary

    def _restore_estate(self, name: str, summary: dict[str, Any]) -> None:
        estate = self._estate(name)
        estate.order.watermark = summary["watermark"]
        estate.behind = summary.get("behind", False)
        estate.heard = [Heard(at, device) for at, device in summary.get("heard", ())]
        estate.strands = tuple(Strand(*strand) for strand in summary.get("strands", ()))
        estate.gaps = [(start, end) for start, end in summary["gaps"]]
        for event in decode(orjson.dumps(summary.get("held", []))):
            estate.order.offer(event, self.seen)
            if isinstance(event.data, ConfigActivated):
                estate.announce(event, event.data)
        estate.order.heads = dict(summary["heads"])


def advance(machine: Machine, estate: Estate, out: Output) -> None:
    """Step the events and deadlines before the estate's watermark, in order.

    At one instant an event goes before a deadline: many makes stamp whole seconds, and a door that
    closes in the second its time runs out has closed in time.
    """
    order = estate.order
    while True:
        at = order.next_time()
        machine.fire(estate, order.watermark if at is None else at, out)
        if at is not None:
            _, event = order.pop()
            machine.event(estate, event, out)
            out.released.append(event)
        else:
            return


def config_fault(data: ConfigActivated, rules: RuleSet) -> str | None:
    """What is wrong with a configuration in the log, or None."""
    try:
        config = EstateConfig.model_validate(data.config)
    except ValidationError as error:
        return f"config.{explain(error)}"
    fault = rules.of(config).settings_fault(config)
    return f"config.{fault}" if fault else None


def holds(event: Event, rules: RuleSet, out: Output) -> bool:
    """Whether a configuration can be gone by; what is wrong with it is told.

    One of the estate's own rules that is not understood is told, and left out by itself.
    """
    assert isinstance(event.data, ConfigActivated)
    if fault := config_fault(event.data, rules):
        out.refused.append((event, fault))
        return False
    if event.data.config.get("operator_rules"):
        config = EstateConfig.model_validate(event.data.config)
        out.refused.extend((event, fault) for fault in rules.own_faults(config))
    return True


def scope_key(estate: str, scope: str) -> str:
    """The key of a scope's record: its estate, then the scope."""
    return f"scope|{estate}|{scope}"


def split_key(key: str) -> tuple[str, str]:
    """Estate and scope of a record's key."""
    _, estate, scope = key.split("|", 2)
    return estate, scope


def commit_key(partition: int) -> str:
    """The key of a partition's commit record."""
    return f"commit|{partition}"
