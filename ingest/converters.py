"""Reading what devices write: times, numbers, flags, text. Pure, and shared by all codecs."""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Any

import orjson

from ingest.message import DeviceTime, Unreadable
from schemas.base import MS_PER_S

_ISO = re.compile(
    r"^(?P<date>\d{4}-\d\d-\d\d)[T ](?P<clock>\d\d:\d\d(?::\d\d)?)(?P<fraction>\.\d+)?"
    r"\s*(?P<zone>Z|[+-]\d\d:?\d\d|\d\d:\d\d)?$"
)
_COMPACT = re.compile(r"^(\d{4})(\d\d)(\d\d)T?(\d\d)(\d\d)(\d\d)(\d*)$")
YEAR_MIN, YEAR_MAX = 2000, 2100


def iso_time(text: str, path: str = "$") -> DeviceTime:
    """An ISO 8601 text, with an offset, without one, or with one that lost its sign.

    One Hikvision firmware drops the plus of the offset (`2024-01-22T11:47:1500:00`); what stands
    there is taken as east of Greenwich. The seconds may be left out, as its manual prints a time.
    Raises Unreadable for anything else.
    """
    if (plain := _plain_time(text)) is not None:
        return plain
    found = _ISO.match(text.strip())
    if found is None:
        raise Unreadable(f"time {text!r} is not ISO 8601", path)
    date, clock, fraction, zone = found.groups()
    try:
        local = datetime.fromisoformat(f"{date}T{clock}{_six(fraction)}")
    except ValueError as error:
        raise Unreadable(f"time {text!r}: {error}", path) from error
    if zone is None:
        return DeviceTime(text, local=local)
    since = local - _EPOCH - _offset(zone)
    if not _FIRST <= since <= _LAST:
        raise Unreadable(f"time {text!r} lies outside of the calendar", path)
    return DeviceTime(text, instant=round(since.total_seconds() * MS_PER_S), local=local)


def _plain_time(text: str) -> DeviceTime | None:
    """A time as nearly all are written, which Python reads by itself; None leaves it to the rest.

    `2026-03-01T16:00:00+08:00`, or with a Z, or with a fraction before either.
    """
    if not _PLAIN_MIN <= len(text) <= _PLAIN_MAX or _signs(text) != _PLAIN_SIGNS:
        return None
    if text[-1] != "Z" and (text[-3] != ":" or text[-6] not in "+-"):
        return None
    if text[19] not in "Z+-" and (text[19] != "." or not text[20:21].isdecimal()):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    instant = round(moment.timestamp() * MS_PER_S)
    return DeviceTime(text, instant, moment.replace(tzinfo=None))


_PLAIN_MIN, _PLAIN_MAX = len("2026-03-01T08:00:00Z"), len("2026-03-01T16:00:00.123456+08:00")
_signs = itemgetter(0, 4, 7, 10, 13, 16)
_PLAIN_SIGNS = ("2", "-", "-", "T", ":", ":")
"""Where they stand; of other millennia an instant may lie outside of the calendar."""
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # Both sides of a difference are without a zone.
_FIRST, _LAST = datetime.min - _EPOCH, datetime.max - _EPOCH  # noqa: DTZ901  # As above.


def _six(fraction: str | None) -> str:
    return fraction[:7].ljust(7, "0") if fraction else ""


@lru_cache(maxsize=256)
def _offset(zone: str) -> timedelta:
    if zone == "Z":
        return timedelta()
    sign = -1 if zone[0] == "-" else 1
    digits = zone.lstrip("+-").replace(":", "")
    return sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]))


def compact_time(text: str, path: str = "$") -> DeviceTime:
    """Naive local time as yyyyMMddHHmmss, with or without T and a fraction."""
    found = _COMPACT.match(text.strip())
    if found is None:
        raise Unreadable(f"time {text!r} is not yyyyMMddHHmmss", path)
    numbers = [int(part) for part in found.groups()[:6]]
    try:
        return DeviceTime(text, local=datetime(*numbers))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError as error:
        raise Unreadable(f"time {text!r}: {error}", path) from error


def epoch_time(value: Any, path: str = "$", *, unit_per_s: int = 1) -> DeviceTime:
    """Seconds (or 1/`unit_per_s` of them) since 1970 in UTC; int, float or digits as text."""
    try:
        seconds = float(value) / unit_per_s
    except (TypeError, ValueError, OverflowError) as error:
        raise Unreadable(f"time {value!r} is not a number of seconds", path) from error
    if not YEAR_MIN <= 1970 + seconds / 31_556_952 <= YEAR_MAX:
        raise Unreadable(f"time {value!r} lies outside {YEAR_MIN} to {YEAR_MAX}", path)
    return DeviceTime(str(value), instant=round(seconds * MS_PER_S))


# Possessive only for single characters: Python before 3.11.5 gets possessive groups wrong.
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*(?:"|\\?\Z)'
_COMMENT = re.compile(rf"({_STRING})|//[^\n]*|/\*[^*]*+(?:\*(?!/)[^*]*+)*(?:\*/|\Z)")
_LOST_COMMA = re.compile(r'(?<=["\]}\w])[ \t]*+\r?\n\s*+(?="[^"\\\n]*+(?:\\.[^"\\\n]*+)*"\s*+:)')
"""A member ends with its line and the next begins: no JSON text has a line break in a string."""
_LAST_COMMA = re.compile(rf"({_STRING})|(?<=[^\s\[{{,]),(?=\s*[}}\]])")


def strip_comments(text: str) -> str:
    """JSON text without comments outside of strings (`//`, `/* */`), as makers' documents print."""
    return _COMMENT.sub(lambda found: found.group(1) or "", text)


def load_json(payload: bytes | str) -> Any:
    """Parsed JSON. Raises Unreadable with the position of the fault."""
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise _no_json(payload, error) from error


def _no_json(payload: bytes | str, error: orjson.JSONDecodeError) -> Unreadable:
    where = f"line {error.lineno}, column {error.colno}"
    return Unreadable(f"is not JSON at {where}" if payload.strip() else "is empty", "$")


def lenient_json(payload: bytes) -> Any:
    """Parsed JSON that may carry a byte order mark, comments, a comma before a bracket, or none
    between two members that stand on lines of their own.

    Each has one meaning only, so nothing is guessed. Raises Unreadable with the fault of the strict
    reading, which is the one that counts.
    """
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        text = text_of(payload)
        if payload[:1] != text[:1].encode() and (found := _strictly(text)) is not None:
            return found  # A byte order mark, or Chinese in another encoding.
        if len(text) > _MENDED_MAX or sum(map(text.count, _COSTLY)) > _COSTLY_MAX:
            why = f"{_no_json(payload, error).reason}, and too long to mend"
            raise Unreadable(why, "$") from error
        text = _LAST_COMMA.sub(lambda found: found.group(1) or "", strip_comments(text))
        text = _LOST_COMMA.sub(",", text)
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            raise _no_json(payload, error) from error


_COSTLY = ('"', ",", "/", "\n")
"""What the expressions above stop at; all between is passed over at the speed of memory."""
_COSTLY_MAX = 30_000
_MENDED_MAX = 512 * 1024
"""Characters. With these two a message costs 30 ms at most; what a person wrote is far below."""


def _strictly(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def text_of(payload: bytes, path: str = "$") -> str:
    """UTF-8 text, with GB18030 as the second try (older Chinese firmware). Raises Unreadable."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return payload.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("is neither UTF-8 nor GB18030 text", path)


def whole(value: Any) -> int | None:
    """An int of 64 bits from an int, a float without fraction or a text of digits; else None."""
    if type(value) is int:
        return value if abs(value) < _INT_MAX else None
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < _INT_MAX else None
    text = str(value).strip()
    if not _DIGITS.match(text):
        return None
    found = int(text)
    return found if abs(found) < _INT_MAX else None


_DIGITS = re.compile(r"^[+-]?[0-9]{1,20}$")
_INT_MAX = 2**63
_NUMBER = re.compile(r"^[+-]?[0-9.]{1,40}(?:[eE][+-]?[0-9]{1,3})?$")


def number(value: Any) -> float | None:
    """A float from a number or its text; None where there is none (NaN and infinity too)."""
    if type(value) is float:
        return value if abs(value) < float("inf") else None
    if type(value) is int and abs(value) < _INT_MAX:
        return float(value)
    text = str(value).strip()
    try:
        found = float(text) if _NUMBER.match(text) else None
    except ValueError:
        return None
    return found if found is not None and abs(found) < float("inf") else None


def share(value: Any, full: float = 1.0) -> float | None:
    """A confidence of 0 to `full` as 0 to 1; None where it is no number or out of range."""
    found = number(value)
    return found / full if found is not None and 0 <= found <= full else None


def said(value: Any) -> str | None:
    """Stripped text of a scalar, or None for nothing, blanks, and the words that mean nothing."""
    if type(value) is not str:
        if value is None or isinstance(value, (dict, list)):  # Half the price.
            return None
        value = str(value)
    text: str = value.strip()
    return None if len(text) < _SAYS_MIN and text.lower() in _SAYS_NOTHING else text


_SAYS_NOTHING = frozenset({"", "unknown", "null", "none", "undefined", "--"})
_SAYS_MIN = 1 + max(map(len, _SAYS_NOTHING))


def flag(value: Any) -> bool | None:
    """True or False from a bool, 0/1, or their texts; None for anything else."""
    if value is None or value is True or value is False:
        return value
    return _FLAGS.get(str(value).strip().lower())


_FLAGS = {"true": True, "1": True, "false": False, "0": False}
