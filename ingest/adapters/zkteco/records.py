"""The text of this make: lines of `key=value` between TABs, and what reads its fields. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime

from ingest.converters import epoch_time, iso_time, whole
from ingest.message import DeviceTime, Unreadable

LINES_MAX = 10_000
Row = Mapping[str, str]

_BETWEEN = re.compile(r"[ \t]+(?=~?[A-Za-z]\w*=)")
"""Between two pairs. On the wire it is a TAB; copies of it often carry blanks."""
_TABLE = re.compile(r"^[a-z]\w*[ \t]+(?=\w+=)")
"""The name of the table, which stands before the first pair of an uploaded row."""
_EPOCH_DIGITS = 10


def lines_of(text: str) -> list[str]:
    """The lines that are not blank. Raises Unreadable for more than anybody sends."""
    lines = [line.strip() for line in text.splitlines()]
    found = [line for line in lines if line]
    if len(found) > LINES_MAX:
        raise Unreadable(f"holds more than {LINES_MAX} lines", "$")
    return found


def pairs(line: str) -> dict[str, str]:
    """The pairs of a line by their names in lower case."""
    body = _TABLE.sub("", line)
    parts = body.split("\t") if "\t" in body else _BETWEEN.split(body)
    found = (part.partition("=") for part in parts)
    # The table's name may also stand before a pair in the middle: `…\ttransaction cardno=…`.
    named = ((name.split(), value.strip()) for name, mark, value in found if mark)
    return {words[-1].lower(): value for words, value in named if words}


def rows(lines: list[str]) -> list[dict[str, str]]:
    """One row a line; a line that only goes on with further names belongs to the row before."""
    found: list[dict[str, str]] = []
    for line in lines:
        row = pairs(line)
        if not row:
            raise Unreadable(f"line {line[:40]!r} holds no key=value", "$")
        if found and not _TIMES & row.keys() and not found[-1].keys() & row.keys():
            found[-1].update(row)
        else:
            found.append(row)
    return found


_TIMES = {"time", "time_second", "datetime"}


def wall_clock(text: str | None, path: str = "$.time") -> DeviceTime:
    """The device's own wall clock; ten digits are seconds since 1970. Raises Unreadable."""
    if not text:
        raise Unreadable("has no time", path)
    if len(text) == _EPOCH_DIGITS and text.isdigit():
        return epoch_time(text, path)
    return iso_time(f"{text}:00" if text.count(":") == 1 else text, path)


def packed_clock(seconds: int, path: str = "$.time_second") -> DeviceTime:
    """Seconds of a calendar whose months all have 31 days, from 2000 on (access push, appendix 6).

    Raises Unreadable where the month has no such day.
    """
    days, second = divmod(seconds, 86_400)
    months, day = divmod(days, 31)
    year, month = divmod(months, 12)
    hour, minute, second = second // 3600, second // 60 % 60, second % 60
    try:
        local = datetime(2000 + year, month + 1, day + 1, hour, minute, second)  # noqa: DTZ001
    except ValueError as error:
        raise Unreadable(f"time {seconds} is no date: {error}", path) from error
    return DeviceTime(f"{local:%Y-%m-%d %H:%M:%S}", local=local)


def number_of(text: str | None) -> str | None:
    """A user's or card's number; 0 and blanks say that there is none."""
    return None if not text or text == "0" else text


def code_of(row: Row, *names: str) -> int | None:
    """The first of the fields that holds a whole number."""
    return next((found for name in names if (found := whole(row.get(name))) is not None), None)
