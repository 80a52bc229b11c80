"""How things stand, for all open pages: worked out once a second for all who see the same."""

from dataclasses import asdict, dataclass
from typing import NamedTuple

import orjson

from console.devices import DeviceHealth
from console.glance import Glance
from console.office import Office, Snapshot
from console.pages.bounds import Bounds, Sight
from console.pages.side import Side, SideWriter
from console.pages.speaker import Speaker


@dataclass(frozen=True, slots=True)
class Stand:
    """What stands of theirs at one moment, and their right column, also as a message."""

    snapshot: Snapshot
    side: Side
    message: str


class _Known(NamedTuple):
    version: object
    glance: Glance
    devices: DeviceHealth


class Stands:
    """What stands, by what somebody sees and the language they read."""

    def __init__(self, office: Office) -> None:
        """Of an office."""
        self._office = office
        self._known: dict[Sight, _Known] = {}
        self._whole = office.snapshot()
        self._round: dict[tuple[Sight, str], Stand] = {}

    def look(self) -> None:
        """Begin a round: all who ask until the next one are told of this moment."""
        self._whole = self._office.snapshot()
        self._round.clear()

    def of(self, bounds: Bounds, speaker: Speaker) -> Stand:
        """What stands of somebody's in this round."""
        key = (bounds.sight, speaker.language)
        stand = self._round.get(key)
        if stand is None:
            known = self._read(bounds)
            snapshot = bounds.narrowed(self._whole, known.glance, known.devices)
            side = SideWriter(speaker).side(snapshot)
            message = orjson.dumps({"side": asdict(side)}).decode()
            stand = self._round[key] = Stand(snapshot, side, message)
        return stand

    def _read(self, bounds: Bounds) -> _Known:
        """The read models of theirs; they change more rarely than each second."""
        version = (self._office.views.version, self._office.today())
        known = self._known.get(bounds.sight)
        if known is None or known.version != version:
            known = _Known(version, bounds.glance(), bounds.health())
            self._known[bounds.sight] = known
        return known
