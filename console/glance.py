"""What stands of people, homes, vehicles, visitors and care: the latest read models. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from console.batch import SeenView
from console.wall_clock import local
from schemas.views import (
    CareView,
    HomeStatus,
    HomeView,
    PassagesView,
    VehiclesView,
    VisitorsView,
)

CareState = Literal["active", "silent", "away", "not_judged"]
HOME_ORDER: tuple[HomeStatus, ...] = ("differs", "seems_vacant", "cannot_be_judged", "in_use")
CARE_ORDER: tuple[CareState, ...] = ("silent", "not_judged", "active", "away")
ReadModel = HomeView | PassagesView | VehiclesView | VisitorsView | CareView
READ_MODELS = (HomeView, PassagesView, VehiclesView, VisitorsView, CareView)


@dataclass(frozen=True, slots=True)
class Glance:
    """The read models that there are, those that need somebody first.

    `passages` are today's; `has_passages` says whether any gate counts. `vehicles` are of whole
    estates where those are counted, else of their car parks, so that none counts twice.
    """

    homes: tuple[HomeView, ...] = ()
    passages: tuple[PassagesView, ...] = ()
    has_passages: bool = False
    vehicles: tuple[VehiclesView, ...] = ()
    visitors: tuple[VisitorsView, ...] = ()
    care: tuple[CareView, ...] = ()

    @property
    def free(self) -> int | None:
        """The bays free where the site says how many there are; None where it nowhere does."""
        known = [view.free for view in self.vehicles if view.free is not None]
        return sum(known) if known else None


class ReadModels:
    """The latest read model of each key."""

    def __init__(self) -> None:
        """None known yet."""
        self._kept: dict[str, ReadModel] = {}

    def take(self, views: Mapping[str, SeenView]) -> None:
        """Takes in the read models among some views; None takes the key's back."""
        for key, seen in views.items():
            if seen.view is None:
                self._kept.pop(key, None)
            elif isinstance(seen.view, READ_MODELS):
                self._kept[key] = seen.view

    def vehicles(self) -> list[VehiclesView]:
        """The vehicles of every place that counts them: whole estates and car parks alike."""
        return [one for one in list(self._kept.values()) if isinstance(one, VehiclesView)]

    def glance(self, now: int, zone: ZoneInfo) -> Glance:
        """What stands at an instant (ms), on the office's calendar."""
        return glance_of(self._kept.values(), day_of(now, zone))


def day_of(at: int, zone: ZoneInfo) -> str:
    """The day of an instant (ms), as read models write it: YYYY-MM-DD."""
    return local(at, zone).date().isoformat()


def glance_of(models: Iterable[ReadModel], today: str) -> Glance:
    """Some read models in order, seen on a day (YYYY-MM-DD)."""
    all_of = list(models)
    homes = [one for one in all_of if isinstance(one, HomeView)]
    care = [one for one in all_of if isinstance(one, CareView) and one.state != "ended"]
    passages = [one for one in all_of if isinstance(one, PassagesView)]
    visitors = [one for one in all_of if isinstance(one, VisitorsView)]
    return Glance(
        homes=tuple(sorted(homes, key=_home_order)),
        passages=tuple(
            sorted((p for p in passages if p.day == today), key=lambda p: (p.estate, p.gate))
        ),
        has_passages=bool(passages),
        vehicles=_outermost([one for one in all_of if isinstance(one, VehiclesView)]),
        visitors=tuple(sorted(visitors, key=lambda view: view.estate)),
        care=tuple(sorted(care, key=_care_order)),
    )


def _home_order(home: HomeView) -> tuple[int, str, str]:
    return (HOME_ORDER.index(home.status), home.estate, home.dwelling)


def _care_order(care: CareView) -> tuple[int, str, str]:
    rank = [*CARE_ORDER, "ended"].index(care.state)
    return (rank, care.estate, care.dwelling)


def _outermost(vehicles: list[VehiclesView]) -> tuple[VehiclesView, ...]:
    whole = {view.estate for view in vehicles if view.place == view.estate}
    shown = (v for v in vehicles if v.place == v.estate or v.estate not in whole)
    return tuple(sorted(shown, key=lambda view: (view.estate, view.place)))
