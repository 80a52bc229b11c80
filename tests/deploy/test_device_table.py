"""A list of devices as people keep it: read as the site has it, faults told by row."""

import pytest

from deploy.devices.importing import Devices, differences, file_text
from deploy.devices.table import read_table
from schemas.site import Site, parse_site
from schemas.yaml_file import FileFaults, parse

SITE = parse_site("""
estates:
  - id: north
    name: {zh: 北苑, en: North}
    places:
      - {id: gate, kind: gate, name: {zh: 南门, en: South Gate}}
      - {id: d1, kind: door, parent: gate, name: {zh: 人行门, en: Door}}
      - {id: d2, kind: door, name: {zh: 侧门, en: Side}}
      - {id: d3, kind: door, name: {zh: 侧门, en: Side Door}}
""")
TWO = Site(estates=(SITE.estates[0], SITE.estates[0].model_copy(update={"id": "south"})))
HEAD = "id,place\n"


def rows(text: str | bytes, site: Site = SITE) -> list[dict[str, object]]:
    content = text if isinstance(text, bytes) else text.encode()
    devices = read_table(content, "list.csv", site).content["devices"]
    return [device | {"estate": estate} for estate, found in devices.items() for device in found]


def faults(text: str | bytes, site: Site = SITE) -> list[str]:
    with pytest.raises(FileFaults) as caught:
        rows(text, site)
    return [str(fault) for fault in caught.value.faults]


CHINESE = (
    "设备编号,名称,序列号,MAC 地址,安装位置,类型,进出方向,IP地址,"
    "心跳（秒）,人脸识别,保存天数\n"
    "r1,南门机,SN1;SN2,AC:DE:48:00:11:22,南门人行门,门禁,进,192.168.1.64,180,是,30\n"
)
WANTED = {
    "id": "r1", "name": {"zh": "南门机", "en": "南门机"}, "place": "d1", "kind": "reader",
    "ids": ["SN1", "SN2", "AC:DE:48:00:11:22"], "direction": "in", "address": "192.168.1.64",
    "heartbeat_s": 180, "recognises_faces": True, "face": {"retention_days": 30},
    "estate": "north",
}  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("sign", [",", "\t"])
def test_a_chinese_list_is_read(encoding: str, sign: str) -> None:
    text = CHINESE.replace(",", sign).replace("\n", "\r\n")
    assert rows(text.encode(encoding)) == [WANTED]


def test_semicolons_may_stand_between_columns() -> None:
    assert rows("id;place;ids\nr1;d1;a|b\n") == [
        {"id": "r1", "place": "d1", "ids": ["a", "b"], "estate": "north"}
    ]


def test_empty_rows_and_cells_say_nothing() -> None:
    assert rows("id,place,timezone\n\nr1,d1,\n,,\n") == [
        {"id": "r1", "place": "d1", "estate": "north"}
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "list.csv:1: file: is empty"),
        (b"\xff\xff\x81", "list.csv:1: file: is neither UTF-8 nor GB18030"),
        ("id\nr1\n", "list.csv:1: place: is missing; add this column"),
        ("id,place,colour\n", "list.csv:1: colour: is no column known here; there are: estate, id"),
        ("id,place,编号\n", "list.csv:1: id: is a column twice"),
        (HEAD + "r1,侧门\n", "list.csv:2: place: '侧门' is the name of several places: d2, d3"),
        (HEAD + "r1,d1,extra\n", "list.csv:2: row: has 3 cells under 2 columns"),
        ("id,place,heartbeat_s\nr1,d1,soon\n", "list.csv:2: heartbeat_s: 'soon' is no whole"),
        ("id,place,人脸识别\nr1,d1,maybe\n", "list.csv:2: recognises_faces: 'maybe' is neither"),
    ],
)
def test_a_wrong_form_is_told(text: str | bytes, expected: str) -> None:
    assert any(line.startswith(expected) for line in faults(text)), faults(text)


def test_with_several_estates_each_row_names_its_own() -> None:
    assert faults(HEAD, TWO) == ["list.csv:1: estate: is missing; add this column"]
    assert faults("estate,id,place\n,r1,d1\n", TWO) == [
        "list.csv:2: estate: is empty; name the estate"
    ]
    found = rows("小区,id,place\nsouth,r1,南门\nnorth,r2,d1\n", TWO)
    assert [(r["estate"], r["id"], r["place"]) for r in found] == [
        ("south", "r1", "gate"), ("north", "r2", "d1"),
    ]  # fmt: skip


def test_a_row_remembers_its_line() -> None:
    table = read_table(b'id,place,name_zh\nr1,d1,"two\nlines"\n\nr2,d9,x\n', "list.csv", SITE)
    fault = table.fault(("devices", "north", 1, "place"), "wrong")
    assert (fault.file, fault.line) == ("list.csv", 5)


def test_every_fault_is_told_at_once() -> None:
    text = "id,place,heartbeat_s\nr1,侧门,1\nr2,d1,x\nr3,d1,y\n"
    assert [line.split(":")[1] for line in faults(text)] == ["2", "3", "4"]


def test_the_written_file_says_the_same() -> None:
    devices = read_table(CHINESE.encode(), "list.csv", SITE).content["devices"]
    text = file_text(devices, "list.csv")

    assert parse(text, "x").content == {"version": 1, "devices": devices}
    assert text == file_text(devices, "list.csv")
    assert parse(file_text({}, "l"), "x").content == {"version": 1, "devices": {}}
    assert parse(file_text({"1001": []}, "l"), "x").content["devices"] == {"1001": None}


def test_differences_are_told_by_device() -> None:
    before: Devices = {
        "north": [{"id": "a", "place": "d1"}, {"id": "b", "place": "d1"}, {"id": "c"}]
    }
    after: Devices = {
        "north": [{"id": "a", "place": "d1"}, {"id": "b", "place": "d2", "ids": ["x"]}],
        "south": [{"id": "c"}],
    }

    assert list(differences(before, after)) == [
        "~ north b: ids, place", "+ south c", "- north c",
    ]  # fmt: skip
    assert list(differences(after, after)) == []
