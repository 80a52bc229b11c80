"""One plate at two estates: when it is told, how sure, and in which words."""

import re
from itertools import product
from pathlib import Path

import pytest

from processors.core.rule import RuleFault
from processors.core.words import LEVELS
from processors.rules import cloned_plate
from processors.rules.catalogue import city_rules, shipped_city_rules, shipped_rules
from processors.rules.cloned_plate.city import CityParams, judge, least_ms
from schemas.alerts import Alert
from schemas.sightings import Sighting
from tests.core.sightings import sighting, told
from tests.rules.test_texts import ACCUSING_EN, ACCUSING_ZH, NEXT_EN, NEXT_ZH, WORDS_MAX

PARAMS = CityParams()


def found(*seen: Sighting) -> Alert | None:
    return next(iter(told(*seen).values()), None)


@pytest.mark.parametrize(
    ("metres", "seconds"),
    [(None, 60), (0, 0), (1_000, 72), (6_000, 432), (10_000, 720), (22_000, 1_080)],
)
def test_the_least_time_follows_the_speed_limits(metres: float | None, seconds: int) -> None:
    assert least_ms(PARAMS, metres) == seconds * 1000


@pytest.mark.parametrize(("gap_s", "fires"), [(0, True), (420, True), (432, True), (433, False)])
def test_six_kilometres(gap_s: int, fires: bool) -> None:
    """A little more than 6 km lie between them: 432.3 s at 50 km/h."""
    assert (found(sighting("lake", 0), sighting("river", gap_s)) is not None) is fires


@pytest.mark.parametrize(("gap_s", "fires"), [(59.9, True), (60, False)])
def test_without_a_position_a_minute(gap_s: float, fires: bool) -> None:
    assert (found(sighting("lake", 0), sighting("new", gap_s)) is not None) is fires


def test_one_estate_is_not_judged_here() -> None:
    assert judge(PARAMS, sighting("lake", 0), sighting("lake", 1)) is None


@pytest.mark.parametrize(
    ("one", "other", "plate", "delivery"),
    [
        (None, None, "A1238", "push"),
        (0.9, 0.97, "A1238", "push"),
        (0.9, 0.89, "A1238", "list"),
        (0.89, 0.97, "A1238", "list"),
        (None, None, "AI238", None),
        (0.95, 0.95, "AI238", None),
        (0.95, 0.6, "AI238", "list"),
        (0.6, None, "AI238", "list"),
        (0.6, 0.6, "A1239", None),
    ],
)
def test_how_sure(one: float | None, other: float | None, plate: str, delivery: str | None) -> None:
    """Two plates that only look alike, both read for sure, are two plates."""
    alert = found(
        sighting("lake", 0, confidence=one), sighting("river", 60, plate, confidence=other)
    )
    assert (alert and alert.delivery) == delivery


def test_a_blue_and_a_yellow_plate_are_two() -> None:
    blue, yellow = ({"plate_colour": colour} for colour in ("blue", "yellow"))
    assert found(sighting("lake", 0, **blue), sighting("river", 60, **yellow)) is None
    assert found(sighting("lake", 0, **blue), sighting("river", 60, plate_colour="green"))


@pytest.mark.parametrize("plate", ["鄂AD12345", "鄂A1234警", "鄂A临1234", "A12345"])
def test_plates_of_every_kind(plate: str) -> None:
    assert found(sighting("lake", 0, plate), sighting("river", 60, plate)) is not None


def test_the_words_of_a_sure_finding() -> None:
    alert = found(
        sighting("lake", 120, vehicle_colour="white"),
        sighting("river", 540, vehicle_colour="Gray", type="plate.read"),
    )
    assert alert is not None
    assert alert.reason.zh == (
        "橙·疑似套牌｜东门入口 18:09｜18:02翠湖苑东门入口驶入，18:09又在6公里外此处读到；"
        "车身白、灰不同。请先比对两图，勿仅凭此拦车。首办：民警。"
    )
    assert alert.reason.en == (
        "Orange, possibly cloned plate: East Gate in, 18:09. In at Lake East Gate in 18:02, read "
        "here, 6 km away, 18:09; white against grey. Compare both pictures first, and stop nobody "
        "on this alone. First: police."
    )


WAYS = [("vehicle.entered", None), ("vehicle.exited", None), ("plate.read", "out"),
        ("plate.read", None)]  # fmt: skip
LOOKS = [{}, {"vehicle_colour": "black", "vehicle_type": "truck"}]


@pytest.mark.parametrize(("way", "looks"), list(product(WAYS, LOOKS)))
@pytest.mark.parametrize(("estate", "plate"), [("river", "A1238"), ("new", "AI238")])
def test_all_words_say_where_when_and_what_next(
    way: tuple[str, str | None], looks: dict[str, str], estate: str, plate: str
) -> None:
    more = {"type": way[0], "direction": way[1], "confidence": 0.8} | looks
    first = sighting("lake", 0, vehicle_colour="white", vehicle_type="sedan", confidence=0.8)
    alert = found(first, sighting(estate, 50, plate, **more))
    assert alert is not None
    zh, en = alert.reason.zh, alert.reason.en
    level, title = LEVELS["orange"], shipped_rules().by_id["cloned_plate"].title
    assert zh.startswith(f"{level.zh}·{title.zh}｜东门入口 18:00｜")
    assert en.startswith(f"{level.en}, {title.en}: East Gate in, 18:00. ")
    assert not re.search(r"[A-Za-z_]", zh), zh
    assert len(zh) <= WORDS_MAX
    assert not [word for word in ACCUSING_ZH if word in zh]
    assert not [word for word in ACCUSING_EN if word in en.lower()]
    assert [word for word in NEXT_ZH if word in zh]
    assert set(re.findall(r"[a-z]+", en.lower())) & set(NEXT_EN)
    assert ("易混" in zh) == (plate == "AI238")
    assert not re.search(r"[\u4e00-\u9fff]", en), en


def test_a_short_way_is_said_in_metres() -> None:
    near = sighting("river", 5, position={"lat": 30.003, "lon": 112.0})
    alert = found(sighting("lake", 0), near)
    assert alert is not None
    assert "330米外" in alert.reason.zh


def test_both_stages_are_one_situation() -> None:
    """One id, one title, one level: people see one situation, whichever stage saw it."""
    for city in shipped_city_rules():
        rule = shipped_rules().by_id[city.id]
        assert (city.title, city.severity) == (rule.title, rule.severity)
        assert (city.handler, city.delivery) == (rule.handler, rule.delivery)
        assert city.steps == rule.steps


@pytest.mark.parametrize(
    ("name", "value"),
    [("street_kmh", 80), ("street_km", 1), ("motorway_kmh", 400), ("apart_s", 5),
     ("sure_min", 0.1)],
)  # fmt: skip
def test_every_parameter_is_missed(name: str, value: float) -> None:
    """Each decides a case of its own."""
    cases = [
        (sighting("lake", 0), sighting("river", 420)),
        (sighting("lake", 0), sighting("hill", 1_070)),
        (sighting("lake", 0), sighting("new", 50)),
        (sighting("lake", 0, confidence=0.5), sighting("river", 60)),
    ]
    other = CityParams.model_validate({name: value})

    def said(params: CityParams) -> list[str | None]:
        judged = [judge(params, *case) for case in cases]
        return [None if one is None else one.delivery or "push" for one in judged]

    assert said(PARAMS) == ["push", "push", "push", "list"]
    assert said(other) != said(PARAMS)


def test_settings_are_checked_before_anything_runs() -> None:
    ((_, params),) = city_rules({"cloned_plate": {"apart_s": 90}})
    assert params == CityParams(apart_s=90)
    with pytest.raises(RuleFault, match=r"cloned_plate\.apart_s"):
        city_rules({"cloned_plate": {"apart_s": 0}})
    with pytest.raises(RuleFault, match="door_held"):
        city_rules({"door_held": {}})


def test_the_readme_says_every_parameter() -> None:
    text = (Path(cloned_plate.__file__).parent / "README.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+)` \| ([\d.]+) \| [^|]+ \|$", text, re.MULTILINE))
    assert told == {name: f"{value:g}" for name, value in PARAMS.model_dump().items()}
