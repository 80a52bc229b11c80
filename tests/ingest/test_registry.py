"""Which device of a site speaks: by topic, by its own id, and what happens if neither is clear."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ingest.registry import Registry
from ingest.topics import matches, push_device, push_topic
from schemas.site import Site
from schemas.site_faults import UNREGISTERED


def estate(name: str, *devices: dict[str, Any], **more: Any) -> dict[str, Any]:
    places = [
        {"id": place, "kind": "door", "name": {"zh": place, "en": place}}
        for place in ("gate", "lane", "cellar")
    ]
    return {"id": name, "name": {"zh": name, "en": name}, "places": places,
            "devices": list(devices), **more}  # fmt: skip


def device(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "adapter": "a", "place": "gate"} | more


def registry(*estates: dict[str, Any]) -> Registry:
    return Registry(Site.model_validate({"version": 1, "estates": list(estates)}))


ONE = registry(
    estate(
        "willow",
        device("reader", ids=["AC:DE:48:00:11:22", "SN 7"], topics=["door/7/#"]),
        device("nvr", topics=["frigate/#"], channels={"front": {"place": "lane"}}),
        device("front-cam", topics=["frigate/front/+"], place="lane"),
        device("panel", place="cellar", timezone="Europe/Berlin", direction="out"),
    )
)

FOUND = [
    ("x", "AC:DE:48:00:11:22", "reader"),
    ("x", "ac-de-48-00-11-22", "reader"),
    ("x", " sn 7 ", "reader"),
    ("door/7/log", None, "reader"),
    ("door/7/log", "some other id", "reader"),
    ("frigate/events", None, "nvr"),
    ("frigate/front/motion", None, "front-cam"),
    ("frigate/front/person/active", None, "nvr"),
    ("devices/panel/hikvision", None, "panel"),
    ("devices/panel/hikvision", "SN 7", "reader"),
]


@pytest.mark.parametrize(("topic", "native", "wanted"), FOUND)
def test_device_is_found_by_its_id_or_else_by_its_narrowest_topic(
    topic: str, native: str | None, wanted: str
) -> None:
    spot = ONE.place(topic, native, None)

    assert (spot.estate, spot.device, spot.known) == ("willow", wanted, True)


UNKNOWN = [
    ("door/9/log", "serial 9", "serial 9"),
    ("door/9/log", None, "door.9.log"),
    ("devices/new-one/dahua", None, "new-one"),
    ("x", "a/b", "a.b"),
    ("", None, "unknown"),
    ("", "  ", "unknown"),
    ("/", None, "unknown"),
]


@pytest.mark.parametrize(("topic", "native", "wanted"), UNKNOWN)
def test_unknown_device_stands_for_its_own_place(
    topic: str, native: str | None, wanted: str
) -> None:
    spot = ONE.place(topic, native, "1")

    assert (spot.estate, spot.device, spot.place) == (UNREGISTERED, wanted, wanted)
    assert not spot.known


def test_channel_stands_at_its_own_place() -> None:
    assert ONE.place("frigate/events", None, "front").place == "lane"
    assert ONE.place("frigate/events", None, "back").place == "gate"
    assert ONE.place("frigate/events", None, None).place == "gate"


def test_zone_is_that_of_the_device_or_else_of_its_estate() -> None:
    assert ONE.place("devices/panel/x", None, None).zone == ZoneInfo("Europe/Berlin")
    assert ONE.place("door/7/log", None, None).zone == ZoneInfo("Asia/Shanghai")


def test_zone_without_a_site_is_the_one_given() -> None:
    spot = Registry(None, ZoneInfo("Asia/Tokyo")).place("t", "d", None)

    assert (spot.zone, spot.estate) == (ZoneInfo("Asia/Tokyo"), UNREGISTERED)


TWO = registry(
    estate("willow", device("gate-1", ids=["front"], topics=["willow/#"]), device("w2")),
    estate("maple", device("gate-1", ids=["front"], topics=["maple/#"]), device("m2")),
)


@pytest.mark.parametrize("name", ["willow", "maple"])
def test_id_that_two_estates_share_is_told_apart_by_the_topic(name: str) -> None:
    assert TWO.place(f"{name}/events", "front", None).estate == name


@pytest.mark.parametrize("name", ["willow", "maple"])
def test_camera_name_that_two_recorders_share_is_told_apart_by_the_recorder(name: str) -> None:
    both = registry(
        *(
            estate(at, device("nvr", topics=[f"{at}/#"]), device(f"{at}-cam", ids=["front"]))
            for at in ("willow", "maple")
        )
    )

    assert both.place(f"{name}/events", "front", None).device == f"{name}-cam"


def test_id_of_another_estate_does_not_carry_a_reading_over_there() -> None:
    both = registry(
        estate("willow", device("w-cam", ids=["front"])),
        estate("maple", device("nvr", topics=["maple/#"])),
    )
    spot = both.place("maple/events", "front", None)

    assert (spot.estate, spot.device) == ("maple", "nvr")


@pytest.mark.parametrize(("topic", "native"), [("x", "front"), ("devices/gate-1/dahua", None)])
def test_device_of_no_certain_estate_is_given_to_none(topic: str, native: str | None) -> None:
    spot = TWO.place(topic, native, None)

    assert (spot.estate, spot.known) == (UNREGISTERED, False)


def test_a_zone_that_nobody_named_is_told() -> None:
    plain = registry(estate("willow", device("a"), device("b", timezone="Asia/Tokyo")))
    assert plain.assumed_zone("willow", "a") == "Asia/Shanghai"
    assert plain.assumed_zone("willow", "b") is None
    assert plain.assumed_zone("maple", "a") is None
    named = registry(estate("willow", device("a")) | {"timezone": "Asia/Shanghai"})
    assert named.assumed_zone("willow", "a") is None


def test_topic_of_any_length_is_looked_up() -> None:
    assert ONE.place("door/7/" + "x" * 60_000, None, "y" * 60_000).device == "reader"


def test_site_names_the_adapter_of_a_topic() -> None:
    assert ONE.adapter_of("frigate/events") == "a"
    assert ONE.adapter_of("unheard/of") is None


def test_topics_are_all_filters_of_the_site() -> None:
    assert list(TWO.topics()) == ["maple/#", "willow/#"]


FILTERS = [
    ("a/b", "a/b", True),
    ("a/+", "a/b", True),
    ("a/+", "a/b/c", False),
    ("a/+", "a", False),
    ("+/+", "/a", True),
    ("a/#", "a", True),
    ("a/#", "a/b/c", True),
    ("a/#", "ab", False),
    ("#", "a/b", True),
    ("#", "$SYS/x", False),
    ("+/x", "$SYS/x", False),
    ("$SYS/#", "$SYS/x", True),
    ("a/b/c", "a/b", False),
]


@pytest.mark.parametrize(("pattern", "topic", "wanted"), FILTERS)
def test_filter_takes_in_topics_as_mqtt_says(pattern: str, topic: str, wanted: bool) -> None:
    assert matches(pattern, topic) is wanted


def test_push_topic_names_its_device() -> None:
    assert push_device(push_topic("terminal-7", "hikvision")) == "terminal-7"
    assert push_device(push_topic("terminal-7", "zkteco", "rtlog")) == "terminal-7"
    assert push_device("devices/terminal-7") is None
    assert push_device("other/terminal-7/hikvision") is None
