"""What stands at a glance, and the tables behind it."""

from typing import Any, get_args

import pytest

from console.glance import CARE_ORDER, Glance, ReadModel, glance_of
from console.office import Office
from console.pages.side import GlanceRow, glance_rows
from console.pages.tables import Tables
from console.words import LANGUAGES, Language, catalogue
from schemas.event_data import DwellingUse
from schemas.views import (
    CareView,
    DayCount,
    HomeDoubt,
    HomeStatus,
    HomeView,
    PassagesView,
    VehiclesView,
    View,
    VisitorStay,
    VisitorsView,
)
from tests.console.conftest import Clock
from tests.console.samples import ESTATE, HOUR, NINE, device, gateway_input, words
from tests.console.test_batch import view_record
from tests.console.test_summary import speaker

TODAY = "2026-03-01"
KINDS = ("homes", "people", "vehicles", "visitors", "care", "devices")


def home(name: str, **given: Any) -> HomeView:
    plain: dict[str, Any] = {"status": "in_use", "place_name": words(f"{name}室", f"Flat {name}")}
    return HomeView(estate=ESTATE, dwelling=name, place=name, at=NINE, **plain | given)


def gate(name: str = "north", **given: Any) -> PassagesView:
    plain: dict[str, Any] = {"day": TODAY, "people_in": (0, 3, 4), "people_out": (1, 1)}
    return PassagesView(
        estate=ESTATE, gate=name, gate_name=words("北门", "North Gate"), at=NINE, **plain | given
    )


def vehicles(place: str = ESTATE, **given: Any) -> VehiclesView:
    plain: dict[str, Any] = {"inside": 12, "registered": 9, "unregistered": 3, "overtime": 1}
    return VehiclesView(
        estate=ESTATE, place=place, place_name=words("湖畔苑", "Lakeside"), at=NINE, **plain | given
    )


def visitors(**given: Any) -> VisitorsView:
    stay = VisitorStay(
        ref="p1-0123456789", dwelling="101", place="north", entered=NINE - HOUR, until=NINE
    )
    plain: dict[str, Any] = {"inside": 4, "overdue_count": 2, "overdue": (stay,)}
    return VisitorsView(estate=ESTATE, at=NINE, **{"exits_read": True} | plain | given)


def care(name: str, state: str, **given: Any) -> CareView:
    plain: dict[str, Any] = {"estate": ESTATE, "dwelling": name, "place": name, "state": state}
    return CareView(place_name=words(f"{name}室", f"Flat {name}"), at=NINE, **plain | given)


def numbers(rows: tuple[GlanceRow, ...]) -> dict[str, list[int | None]]:
    return {row.kind: [tile.count for tile in row.tiles] for row in rows}


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        ([], {}),
        (
            [home("1"), home("2", status="differs"), home("3"), home("4", status="seems_vacant")],
            {"homes": [2, 1, 1, 0]},
        ),
        ([gate(), gate("east", people_in=(5,))], {"people": [12, 4, None, None]}),
        (
            [gate(weekday_mean=DayCount(people_in=6.6, people_out=4))],
            {"people": [7, 2, 7, 4]},
        ),
        # Of yesterday: nobody has passed today.
        ([gate(day="2026-02-28")], {"people": [0, 0, None, None]}),
        ([vehicles(free=88)], {"vehicles": [12, 88, 3, 1]}),
        ([vehicles()], {"vehicles": [12, None, 3, 1]}),
        # A car park of the estate is counted in the estate.
        ([vehicles(), vehicles("cellar", inside=5)], {"vehicles": [12, None, 3, 1]}),
        ([vehicles("a", free=1), vehicles("b", free=2)], {"vehicles": [24, 3, 6, 2]}),
        ([visitors()], {"visitors": [4, 2]}),
        # Nobody can be said not to have left.
        ([visitors(exits_read=False)], {"visitors": [None, None, 1]}),
        (
            [care("1", "active"), care("2", "silent"), care("3", "ended"), care("4", "away")],
            {"care": [1, 1, 0, 1]},
        ),
        ([care("1", "ended")], {}),
    ],
)
def test_rows_in_numbers(models: list[Any], expected: dict[str, list[int | None]]) -> None:
    for language in LANGUAGES:
        assert numbers(glance_rows(language, glance_of(models, TODAY))) == expected


def table(kind: str, glance: Glance, language: Language = "en") -> tuple[tuple[str, ...], ...]:
    tables = Tables(speaker(language), lambda _estate, place: words(place, place))
    written = tables.write(kind, glance, [device(skew_s=-40.2, not_judged=("door_forced",))])
    assert {len(written.columns)} >= {len(row) for row in written.rows}
    return written.rows


def test_a_home_says_its_last_evidence_its_sources_and_their_coverage() -> None:
    one = home(
        "101", status="differs", differs="vacant", use="vacant", nights=4, last=NINE,
        last_by="access.granted", last_place="unit-1", sources=("credential", "door"),
        coverage=0.97,
    )  # fmt: skip
    assert table("homes", glance_of([one], TODAY)) == (
        (
            "Flat 101", "Not as registered (registered vacant, in use)", "Vacant",
            "03-01 09:00 · Access granted · unit-1", "4 of 7", "Credentials, Door contact", "97%",
        ),
    )  # fmt: skip


def test_homes_that_need_a_visit_stand_first() -> None:
    some = [home("1"), home("2", status="cannot_be_judged", doubt="entry_only"),
            home("3", status="differs"), home("4", status="seems_vacant")]  # fmt: skip
    names = [row[0] for row in table("homes", glance_of(some, TODAY), "zh")]
    assert names == ["3室", "4室", "2室", "1室"]


@pytest.mark.parametrize(
    ("kind", "models", "row"),
    [
        (
            "people",
            [gate(weekday_mean=DayCount(people_in=6.6, people_out=4))],
            ("North Gate", "7", "2", "0", "0", "7 / 4", "Credentials shown", "03-01 09:00"),
        ),
        (
            "vehicles",
            [vehicles(capacity=100, free=88)],
            ("Lakeside", "12", "88", "100", "9", "3", "0", "0", "1", "03-01 09:00"),
        ),
        (
            "visitors",
            [visitors(exits_read=False)],
            (
                "23456789", "101", "03-01 08:00 · north", "03-01 09:00",
                "An exit is not read: may have left",
            ),
        ),
        (
            "care",
            [care("7", "away", last=NINE, last_by="door.opened", away_until=NINE + HOUR,
                  silent_max_s=86_400)],
            ("Flat 7", "Away (03-01 10:00)", "03-01 09:00 · Door opened", "24 h"),
        ),
        (
            "devices",
            [],
            ("North Gate controller", "North Gate", "Online", "03-01 09:00", "-40 s",
             "door forced"),
        ),
    ],
)  # fmt: skip
def test_a_row_of_each_table(kind: str, models: list[Any], row: tuple[str, ...]) -> None:
    assert table(kind, glance_of(models, TODAY)) == (row,)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_has_a_column_for_each_cell(language: Language) -> None:
    models: list[ReadModel] = [home("1"), gate(), vehicles(), visitors(), care("1", "active")]
    tables = Tables(speaker(language), lambda _estate, place: words(place, place))
    for kind in KINDS:
        written = tables.write(kind, glance_of(models, TODAY), [device()])
        assert [len(row) for row in written.rows] == [len(written.columns)]
        assert written.note


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("homes", get_args(HomeStatus)),
        ("doubts", get_args(HomeDoubt)),
        ("uses", get_args(DwellingUse)),
        ("care", CARE_ORDER),
        ("differs", ("vacant", "let", "shared")),
    ],
)
def test_every_state_and_reason_has_a_word(group: str, names: tuple[str, ...]) -> None:
    assert set(names) <= set(catalogue().glance[group])


async def test_the_office_keeps_the_last_of_each_and_lets_go_what_is_taken_back(
    office: Office, clock: Clock
) -> None:
    clock.at = NINE
    told: list[View] = [gateway_input(), home("1"), home("1", status="differs"), gate()]
    await office.take([view_record(n, view) for n, view in enumerate(told)])
    glance = office.glance()
    assert [one.status for one in glance.homes] == ["differs"]
    assert len(glance.passages) == 1
    gone = view_record(4, home("1"))
    await office.take([type(gone)(gone.topic, 0, 4, NINE, gone.key, None)])
    assert office.glance().homes == ()
