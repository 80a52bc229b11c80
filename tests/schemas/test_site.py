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


def test_a_changed_configuration_keeps_nothing_worked_out_of_the_first() -> None:
    first = parse_site(GOOD).configs()["riverside"]
    assert first.in_view
    assert first.place_by_id
    assert first.device_by_id
    assert first.digest
    changed = first.model_copy(update={"places": first.places[:1], "devices": ()})
    assert list(changed.place_by_id) == ["b1"]
    assert not changed.device_by_id
    assert not changed.in_view
    assert changed.digest != first.digest


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


def device(more: str) -> str:
    return GOOD.replace("ids: [esp-1]}", f"{more}}}")


ADDRESSES = [
    "192.168.1.64", "192.168.1.64:8000", "10.0.0.0/8", "http://192.168.1.64/", "fe80::1",
    "'[fe80::1]:80'", "'::1'", "'2001:db8:0:0:0:0:0:1'",
]  # fmt: skip
NAMES = [
    "AC:DE:48:00:11:22", "ac-de-48-00-11-22", "'00:11:22:33:44:55:66:77'", "esp-1", "'12345678'",
    "V1.2", "gate.1", "1.2.3", "DS-K1T341 0120211019", "'1.2.3.400'",
]  # fmt: skip


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_no_identity(text: str) -> None:
    (told,) = faults(device(f"ids: [x, {text}]"))
    assert told.startswith("site.yaml:10: estates.0.devices.0.ids.1: ")
    assert "is an address and no identity" in told
    assert "address:" in told


@pytest.mark.parametrize("text", NAMES)
def test_a_devices_own_name_is_one(text: str) -> None:
    assert len(parse_site(device(f"ids: [{text}]")).estates[0].devices[0].ids) == 1


@pytest.mark.parametrize(
    "text", ["192.168.1.64", "192.168.1.64:80", "cam-1.lan", "cam-1:8080", "https://cam-1/x"]
)
def test_a_bridge_is_told_an_address(text: str) -> None:
    assert parse_site(device(f"address: '{text}'")).estates[0].devices[0].address == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("http://admin:12345@cam-1", "holds a user or password"),
        ("rtsp://cam-1/live", "is no host, HOST:PORT or http(s) URL"),
        ("cam 1", "is no host"),
    ],
)
def test_a_wrong_address_is_told(text: str, said: str) -> None:
    (told,) = faults(device(f"address: '{text}'"))
    assert said in told


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("clock_fault: fixed_shift", "belong together"),
        ("clock_shift_s: 60", "belong together"),
        ("clock_fault: fixed_shift, clock_shift_s: 90000", "clock_shift_s: "),
        ("silence_s: 180", "is no longer than heartbeat_s: 180"),
        ("parent: r1", "'r1' would hang on itself"),
        ("ids: [esp-1, ESP-1], parent: r2", "'r2' is not a device here"),
    ],
)
def test_what_does_not_fit_together_is_told(more: str, said: str) -> None:
    assert any(said in line for line in faults(device(more)))


def test_devices_that_hang_on_each_other_are_told() -> None:
    more = GOOD.replace(
        "    areas:",
        "      - {id: r2, adapter: a, place: d1, parent: r3}\n"
        "      - {id: r3, adapter: a, place: d1, parent: r2}\n"
        "      - {id: r4, adapter: a, place: d1, parent: r2}\n    areas:",
    )
    assert [line.split(": ")[2] for line in faults(more)] == [
        "'r2' would hang on itself", "'r3' would hang on itself",
    ]  # fmt: skip


def test_a_filter_is_one_devices_alone() -> None:
    more = GOOD.replace(
        "ids: [esp-1]}",
        "topics: [a/#]}\n      - {id: r2, adapter: esp_rfid, place: d1, topics: [b/#, a/#]}",
    )
    (told,) = faults(more)
    assert told.startswith("site.yaml:11: estates.0.devices.1.topics.1: 'a/#' is also a filter of")


def test_the_estate_of_the_unregistered_is_nobodys() -> None:
    (told,) = faults(GOOD.replace("id: riverside", "id: estate"))
    assert "is where devices stand that nobody registered" in told


def test_a_device_without_an_adapter_is_told() -> None:
    (told,) = faults(GOOD.replace("adapter: esp_rfid, ", ""))
    assert "devices.0.adapter: is missing; add it, or name a template" in told


PAPERS = (
    "face: {owners_resolution: 2026-02-01 no. 4, notice: at both gates, impact_assessment: A-7, "
    "other_way_in: card, guardians_consent_under_14: folder 3, retention_days: 30}"
)


def test_a_face_device_needs_its_papers() -> None:
    told = faults(device("recognises_faces: true"))

    assert [line.split(": ")[1].rpartition(".")[2] for line in told] == [
        "owners_resolution", "notice", "impact_assessment", "other_way_in",
        "guardians_consent_under_14", "retention_days",
    ]  # fmt: skip
    assert all("is missing, and this device recognises faces; write " in line for line in told)
    assert parse_site(device(f"recognises_faces: true, {PAPERS}"))


@pytest.mark.parametrize("empty", ["notice: '  '", "retention_days: 0", "faces_enrolled: -1"])
def test_an_empty_paper_is_none(empty: str) -> None:
    name = empty.partition(":")[0]
    papers = PAPERS.replace("notice: at both gates, ", "").replace(", retention_days: 30", "")
    rest = {"notice": ", retention_days: 30", "retention_days": ", notice: x"}
    text = papers[:-1] + rest.get(name, ", notice: x, retention_days: 30") + f", {empty}}}"
    (told,) = faults(device(f"recognises_faces: true, {text}"))
    assert name in told


def test_a_file_that_holds_itself_is_told() -> None:
    assert "holds itself" in faults("a: &a [*a]")[0]


def test_a_key_that_stands_twice_is_told() -> None:
    (told,) = faults(GOOD.replace("    areas:", "    devices: []\n    areas:"))
    assert told == "site.yaml:11: devices: stands here twice"
