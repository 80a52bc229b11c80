"""Tables as files: what is typed stays text, whatever it begins with."""

import io

import pytest
from openpyxl import load_workbook

from console.around.export import written
from console.around.sheets import Cell, Sheet, percent, row


def read(*sheets: Sheet) -> list[list[tuple[object, str]]]:
    book = load_workbook(io.BytesIO(b"".join(written(sheets))))
    return [
        [(cell.value, cell.data_type) for line in page.iter_rows() for cell in line]
        for page in book.worksheets
    ]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|'/c calc'!A1"]
)
def test_what_begins_like_a_formula_is_a_text(text: str) -> None:
    book = load_workbook(io.BytesIO(b"".join(written([Sheet("t", ("a",), (row(text),))]))))
    cell = book.worksheets[0]["A2"]
    assert cell.data_type == "s"
    assert str(cell.value).strip() == text.strip()
    assert cell.quotePrefix


def test_numbers_are_numbers_and_shares_are_shares() -> None:
    (cells,) = read(Sheet("t", ("a", "b", "c"), (row(3, percent(0.25), None),), "note"))
    assert cells[:3] == [("a", "s"), ("b", "s"), ("c", "s")]
    assert cells[3:5] == [(3, "n"), (0.25, "n")]
    assert ("note", "s") in cells


def test_names_and_texts_that_no_spreadsheet_takes_are_mended() -> None:
    (cells,) = read(Sheet("a/b[c]:*?" * 9, ("x",), (row("a\x00b\x1bc"), row("长" * 40_000))))
    assert cells[1][0] == "abc"
    assert len(str(cells[2][0])) == 32_000


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (Cell(None), "–"), (Cell(""), "–"), (Cell(0), "0"), (percent(0.125), "12.5%"),
        (percent(None), "–"), (Cell(1.26), "1.3"), (Cell("x"), "x"),
    ],
)  # fmt: skip
def test_how_a_cell_is_read_on_a_page(cell: Cell, text: str) -> None:
    assert cell.text == text
