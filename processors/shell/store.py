"""The Store behind the one Faust table: it loads newly assigned partitions itself.

Faust keeps the table's changelog co-partitioned with the events and calls `on_rebalance` before it
lets events through. Here that is where state is loaded; Faust's own recovery is told that all of it
is there already (`persisted_offset`), because it would need 95 s for a million keys.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import faust
from faust.stores import base

from processors.shell.loader import load_partitions
from processors.shell.worker import Worker
from schemas.topics import EVENTS, STATE


class CheckpointStore(base.Store[Any, Any]):  # type: ignore[misc]
    """Hands partitions to the worker; holds no data of its own.

    `worker` and `bootstrap` are set by the table that makes it.
    """

    worker: Worker
    bootstrap: str

    def __post_init__(self) -> None:
        """No partition is loaded yet."""
        self.ends: dict[int, int] = {}

    async def on_rebalance(
        self,
        assigned: set[Any],
        revoked: set[Any],
        newly_assigned: set[Any],
        generation_id: int = 0,
    ) -> None:
        """Take over what is new, let go what is gone: true differences, whatever Faust names."""
        wanted = {tp.partition for tp in assigned if tp.topic == EVENTS.name}
        async with self.worker.lock:
            have = set(self.worker.assigned)
            self.worker.revoke(have - wanted)
            new = sorted(wanted - have)
            loaded = await load_partitions(self.bootstrap, STATE.name, new)
            for number, (state, end) in loaded.items():
                self.ends[number] = end
                self.worker.assign(number, state)

    def persisted_offset(self, tp: Any) -> int | None:
        """Everything up to the end is loaded, so that Faust has nothing to recover."""
        end = self.ends.get(tp.partition)
        return None if end is None else end - 1

    def set_persisted_offset(self, tp: Any, offset: int) -> None:
        """Nothing to remember: what is written here was in memory before."""

    def apply_changelog_batch(self, batch: Iterable[Any], to_key: Any, to_value: Any) -> None:
        """Never asked for: nothing is left to recover."""

    async def backup_partition(
        self, tp: Any, flush: bool = True, purge: bool = False, keep: int = 1
    ) -> None:
        """The changelog is the backup."""

    def restore_backup(self, tp: Any, latest: bool = True, backup_id: int = 0) -> None:
        """The changelog is the backup."""

    def reset_state(self) -> None:
        """Nothing is kept on disk."""

    def __getitem__(self, key: Any) -> Any:
        """The table itself is never read."""
        raise KeyError(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        """The table itself is never written; checkpoints go to its changelog directly."""
        raise TypeError("state is written by checkpoints only")

    def __delitem__(self, key: Any) -> None:
        """See `__setitem__`."""
        raise TypeError("state is written by checkpoints only")

    def __iter__(self) -> Iterator[Any]:
        """No keys."""
        return iter(())

    def __len__(self) -> int:
        """No keys."""
        return 0


def state_table(worker: Worker, bootstrap: str) -> type[faust.Table]:
    """A Faust table class whose store hands partitions to this worker."""

    class StateTable(faust.Table):  # type: ignore[misc]
        def _new_store(self) -> Any:
            store = CheckpointStore("checkpoint://state", self.app, self, table_name=self.name)
            store.worker, store.bootstrap = worker, bootstrap
            return store

    return StateTable
