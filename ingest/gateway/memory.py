"""What the gateway knows and must not forget: its clock, its ticks, devices' clocks, estates."""

import asyncio
from pathlib import Path

from ingest.clock import Clock
from ingest.gateway.state import DeviceClocks, GatewayState, load, save
from ingest.skew import SkewTable
from ingest.ticks import TickKeeper


class Memory:
    """Kept in two files: what a mistake in would claim too much at once, the rest now and then."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Take up what the last run left."""
        self._path = path
        self._clocks_path = path.with_suffix(".clocks.json")
        state = load(path, GatewayState)
        self.clock = clock
        clocks = load(self._clocks_path, DeviceClocks)
        self.keeper = TickKeeper(state.since, clocks.ticked_at)
        self.skew = SkewTable.load(clocks.samples)
        self.heard_at = dict(clocks.heard_at)
        self._kept = self.skew.corrections()
        self.estates = set(state.estates)
        self.filters = set(state.filters)

    def opened(self, *, session_present: bool) -> None:
        """A connection began; that a session was lost is on disk before anything is made of it."""
        self.keeper.opened(session_present=session_present)
        if self.keeper.since is None:
            self._save()

    def subscribed(self, at: int, filters: tuple[str, ...]) -> tuple[int, int] | None:
        """The subscription stands; the span in which readings may be lost, if there is one."""
        gap = self.keeper.subscribed(at)
        self.filters = set(filters)
        self._save()
        return gap

    def met(self, estates: set[str]) -> None:
        """Events went to these estates, which no site file names; their ticks go on."""
        if not estates <= self.estates:
            self.estates |= estates
            self._save()

    @property
    def corrected_anew(self) -> bool:
        """Whether a correction is in use that is not on disk: readings were told by it, and what
        comes after a kill must be told by the same.
        """
        return self.skew.corrections() != self._kept

    async def save_clocks(self) -> None:
        """Keep what was measured of devices' clocks, without holding up the event loop."""
        self._kept = self.skew.corrections()
        clocks = DeviceClocks(
            ticked_at=self.keeper.last_at, samples=self.skew.dump(), heard_at=dict(self.heard_at)
        )
        await asyncio.to_thread(save, self._clocks_path, clocks)

    def _save(self) -> None:
        state = GatewayState(since=self.keeper.since, filters=self.filters, estates=self.estates)
        save(self._path, state)
