"""The values of one message with the addresses a mapping uses, and guesses at what they are. Pure.

A guess is by the spelling of a name and is only ever shown as a comment.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.converters import load_json, text_of
from ingest.message import Unreadable

DEPTH_MAX = 12
VALUE_SHOWN_MAX = 60
DELIMITERS = ";,\t|"
WORDS_MAX = 12

WORDS = {
    "word": r"event|^ev|type|kind|action|cmd|code|state|result|what|status|事件|类型",
    "time": r"time|^ts$|stamp|date|clock|when|^at$|时间",
    "subject": r"card|plate|licen|uid|credential|user|person|badge|tag|卡|牌|人",
    "sequence": r"^no$|seq|number|ind?e?x|serial_?no|^num|^rec|序号",
    "device": r"serial|^sn$|dev|mac|terminal|gate|camera|host|unit|box|panel|设备",
    "channel": r"door|lane|channel|reader|port|门|道",
    "direction": r"dir|way|in_?out|^io$|sens|方向|进出",
}
TIMES = (
    (r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d", "iso"),
    (r"^\d{14}$", "compact"),
    (r"^1\d{12}$", "epoch_ms"),
    (r"^1\d{9}(\.\d+)?$", "epoch_s"),
    (r"^\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d$", '"%d.%m.%Y %H:%M:%S"'),
    (r"^\d\d/\d\d/\d{4} \d\d:\d\d:\d\d$", '"%d/%m/%Y %H:%M:%S"'),
    (r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d$", '"%Y/%m/%d %H:%M:%S"'),
)
OTHER_TIME = '"%Y-%m-%d %H:%M:%S"'


@dataclass(frozen=True, slots=True)
class Sample:
    """A value that stands in a message, as text, and its address."""

    address: str
    value: str

    @property
    def name(self) -> str:
        """The last step of the address."""
        return re.split(r"[.\]]", self.address.rstrip("]"))[-1].strip("'[@$")


def samples_of(payload: bytes, written: str) -> list[Sample]:
    """The values of a message that a mapping could pick; none where it cannot be read."""
    try:
        if written == "json":
            return list(_of_json(load_json(payload), "$", list_in(payload), 0))
        text = text_of(payload).strip() if written else ""
    except Unreadable:
        return []
    first = text.splitlines()[0] if text else ""
    if written == "csv":
        cells = first.split(delimiter_of(payload))
        return [Sample(f"c{n}", cell.strip()[:VALUE_SHOWN_MAX]) for n, cell in enumerate(cells, 1)]
    pairs = (part.partition("=") for part in re.split(r"[\t\r\n&;,]+", first))
    return [
        Sample(name.strip(), value.strip()[:VALUE_SHOWN_MAX]) for name, mark, value in pairs if mark
    ]


def _of_json(value: Any, path: str, listed: str | None, depth: int) -> Iterator[Sample]:
    if depth > DEPTH_MAX:
        return
    if path == listed and isinstance(value, list):
        first = next((item for item in value if isinstance(item, dict)), {})
        yield from _of_json(first, "@", None, depth + 1)
    elif isinstance(value, dict):
        for key, below in value.items():
            step = f".{key}" if re.match(r"^[^.\[\]'\s]+$", key) else f"['{key}']"
            yield from _of_json(below, path + step, listed, depth + 1)
    elif isinstance(value, list):
        for index, below in enumerate(value[:1]):
            yield from _of_json(below, f"{path}[{index}]", listed, depth + 1)
    else:
        yield Sample(path, _text(value)[:VALUE_SHOWN_MAX])


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def list_in(payload: bytes) -> str | None:
    """The address of the first list of objects in a JSON message, which `each:` would name."""
    try:
        return next(_lists(load_json(payload), "$", 0), None)
    except Unreadable:
        return None


def _lists(value: Any, path: str, depth: int) -> Iterator[str]:
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        yield path
    elif isinstance(value, dict) and depth < DEPTH_MAX:
        for key, below in value.items():
            yield from _lists(below, f"{path}.{key}", depth + 1)


def delimiter_of(payload: bytes) -> str:
    """What parts the cells of a line."""
    first = next(iter(text_of(payload).strip().splitlines()), "")
    return max(DELIMITERS, key=first.count)


def guess(samples: Sequence[Sample], field: str) -> Sample | None:
    """The value whose name sounds most like a field of a mapping; None where none does."""
    wanted = re.compile(WORDS[field], re.IGNORECASE)
    found = [sample for sample in samples if wanted.search(sample.name)]
    if field == "time" and not found:
        found = [sample for sample in samples if time_form(sample) != OTHER_TIME]
    return min(found, key=lambda sample: len(sample.name), default=None)


def repeating(messages: Sequence[Sequence[Sample]]) -> str | None:
    """The address of what is most likely the make's word for what happened: texts of which there
    are few, and which come again and again. None where no value is so.
    """
    values: dict[str, list[str]] = {}
    for sample in (sample for samples in messages for sample in samples):
        values.setdefault(sample.address, []).append(sample.value)
    fits = {
        address: len(set(found))
        for address, found in values.items()
        if 2 <= len(set(found)) <= min(WORDS_MAX, len(found) // 2)
        and any(text[:1].isalpha() for text in found)
    }
    return max(fits, key=fits.__getitem__, default=None)


def time_form(sample: Sample | None) -> str:
    """How a time is written, as a mapping says it."""
    text = sample.value if sample else ""
    return next((form for pattern, form in TIMES if re.match(pattern, text)), OTHER_TIME)
