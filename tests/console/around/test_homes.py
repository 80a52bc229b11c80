"""Homes by building, unit and floor."""

import pytest

from console.around.homes import Located, buildings, natural, units, where_of
from schemas.views import HomeView
from tests.console.around.estates import CONFIG, home


def located(name: str, place: str, **given: object) -> Located:
    view: HomeView = home(name, place=place, **given)
    return Located(view, where_of(view, CONFIG))


@pytest.mark.parametrize(
    ("name", "floor", "flat"),
    [
        ("3-2-1102", 11, "1102"),
        ("3-2-201", 2, "201"),
        ("B12-03", None, "03"),
        ("villa", None, "villa"),
        ("3-2-123456", None, "123456"),
        ("３-２-１１０２", None, "１１０２"),
    ],
)
def test_the_floor_is_that_of_the_flats_number(name: str, floor: int | None, flat: str) -> None:
    where = located(name, "b3-u2").where
    assert (where.floor, where.flat) == (floor, flat)


def test_a_home_is_in_its_building_and_unit() -> None:
    where = located("3-2-1102", "b3-u2").where
    assert (where.building, where.unit, where.building_name.zh) == ("b3", "b3-u2", "3号楼")


def test_without_a_site_file_a_home_is_where_its_place_is() -> None:
    where = where_of(home("3-2-1102", place="b3-u2"), None)
    assert (where.building, where.unit) == ("b3-u2", "")


def test_buildings_are_counted_by_state_and_in_peoples_order() -> None:
    found = buildings([
        located("10-1-101", "b10-u1"), located("3-1-101", "b3-u1"),
        located("3-2-101", "b3-u2", status="seems_vacant"),
    ])  # fmt: skip
    assert [(one.id, one.total, one.counts["seems_vacant"]) for one in found] == [
        ("b3", 2, 1), ("b10", 1, 0),
    ]  # fmt: skip


def test_a_building_is_read_from_the_top_floor_down() -> None:
    homes = [located(f"3-{u}-{n}", f"b3-u{u}") for u in (2, 1) for n in ("201", "1102", "1101")]
    plan = [
        (unit.id, [(f.number, [h.where.flat for h in f.homes]) for f in unit.floors])
        for unit in units([*homes, located("3-1-x", "b3-u1")])
    ]
    usual = [(11, ["1101", "1102"]), (2, ["201"])]
    assert plan == [("b3-u1", [*usual, (None, ["1"])]), ("b3-u2", usual)]


def test_people_count_two_before_ten() -> None:
    assert sorted(["10号楼", "2号楼", "北门"], key=natural) == ["2号楼", "10号楼", "北门"]
