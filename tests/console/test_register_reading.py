"""Lists as people keep them: either encoding, either language, their dates, and their faults."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from console.register import sheet
from console.register.entries import DwellingEntry, PermitEntry
from console.register.headings import columns_of, names_of, words_of
from console.register.kinds import KINDS
from console.register.known import Known, places_of
from console.register.reading import Given, Read, read_entries, resolved
from console.register.sheet import read_sheet
from console.register.times import instant_of
from schemas.base import parse_instant
from schemas.event_data import DwellingUse
from schemas.register import CredentialClass
from schemas.site import parse_site
from schemas.yaml_file import FileFaults
from tests.console.desks import CARD, ESTATE, HOME, PERMIT

SHANGHAI = ZoneInfo("Asia/Shanghai")
KNOWN = Known(
    frozenset({ESTATE}),
    {ESTATE: {"b3-u2": ("b3-u2",), "3号楼2单元": ("b3-u2",), "单元": ("b3-u1", "b3-u2")}},
    {ESTATE: {"3-2-1102": ("3-2-1102",), "3号楼2单元1102": ("3-2-1102",)}},
    {ESTATE: SHANGHAI},
)
GIVEN = Given(KNOWN, ZoneInfo("UTC"))
PERMITS = "车牌,类别,房号,有效期起,有效期至,最长停留(分钟)\n"
PERMIT_ROW = "苏E·0F96D,快递,3号楼2单元1102,2026/3/1,2026-03-02,15\n"


def read(kind: str, content: bytes | str, given: Given = GIVEN) -> Read:
    raw = content.encode() if isinstance(content, str) else content
    return read_entries(KINDS[kind], read_sheet(raw, "list.csv"), "list.csv", given)


def faults(kind: str, content: bytes | str, given: Given = GIVEN) -> list[str]:
    try:
        return list(map(str, read(kind, content, given).faults))
    except FileFaults as error:
        return list(map(str, error.faults))


def workbook(*rows: list[Any]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    page = book.worksheets[0]
    for row in rows:
        page.append(row)
    book.save(out)
    return out.getvalue()


def at(text: str) -> int:
    return parse_instant(text)


# A workbook knows no zones.
LAST_DAY = datetime(2026, 3, 3, 0, 0, 1)  # noqa: DTZ001
WANTED = PermitEntry(
    estate=ESTATE, plate="苏E·0F96D", credential_class="courier", dwelling="3-2-1102",
    valid_from=at("2026-03-01T00:00:00+08:00"), valid_to=at("2026-03-03T00:00:00+08:00"),
    stay_max_s=900,
)  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_list_is_read_in_either_encoding(encoding: str, delimiter: str) -> None:
    text = (PERMITS + PERMIT_ROW).replace(",", delimiter)
    found = read("permits", text.encode(encoding))
    assert found.faults == []
    assert found.entries == [(2, WANTED)]


def test_english_headings_say_the_same() -> None:
    text = "Plate number,Class,Home,Valid from,valid_to,Max stay (minutes)\n"
    row = "苏E 0F96D,courier,3-2-1102,2026-03-01T00:00,2026-03-03 00:00:00,15\n"
    ((_, entry),) = read("permits", text + row).entries
    assert entry == WANTED.model_copy(update={"plate": "苏E 0F96D"})


def test_a_workbook_says_the_same() -> None:
    content = workbook(
        ["车牌", "类别", "房号", "有效期起", "有效期至", "最长停留分钟"],
        [None] * 6,
        ["苏E·0F96D", "快递", "3-2-1102", date(2026, 3, 1), LAST_DAY, 15],
    )
    ((line, entry),) = read("permits", content).entries
    last = at("2026-03-03T00:00:01+08:00")
    assert (line, entry) == (3, WANTED.model_copy(update={"valid_to": last}))


def test_numbers_of_a_workbook_are_read_as_they_are_seen() -> None:
    content = workbook(["卡号", "类别"], [1234567890, "租户"], ["0012", "业主"], [7.0, "care"])
    numbers = [entry.model_dump()["number"] for _, entry in read("credentials", content).entries]
    assert numbers == ["1234567890", "0012", "7"]


def test_a_number_that_lost_its_digits_is_no_number() -> None:
    content = workbook(["卡号", "类别"], [1234567890123456789, "租户"])
    assert "has lost its last digits" in faults("credentials", content)[0]


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("2026-03-01", "2026-03-01T00:00", "2026-03-02T00:00"),
        ("2026/3/1", "2026-03-01T00:00", "2026-03-02T00:00"),
        ("2026.03.01", "2026-03-01T00:00", "2026-03-02T00:00"),
        ("20260301", "2026-03-01T00:00", "2026-03-02T00:00"),
        ("2026年3月1日", "2026-03-01T00:00", "2026-03-02T00:00"),
        ("2024-02-29", "2024-02-29T00:00", "2024-03-01T00:00"),
        ("2026-03-01 08:30", "2026-03-01T08:30", "2026-03-01T08:30"),
        ("2026年3月1日 8时30分", "2026-03-01T08:30", "2026-03-01T08:30"),
        ("2026-03-01T08:30:15", "2026-03-01T08:30:15", "2026-03-01T08:30:15"),
        ("2026-03-01T00:30:00Z", "2026-03-01T08:30", "2026-03-01T08:30"),
        ("2026-03-01T09:30+0900", "2026-03-01T08:30", "2026-03-01T08:30"),
    ],
)
def test_times_as_people_write_them(text: str, begin: str, end: str) -> None:
    assert instant_of(text, SHANGHAI, is_end=False) == at(f"{begin}+08:00")
    assert instant_of(text, SHANGHAI, is_end=True) == at(f"{end}+08:00")


@pytest.mark.parametrize("text", ["2026-02-30", "1.3.2026", "soon", "2026-03-01 25:00", "0000-1-1"])
def test_what_is_no_time_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="write 2026-03-01"):
        instant_of(text, SHANGHAI, is_end=False)


def test_the_end_of_a_day_is_right_when_the_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    span = instant_of("2026-03-29", berlin, is_end=True) - instant_of(
        "2026-03-29", berlin, is_end=False
    )
    assert span == 23 * 3_600_000


@pytest.mark.parametrize("text", ["长期", "permanent", "长期有效"])
def test_an_end_may_never_come(text: str) -> None:
    ((_, entry),) = read("permits", f"车牌,类别,有效期至\n苏E0F96D,业主,{text}\n").entries
    assert entry.valid_to is None


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("--,快递,,,,", "list.csv:2: plate: is no plate"),
        ("苏E0F96D,邻居,,,,", "list.csv:2: credential_class: '邻居' is none of: resident, tenant"),
        ("苏E0F96D,,,,,", "list.csv:2: credential_class: is empty; it is needed"),
        ("苏E0F96D,快递,9-9,,,", "list.csv:2: dwelling: '9-9' is no home of this estate: import"),
        ("苏E0F96D,快递,,昨天,,", "list.csv:2: valid_from: '昨天' is no time; write 2026-03-01"),
        ("苏E0F96D,快递,,,,-5", "list.csv:2: stay_max_min: '-5' is no whole number"),
        (
            "苏E0F96D,快递,,2026-3-2,2026-3-1,",
            "list.csv:2: row: valid_to: it ends before it begins",
        ),
        ("苏E0F96D,快递,,2026-3-1,长期,0", "list.csv:2: stay_max_s: Input should be greater"),
    ],
)
def test_a_fault_names_its_row_and_says_how_to_mend_it(row: str, said: str) -> None:
    found = faults("permits", PERMITS + row + "\n")
    assert len(found) == 1
    assert found[0].startswith(said)


def test_all_faults_are_told_at_once() -> None:
    found = faults("permits", PERMITS + "--,邻居,9-9,昨天,,\n" + PERMIT_ROW + "苏E0F96D,,,,,\n")
    assert [fault.split(":")[1] for fault in found] == ["2", "2", "2", "2", "4"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "list.csv:1: file: is empty"),
        ("车牌,颜色\n", "list.csv:1: 颜色: is no column of permits; there are: estate, valid_from"),
        ("类别\n", "list.csv:1: plate: is missing; add this column"),
        ("车牌,车牌号,类别\n", "list.csv:1: plate: is a column twice"),
        (b"\xff\xfe\x00\x00", "list.csv:1: file: is neither UTF-8 nor GB18030"),
        (b"PK\x03\x04nonsense", "list.csv:1: file: is no workbook"),
    ],
)
def test_a_file_of_another_form_is_said(content: bytes | str, said: str) -> None:
    assert faults("permits", content)[0].startswith(said)


def test_bombs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "UNPACKED_MAX", 100_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(1_000_000))
    assert "far more than a list does" in faults("permits", packed.getvalue())[0]
    monkeypatch.setattr(sheet, "BYTES_MAX", 1_048_576)
    assert "has more than 1 MB" in faults("permits", bytes(1_048_577))[0]
    monkeypatch.setattr(sheet, "ROWS_MAX", 2)
    assert "has more than 2 rows" in faults("permits", PERMITS + PERMIT_ROW * 3)[0]


def test_an_estate_is_named_in_the_row_or_beside_the_list_or_is_the_only_one() -> None:
    two = Given(Known(frozenset({"a", "b"})), SHANGHAI)
    text = "小区,车牌,类别\na,苏E0F96D,业主\n,苏E0F96D,业主\n"
    assert faults("permits", text, two) == ["list.csv:3: estate: is empty; name the estate"]
    beside = read("permits", text, Given(two.known, SHANGHAI, "b"))
    assert [entry.estate for _, entry in beside.entries] == ["a", "b"]
    assert "estate: is missing" in faults("permits", "车牌,类别\n", two)[0]
    assert (
        "no estate known here; there are: a, b"
        in faults("permits", "小区,车牌,类别\nc,苏E0F96D,业主\n", two)[0]
    )


def test_places_are_named_by_id_or_name() -> None:
    text = "房屋编号,单元,标准地址,用途\n1,{},路1号,出租\n"
    ((_, home),) = read("dwellings", text.format("3号楼2单元")).entries
    assert isinstance(home, DwellingEntry)
    assert (home.place, home.use, home.registered_count) == ("b3-u2", "let", None)
    assert "means several: b3-u1, b3-u2" in faults("dwellings", text.format("单元"))[0]
    assert "the site file has none" in faults("dwellings", text.format("b9"))[0]


def test_places_of_a_site_are_known_by_what_people_call_them() -> None:
    place = {"id": "b3-u2", "kind": "unit", "name": {"zh": "2单元", "en": "Unit 2"}, "parent": "b3"}
    above = {"id": "b3", "kind": "building", "name": {"zh": "3号楼", "en": "Building 3"}}
    words = {"zh": "湖畔", "en": "Lakeside"}
    estate = {"id": ESTATE, "name": words, "places": [above, place]}
    site = parse_site(str({"estates": [estate]}))
    assert {"b3-u2", "2单元", "Unit 2", "3号楼2单元"} <= places_of(site)[ESTATE].keys()


def test_an_entry_given_by_hand_is_resolved_in_the_same_way() -> None:
    by_address = CARD.model_copy(update={"dwelling": "3号楼2单元1102"})
    assert resolved(by_address, KNOWN) == CARD
    assert resolved(HOME.model_copy(update={"place": "3号楼2单元"}), KNOWN) == HOME
    for wrong in ({"dwelling": "9-9"}, {"estate": "elsewhere"}):
        with pytest.raises(ValueError, match=r"no home|no estate"):
            resolved(PERMIT.model_copy(update=wrong), KNOWN)


@pytest.mark.parametrize("kind", KINDS)
def test_every_heading_leads_to_a_column_of_the_kind(kind: str) -> None:
    columns = set(columns_of(KINDS[kind]))
    assert set(names_of(KINDS[kind]).values()) == columns
    assert all(column in names_of(KINDS[kind]).values() for column in columns)


@pytest.mark.parametrize(
    ("field", "allowed"),
    [
        ("use", get_args(DwellingUse)),
        ("credential_class", get_args(CredentialClass)),
        ("given_by", ("self", "guardian")),
    ],
)
def test_every_word_of_the_table_is_one_of_the_field(field: str, allowed: tuple[str, ...]) -> None:
    assert set(words_of(field).values()) == set(allowed)


def test_a_csv_with_a_broken_quote_is_said(tmp_path: Path) -> None:
    broken = '车牌,类别\n"苏E0F96D' + "x" * 200_000 + "\n"
    assert "is not CSV" in faults("permits", broken)[0]
