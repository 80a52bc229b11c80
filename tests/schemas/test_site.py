"""The site file: read whole, every fault told with its path and line."""

import pytest

from schemas.site import parse_site
from schemas.yaml_file import FileFaults

GOOD = """\
version: 1
estates:
  - id: riverside
    name: {zh: 滨河苑, en: Riverside}
    places:
      - {id: b1, kind: building, name: {zh: 1号楼, en: Building 1}}
      - {id: d1, kind: door, parent: b1, name: {zh: 北门, en: North Door}, seen_by: [c1]}
      - {id: c1, kind: camera, name: {zh: 摄像机, en: Camera}}
    devices:
      - {id: r1, adapter: esp_rfid, place: d1, heartbeat_s: 180, ids: [esp-1]}
    areas:
      - {place: b1, rules: {door_held: {hold_s: 60}}}
"""


def faults(text: str) -> list[str]:
    with pytest.raises(FileFaults) as caught:
        parse_site(text, "site.yaml")
    return [str(fault) for fault in caught.value.faults]


def test_a_good_site_gives_the_processors_their_part() -> None:
    config = parse_site(GOOD).configs()["riverside"]
    assert config.place_name("d1").zh == "1号楼北门"
    assert [camera.id for camera in config.cameras_at("d1")] == ["c1"]
    assert config.rule_settings("door_held", "d1") == {"hold_s": 60}
    assert config.device_by_id["r1"].heartbeat_s == 180
    assert config.in_view == {"c1": ("d1",)}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "place: d1, heart",
            "place: d9, heart",
            "site.yaml:10: estates.0.devices.0.place: 'd9' is",
        ),
        ("parent: b1", "parent: b7", "site.yaml:7: estates.0.places.1.parent: 'b7' is not a place"),
        (
            "seen_by: [c1]",
            "seen_by: [b1]",
            "site.yaml:7: estates.0.places.1.seen_by: 'b1' is not a",
        ),
        ("{place: b1, rules", "{place: b8, rules", "site.yaml:12: estates.0.areas.0.place: 'b8'"),
        ("heartbeat_s: 180", "heartbeat_s: 0", "site.yaml:10: estates.0.devices.0.heartbeat_s:"),
        ("id: riverside", "id: riverside\n    zone: x", "estates.0.zone: is not a name known here"),
        ("    name: {zh: 滨河苑, en: Riverside}\n", "", "estates.0.name: is missing; add it"),
        ("id: c1, kind: camera", "id: d1, kind: camera", "'d1' is given 2 times"),
        ("version: 1", "version: 1\nestates: [", "file: is not YAML"),
    ],
)
def test_a_fault_says_what_and_where(old: str, new: str, expected: str) -> None:
    assert old in GOOD
    told = faults(GOOD.replace(old, new, 1))
    assert any(expected in line for line in told), told


def test_all_faults_are_told_at_once() -> None:
    text = GOOD.replace("parent: b1", "parent: b7").replace("place: d1, heart", "place: d9, heart")
    assert len(faults(text)) == 2


def test_a_wrong_zone_is_told() -> None:
    text = GOOD.replace("    places:", "    timezone: Asia/Peking\n    places:", 1)
    assert any("'Asia/Peking' is not a time zone" in line for line in faults(text))
