"""Tables as XLSX, written row by row: no more than one row is in memory.

A text that begins like a formula is written as a text and marked as one, so that no spreadsheet
computes what a device or a person typed (OWASP, CSV injection).
"""

import re
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from console.around.sheets import Cell, Sheet

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
TEXT_MAX = 32_000
WIDTHS = (10, 48)
IN_MEMORY = 256 * 1024
CHUNK = 64 * 1024
_NO_TITLE = re.compile(r"[\[\]:*?/\\]")


def written(sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """The bytes of a workbook with one page a table."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        write(sheets, file)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def write(sheets: Iterable[Sheet], file: IO[bytes]) -> None:
    """Write a workbook into a file that can be sought."""
    book = Workbook(write_only=True)
    for number, sheet in enumerate(sheets, start=1):
        page = book.create_sheet(f"{number} {_NO_TITLE.sub(' ', sheet.title)}"[:31])
        _set_widths(page, sheet)
        page.append([_cell(page, Cell(text), bold=True) for text in sheet.columns])
        for row in sheet.rows:
            page.append([_cell(page, cell) for cell in row])
        if sheet.note:
            page.append([])
            page.append([_cell(page, Cell(sheet.note))])
    book.save(file)


def _cell(page: Any, cell: Cell, *, bold: bool = False) -> Any:
    if not isinstance(cell.value, str):
        made = WriteOnlyCell(page, cell.value)
        if cell.kind == "percent":
            made.number_format = "0.0%"
        return made
    text = ILLEGAL_CHARACTERS_RE.sub("", cell.value)[:TEXT_MAX]
    made = WriteOnlyCell(page, text)
    made.data_type = "s"
    if text.startswith(FORMULA):
        made.quotePrefix = True
    if bold:
        made.font = Font(bold=True)
    return made


def _set_widths(page: Any, sheet: Sheet) -> None:
    least, most = WIDTHS
    for number, title in enumerate(sheet.columns):
        longest = max((len(row[number].text) for row in sheet.rows if number < len(row)), default=0)
        letter = page.column_dimensions[chr(ord("A") + number)] if number < 26 else None
        if letter is not None:
            letter.width = min(most, max(least, 2 * len(title), round(1.6 * longest)))
