"""What one person is shown of everything: bounded to their areas and kinds, each asked once."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from console.accounts.principal import Principal
from console.cases import sight
from console.devices import DeviceHealth, Input, health_of
from console.glance import Glance
from console.health import State, stream_state
from console.lifecycle.facts import Case
from console.lifecycle.refusal import is_possible
from console.office import Office, Snapshot
from schemas.acts import ActKind
from schemas.alerts import Alert
from schemas.base import MS_PER_S
from schemas.views import DeviceView

# How a home is used is for the police and the grid, and for those who supervise them.
NOT_HOMES = frozenset({"property", "resident"})
OFFERED: tuple[ActKind, ...] = ("accept", "assign", "close")
"""What can be done from a card; `close` stands for closing it as false."""
Sight = tuple[str, frozenset[str], frozenset[str]]


@dataclass(slots=True)
class Bounds:
    """What one person may see and do."""

    office: Office
    who: Principal
    _covered: dict[tuple[str, str], bool] = field(default_factory=dict)
    _eyes: sight.Onlooker = field(init=False)

    def __post_init__(self) -> None:
        """Who they are is worked out once."""
        self._eyes = sight.Onlooker(self.office.cases.procedure, self.who)

    @property
    def sight(self) -> Sight:
        """What two people have in common who are shown the same of homes, gates and devices."""
        return (self.who.role, self.who.areas, frozenset(self.who.kinds))

    def covers(self, estate: str, place: str) -> bool:
        """Whether a place is theirs to look after."""
        key = (estate, place)
        if key not in self._covered:
            self._covered[key] = self.who.covers(self.office.cases.around.areas(estate, place))
        return self._covered[key]

    def touches(self, estate: str) -> bool:
        """Whether an estate, or anything in it, is theirs."""
        config = self.office.cases.around.config(estate)
        places = config.places if config else ()
        return self.covers(estate, estate) or any(self.covers(estate, one.id) for one in places)

    def sees(self, case: Case) -> bool:
        """Whether a case is in sight."""
        return self._eyes.sees(case)

    def sees_alert(self, alert: Alert) -> bool:
        """Whether an alert is of their area and kinds."""
        cases = self.office.cases
        return sight.sees_alert(cases.procedure, cases.around, self.who, alert)

    def is_theirs(self, case: Case) -> bool:
        """Whether a case is for them to do."""
        return self._eyes.has_to_do(case)

    def offered(self, case: Case) -> list[ActKind]:
        """What they can be offered to do with a card."""
        procedure, actor = self.office.cases.procedure, self.who.actor
        return [act for act in OFFERED if is_possible(procedure, case, act, actor)]

    def devices(self) -> list[DeviceView]:
        """Their devices, in order."""
        known = self.office.views.devices.values()
        mine = (one for one in known if self.covers(one.estate, one.place))
        return sorted(mine, key=lambda one: (one.estate, one.device))

    def glance(self) -> Glance:
        """What stands of theirs."""
        all_of = self.office.glance()
        sees_homes = self.who.role not in NOT_HOMES
        passages = tuple(p for p in all_of.passages if self.covers(p.estate, p.gate))
        return replace(
            all_of,
            homes=tuple(h for h in all_of.homes if sees_homes and self.covers(h.estate, h.place)),
            care=tuple(c for c in all_of.care if sees_homes and self.covers(c.estate, c.place)),
            passages=passages,
            has_passages=all_of.has_passages and (self.who.is_everywhere or bool(passages)),
            vehicles=tuple(v for v in all_of.vehicles if self.covers(v.estate, v.place)),
            visitors=tuple(v for v in all_of.visitors if self.covers(v.estate, v.estate)),
        )  # fmt: skip

    def health(self) -> DeviceHealth:
        """How their devices are."""
        return health_of(self.devices(), self.office.settings.skew_warn_s)

    def narrowed(self, whole: Snapshot, glance: Glance, devices: DeviceHealth) -> Snapshot:
        """A snapshot with their inputs alone, and with what stands of theirs."""
        inputs = tuple(seen for seen in whole.inputs if self.touches(seen.view.estate))
        silent = self._silent_ms(inputs, whole.wall)
        state: State = whole.state
        if state in ("late", "normal"):
            stale_ms = self.office.settings.stale_after_s * MS_PER_S
            state = stream_state(self.office.reading, silent, stale_ms)
        return replace(
            whole, inputs=inputs, silent_ms=silent or 0, state=state, glance=glance,
            devices=devices,
        )  # fmt: skip

    @staticmethod
    def _silent_ms(inputs: Iterable[Input], wall: int) -> int | None:
        oldest = min((seen.written_at for seen in inputs), default=None)
        return None if oldest is None else max(0, wall - oldest)
