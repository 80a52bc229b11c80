"""An invented estate of two buildings, and a house with people who look at it."""

from collections.abc import Iterable
from typing import Any

from console.cases.surroundings import Surroundings
from console.office import Office
from schemas.place import EstateConfig, Place
from schemas.views import CareView, HomeView, PassagesView, VehiclesView, View
from tests.console.cases.working import Work
from tests.console.conftest import Clock
from tests.console.housing import Housed, open_house
from tests.console.samples import ESTATE, NINE, device, gateway_input, rule, words
from tests.console.test_batch import view_record

CONFIG = EstateConfig(
    estate=ESTATE, name=words("湖畔苑", "Lakeside"),
    places=(
        Place(id="b3", kind="building", name=words("3号楼", "Building 3")),
        Place(id="b3-u1", kind="unit", name=words("1单元", "Unit 1"), parent="b3"),
        Place(id="b3-u2", kind="unit", name=words("2单元", "Unit 2"), parent="b3"),
        Place(id="b10", kind="building", name=words("10号楼", "Building 10")),
        Place(id="b10-u1", kind="unit", name=words("1单元", "Unit 1"), parent="b10"),
        Place(
            id="north", kind="gate", name=words("北门", "North Gate"), seen_by=("north-cam",)
        ),
        Place(id="north-door", kind="door", name=words("人行门", "door"), parent="north"),
        Place(
            id="north-cam", kind="camera", name=words("北门球机", "North dome"),
            live_url="javascript:alert(1)",
        ),
    ),
)  # fmt: skip
TODAY = "2026-03-01"


def home(name: str, **given: Any) -> HomeView:
    plain: dict[str, Any] = {
        "place": name, "status": "in_use", "place_name": words(f"{name}室", f"Flat {name}"),
    }  # fmt: skip
    return HomeView(estate=ESTATE, dwelling=name, at=NINE, **plain | given)


def gate(name: str = "north", **given: Any) -> PassagesView:
    plain: dict[str, Any] = {"day": TODAY, "gate_name": words("北门", "North Gate"), "at": NINE}
    return PassagesView(estate=ESTATE, gate=name, **plain | given)


def vehicles(place: str = ESTATE, **given: Any) -> VehiclesView:
    plain: dict[str, Any] = {
        "inside": 12, "registered": 9, "unregistered": 3, "overtime": 1, "at": NINE,
        "place_name": words("湖畔苑", "Lakeside"),
    }  # fmt: skip
    return VehiclesView(estate=ESTATE, place=place, **plain | given)


def care(name: str, state: Any, **given: Any) -> CareView:
    plain: dict[str, Any] = {"place": name, "place_name": words(f"{name}室", f"Flat {name}")}
    return CareView(estate=ESTATE, dwelling=name, state=state, at=NINE, **plain | given)


BAD = "<script>alert(1)</script>"
VIEWS: tuple[View, ...] = (
    gateway_input(),
    rule(),
    rule("barrier_tailing", "道闸跟车", "barrier tailing"),
    device("north-panel", place="north-door", state="lost", not_judged=("door_forced",)),
    device("north-eye", place="north-cam"),
    home("3-1-1102", place="b3-u1"),
    home("3-1-201", place="b3-u1", status="seems_vacant", use="own", nights=0),
    home("3-2-301", place="b3-u2", status="differs", differs="let", use="own", people=2),
    home("10-1-101", place="b10-u1", status="cannot_be_judged", doubt="reader_down"),
    home("10-1-102", place="b10-u1", place_name=words(BAD, BAD), sources=("door",)),
    gate("north", day="2026-02-28", people_in=(0,) * 22 + (7, 1)),
    gate("north", people_in=(0,) * 22 + (3, 2), weeks=2),
    vehicles(free=88, capacity=100),
    care("10-1-201", "not_judged", place="b10-u1"),
    care("10-1-202", "silent", place="b10-u1"),
)


async def furnish(office: Office, clock: Clock, views: Iterable[View] = VIEWS) -> Housed:
    """A house over an office that was told of the estate."""
    Work(office.cases, Surroundings({ESTATE: CONFIG}))
    # One at a time: of two views of a key in a batch the first is never kept.
    for number, view in enumerate(views):
        await office.take([view_record(number, view)])
    housed = open_house(office, clock)
    housed.person("wang", areas=("*",))
    housed.person("lin", areas=("b3",))
    housed.person("chen", "grid_worker")
    housed.person("zhao", "property")
    housed.person("du", "supervisor", areas=("*",))
    housed.person("far", areas=("elsewhere",))
    return housed
