"""Views of gates, homes, vehicles, visitors and care are kept, and trouble no older page."""

from schemas.views import (
    CareView,
    HomeView,
    PassagesView,
    VehiclesView,
    View,
    VisitorsView,
    view_key,
)
from tests.console.conftest import OpenOffice
from tests.console.samples import NINE, device, words
from tests.console.test_batch import view_record

NAME = words("处", "place")
MODELS: list[View] = [
    PassagesView(estate="e", gate="g", gate_name=NAME, day="2026-03-01", at=NINE),
    HomeView(
        estate="e", dwelling="h", place="h", place_name=NAME, status="in_use", inside=True, at=NINE
    ),
    VehiclesView(
        estate="e", place="e", place_name=NAME, inside=1, registered=1, unregistered=0, at=NINE
    ),
    VisitorsView(estate="e", at=NINE),
    CareView(estate="e", dwelling="h", place="h", place_name=NAME, state="active", at=NINE),
]


async def test_read_models_are_kept_over_a_restart_beside_the_devices(
    open_office: OpenOffice,
) -> None:
    office = open_office()
    await office.take([view_record(n, view) for n, view in enumerate([device(), *MODELS])])
    assert office.snapshot().unreadable == 0
    again = open_office()
    kept = {key: seen.view for key, seen in again.lookup.views().items()}
    assert {view_key(view): view for view in MODELS}.items() <= kept.items()
    assert list(again.views.devices.values()) == [device()]


def test_keys_are_stable() -> None:
    assert [view_key(view) for view in MODELS] == [
        "passages/e/g", "home/e/h", "vehicles/e/e", "visitors/e", "care/e/h",
    ]  # fmt: skip
