"""A pure stand-in for the shell: records in, checkpoints kept, crashes at any step.

It holds what Kafka would hold (the changelog, the alerts topic) and does what the shell does, so
that properties of the live path can be tried without Kafka.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from hypothesis import strategies as st

from processors.core.machine import Machine, Output
from processors.core.partition import Partition, commit_key
from processors.core.rule import RuleSet
from schemas.alerts import Alert
from schemas.events import Event, decode, encode
from schemas.views import View


def crashes(within: int) -> st.SearchStrategy[frozenset[int]]:
    """Up to five writes before which a process dies, also soon after one another."""
    gaps = st.lists(st.integers(1, within), max_size=5)
    return gaps.map(lambda found: frozenset(accumulate(found)))


class Crash(Exception):
    """The process was killed between two writes."""


@dataclass
class Live:
    """One partition of the product as far as it is pure.

    `crash_at` numbers the writes before which the process dies. It may die again right after a
    restart: what only the commit record held then must not be lost with the next one.
    """

    rules: RuleSet
    log: list[bytes] = field(default_factory=list)
    changelog: dict[str, bytes] = field(default_factory=dict)
    alerts: dict[str, Alert] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    late: list[Event] = field(default_factory=list)
    writes: int = 0
    crash_at: Container[int] = ()

    def run(self, records: Iterable[Sequence[Event]], batch: int = 1) -> None:
        """Append the records to the log and process all of it, restarting after each crash."""
        self.log.extend(encode(events) for events in records)
        while True:
            try:
                self._process(batch)
                return
            except Crash:
                continue

    def _process(self, batch: int) -> None:
        partition = Partition(0, Machine(self.rules))
        scopes = {k: v for k, v in self.changelog.items() if not k.startswith("commit|")}
        start = partition.restore(self.changelog.get(commit_key(0)), scopes)
        for at in range(start, len(self.log), batch):
            out = Output()
            for offset in range(at, min(at + batch, len(self.log))):
                partition.take(offset, decode(self.log[offset]), out)
            partition.advance(out)
            self._write(partition, out)

    def _write(self, partition: Partition, out: Output) -> None:
        for alert in out.alerts.values():
            self._count()
            known = self.alerts.get(alert.id)
            if known is None or alert.revision >= known.revision:
                assert known is None or known.revision < alert.revision or known == alert
                self.alerts[alert.id] = alert
        if out.views:
            self._count()
            self.views.update(out.views)
        self._count()
        self.late.extend(out.late)
        checkpoint = partition.checkpoint()
        self._count()
        self.changelog[commit_key(0)] = checkpoint.commit
        for key, raw in checkpoint.scopes.items():
            self._count()
            if raw is None:
                self.changelog.pop(key, None)
            else:
                self.changelog[key] = raw

    def _count(self) -> None:
        self.writes += 1
        if self.writes in self.crash_at:
            raise Crash
