"""A list as people keep it (CSV or XLSX) as rows of text, each with the number of its line.

CSV may be UTF-8 or GB18030, with commas, semicolons or tabs. Of a workbook the first sheet is read.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any
from zipfile import BadZipFile

from schemas.yaml_file import Fault, FileFaults

ROWS_MAX = 100_000
BYTES_MAX = 20 * 1024 * 1024
UNPACKED_MAX = 10 * BYTES_MAX
COLUMNS_MAX = 100
DIGITS_MAX = 10**15
"""Spreadsheets keep 15 digits of a number; what a longer one ended with is lost."""
ZIP = b"PK\x03\x04"
LOST_DIGITS = "has lost its last digits in the sheet; make the column text and write it again"
Line = tuple[int, list[str]]


def read_sheet(content: bytes, file: str) -> Iterator[Line]:
    """The rows that hold something: line number and cells. Raises FileFaults."""
    if len(content) > BYTES_MAX:
        raise _faults(file, 1, f"has more than {BYTES_MAX // 1024**2} MB; split it")
    rows = _workbook(content, file) if content.startswith(ZIP) else _csv(content, file)
    for count, (line, cells) in enumerate(rows):
        if count > ROWS_MAX:
            raise _faults(file, line, f"has more than {ROWS_MAX} rows; split it")
        if any(cells):
            yield line, cells


def _csv(content: bytes, file: str) -> Iterator[Line]:
    text = _text(content, file)
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    begins = 1
    try:
        for cells in reader:
            yield begins, [cell.strip() for cell in cells]
            begins = reader.line_num + 1
    except csv.Error as error:
        raise _faults(file, reader.line_num, f"is not CSV: {error}") from error


def _text(content: bytes, file: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise _faults(file, 1, "is neither UTF-8 nor GB18030; save it as UTF-8")


def _workbook(content: bytes, file: str) -> Iterator[Line]:
    # Half a second to load, and no other command needs it.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > UNPACKED_MAX:
                raise _faults(file, 1, "unpacks to far more than a list does; save it anew")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows: Iterable[Any] = sheet.iter_rows(max_col=COLUMNS_MAX, values_only=True)
        for line, cells in enumerate(rows, 1):
            yield line, [_cell(cell, file, line) for cell in cells]
    except (BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, OSError) as error:
        if isinstance(error, FileFaults):
            raise
        raise _faults(file, 1, f"is no workbook that can be read: {error}") from error


def _cell(value: Any, file: str, line: int) -> str:
    """A cell as a person would have typed it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return (
                value.isoformat(" ", "seconds") if value.time() != time() else f"{value:%Y-%m-%d}"
            )
        case date():
            return value.isoformat()
        case int() | float():
            if abs(value) >= DIGITS_MAX:
                raise FileFaults([Fault(file, line, str(value), LOST_DIGITS)])
            return str(int(value)) if value == int(value) else repr(value)
        case _:
            return str(value).strip()


def _faults(file: str, line: int, what: str) -> FileFaults:
    return FileFaults([Fault(file, line, "file", what)])
