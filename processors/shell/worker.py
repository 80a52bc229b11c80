"""One worker: its partitions in memory, its batches, and what is acknowledged when.

The order within a batch is the promise: step all, write alerts and points, write the commit
records, write the scopes' own records, acknowledge. Killed anywhere in between, the next process
finds the last commit record, reads again from its position, and says the same things under the
same ids.
"""

import asyncio
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from processors.core.machine import Machine, Output
from processors.core.partition import Checkpoint, CommitError, Partition, commit_key
from processors.core.records import Unreadable
from processors.core.rule import RuleSet
from processors.shell import metrics
from processors.shell.outputs import records_of, refused
from processors.shell.producer import FATAL, Record, Writer
from processors.shell.views import Views
from schemas.events import EventError, decode
from schemas.topics import STATE

log = structlog.get_logger()
NO_COMMIT = (
    "a commit record cannot be read, so it is not known what was done; ending: start the version "
    "that wrote it, or put a backup back (docs/operations.md, Upgrade)"
)


class Ack(Protocol):
    """Something of the input that can be acknowledged."""

    def ack(self) -> object:
        """Mark it as done."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One record of the input."""

    partition: int
    offset: int
    value: bytes
    handle: Ack


@dataclass(slots=True)
class Assigned:
    """A partition in hand: its state, what waits for acknowledgement, and how far it has come."""

    partition: Partition
    unacked: dict[int, Ack] = field(default_factory=dict)
    position: int = 0
    started: bool = False


class Worker:
    """Steps batches. `assigned` changes only between batches, under `lock`."""

    def __init__(self, rules: RuleSet, writer: Writer) -> None:
        """Nothing is assigned yet."""
        self.machine = Machine(rules)
        self.writer = writer
        self.views = Views()
        self.assigned: dict[int, Assigned] = {}
        self.lock = asyncio.Lock()
        self.progress_at = time.monotonic()

    def assign(self, number: int, state: dict[str, bytes]) -> None:
        """Take a partition over with what its state topic holds."""
        commit = state.pop(commit_key(number), None)
        scopes = {key: raw for key, raw in state.items() if key.startswith("scope|")}
        partition = Partition(number, self.machine)
        try:
            position = partition.restore(commit, scopes)
        except CommitError as fault:
            log.critical(NO_COMMIT, topic=STATE.name, key=commit_key(number), reason=str(fault))
            os._exit(FATAL)
        self.assigned[number] = Assigned(partition, position=position)
        log.info("partition taken over", partition=number, scopes=len(scopes), position=position)

    def revoke(self, numbers: Iterable[int]) -> None:
        """Let partitions go; another worker has them now."""
        for number in numbers:
            self.assigned.pop(number, None)

    async def process(self, batch: Iterable[Incoming]) -> None:
        """One batch, from input to acknowledgement."""
        async with self.lock, metrics.timed():
            outputs: dict[int, Output] = {}
            extra: list[Record] = []
            for item in batch:
                mine = self.assigned.get(item.partition)
                if mine is None:
                    continue
                out = outputs.setdefault(item.partition, Output())
                extra.extend(self._take(mine, item, out))
                await asyncio.sleep(0)
            await self._finish(outputs, extra)
        self.progress_at = time.monotonic()

    def _take(self, mine: Assigned, item: Incoming, out: Output) -> Iterable[Record]:
        seen = mine.partition.seen
        if mine.started and item.offset > seen + 1:
            log.critical("the input has a hole; ending", offset=item.offset, expected=seen + 1)
            os._exit(FATAL)
        mine.started = True
        mine.unacked[item.offset] = item.handle
        try:
            events = decode(item.value)
        except EventError as error:
            metrics.REFUSED.inc()
            mine.partition.take(item.offset, (), out)
            key = f"{item.partition}/{item.offset}"
            return [refused(key, str(error), item.value, item.partition)]
        if item.offset > seen:
            metrics.EVENTS.inc(len(events))
        mine.partition.take(item.offset, events, out)
        return ()

    async def _finish(self, outputs: dict[int, Output], extra: list[Record]) -> None:
        records = list(extra)
        for number, out in outputs.items():
            partition = self.assigned[number].partition
            partition.advance(out)
            _say(out.unreadable)
            records.extend(records_of(out, number, partition.estates.__getitem__))
            records.extend(self.views.records(out, number, partition.estates.__getitem__))
            metrics.count(out)
            await asyncio.sleep(0)
        await self.writer.write(records)
        checkpoints = {n: self.assigned[n].partition.checkpoint() for n in outputs}
        await self.writer.write([_commit_record(n, c) for n, c in checkpoints.items()])
        await self.writer.write([r for n, c in checkpoints.items() for r in _scope_records(n, c)])
        for number, checkpoint in checkpoints.items():
            self._acknowledge(self.assigned[number], checkpoint.position)

    @staticmethod
    def _acknowledge(mine: Assigned, position: int) -> None:
        mine.position = position
        for offset in sorted(offset for offset in mine.unacked if offset < position):
            mine.unacked.pop(offset).ack()


def _say(found: Iterable[Unreadable]) -> None:
    for one in found:
        log.error(
            "a state cannot be read and begins afresh; it is kept in community.rejected: look at "
            "the alerts of that place by hand, and judge the days before with `backtest`",
            record=one.key, reason=one.reason,
        )  # fmt: skip


def _commit_record(number: int, checkpoint: Checkpoint) -> Record:
    return Record(STATE.name, commit_key(number), checkpoint.commit, number)


def _scope_records(number: int, checkpoint: Checkpoint) -> list[Record]:
    return [Record(STATE.name, key, raw, number) for key, raw in checkpoint.scopes.items()]
