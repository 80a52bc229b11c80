"""Plans: read from GeoJSON with every fault at its line, drawn, made up, and bounded."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from console.plans import drawn, load_plans, made_up, seen_part
from schemas.plan import EstatePlan, read_plan
from schemas.site import parse_site
from schemas.yaml_file import FileFaults, parse
from tests.console.cases.conftest import CONFIG
from tests.console.samples import ESTATE
from tests.repo.tree import ROOT

SITE = ROOT / "deploy/simulation/site.yaml"
PLACES = frozenset(CONFIG.place_by_id)
SQUARE = [[122.9, 29.9], [122.901, 29.9], [122.901, 29.901], [122.9, 29.901], [122.9, 29.9]]


def feature(form: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    geometry = {"type": form, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def read(*features: Any, **more: Any) -> EstatePlan:
    text = json.dumps({"type": "FeatureCollection", "features": features} | more, indent=1)
    return read_plan(parse(text, "plan.geojson"), ESTATE, PLACES)


def test_a_plan_is_read_with_its_ground_first() -> None:
    plan = read(
        feature("Point", [122.9005, 29.9], place="north-door"),
        feature("Polygon", [SQUARE], kind="boundary"),
        feature("Point", [122.9, 29.9], place="north-gate", heading=90),
    )
    assert [(one.place, one.ground, one.form) for one in plan.shapes] == [
        ("", "boundary", "area"), ("north-door", None, "point"), ("north-gate", None, "point"),
    ]  # fmt: skip
    assert plan.shapes[2].heading == 90


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (feature("Point", [122.9, 29.9], place="no-such"), "'no-such' is not a place here"),
        (feature("Point", [122.9, 29.9]), "name a `place`, or a `kind`"),
        (feature("Point", [122.9, 29.9], kind="moon"), "name a `place`, or a `kind`"),
        (feature("Point", [29.9, 122.9], place="north-door"), "longitude and latitude"),
        (feature("Point", ["122", "29"], place="north-door"), "longitude and latitude"),
        (feature("MultiPoint", [[1, 2]], place="north-door"), "longitude and latitude"),
        (feature("Polygon", [SQUARE[:3]], place="north-door"), "longitude and latitude"),
        (feature("LineString", [[1, 2]], kind="road"), "longitude and latitude"),
        ("nothing", "must be a feature"),
    ],
)
def test_each_fault_is_told(wrong: Any, said: str) -> None:
    with pytest.raises(FileFaults, match=said):
        read(feature("Polygon", [SQUARE], kind="boundary"), wrong)


def test_what_is_no_collection_is_none() -> None:
    with pytest.raises(FileFaults, match="FeatureCollection"):
        read(type="Feature")


def test_a_plan_is_drawn_into_the_width_with_north_up() -> None:
    door = feature("Point", [122.901, 29.901], place="north-door")
    plan = drawn(read(feature("Polygon", [SQUARE], kind="boundary"), door), CONFIG)
    boundary, place = plan.shapes
    assert boundary.points[0] == (30.0, plan.height - 30.0)
    assert place.points == ((970.0, 30.0),)
    assert (place.kind, place.place, place.name.en) == ("door", "north-door", "North Gate door")
    assert not plan.is_made_up


def test_without_a_plan_one_is_made_up_of_every_place_that_has_a_shape() -> None:
    plan = made_up(CONFIG)
    assert {one.place for one in plan.shapes} == {"north-gate", "north-door"}
    assert plan.is_made_up
    assert all(0 <= x <= 1000 and 0 <= y <= plan.height for s in plan.shapes for x, y in s.points)


def test_the_simulated_estate_has_a_plan_of_all_its_buildings_and_gates() -> None:
    plan = load_plans(SITE)["riverside-court"]
    config = parse_site(SITE.read_text(encoding="utf-8")).configs()["riverside-court"]
    there = Counter(place.kind for place in config.places)
    drawn_of = Counter(one.kind for one in plan.shapes)
    for kind in ("building", "gate", "barrier"):
        assert drawn_of[kind] == there[kind] > 3, kind
    assert not plan.is_made_up


@pytest.mark.parametrize("text", ["{", '{"type": "FeatureCollection", "features": [1]}', None])
def test_a_plan_that_does_not_hold_is_made_up_instead(tmp_path: Path, text: str | None) -> None:
    site = tmp_path / "site.yaml"
    place = "{id: g, kind: gate, name: {zh: 门, en: Gate}}"
    site.write_text(
        "version: 1\nestates:\n  - id: e\n    name: {zh: 苑, en: E}\n"
        f"    plan: plan.geojson\n    places:\n      - {place}\n",
        encoding="utf-8",
    )
    if text is not None:
        (tmp_path / "plan.geojson").write_text(text, encoding="utf-8")
    assert load_plans(site)["e"].is_made_up
    assert load_plans(None) == {}
    assert load_plans(tmp_path / "none.yaml") == {}


@pytest.mark.parametrize("name", ["../plan.geojson", "/etc/passwd", "a/b", ""])
def test_a_plan_stands_beside_the_site_file(tmp_path: Path, name: str) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(
        f"version: 1\nestates:\n  - id: e\n    name: {{zh: 苑, en: E}}\n    plan: '{name}'\n",
        encoding="utf-8",
    )
    assert load_plans(site) == {}


def test_of_others_places_only_outlines_without_a_name_are_left() -> None:
    plan = load_plans(SITE)["riverside-court"]
    seen = seen_part(plan, {"b3": True, "b3-u1-door": True})
    assert {one.place for one in seen.shapes} == {"", "b3", "b3-u1-door"}
    others = [one for one in seen.shapes if one.kind == "other"]
    assert len(others) > 7
    assert not any(one.name.zh for one in others)
