"""A codec made of a mapping: whatever can be worked out once is worked out before any message."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from ingest.converters import compact_time, epoch_time, flag, iso_time, number, share, whole
from ingest.generic.address import Frame, finder, parse_address
from ingest.generic.records import csv_records, json_records, pair_records
from ingest.generic.schema import (
    ConfidencePick,
    DirectionPick,
    EventMap,
    GenericMap,
    Pick,
    PicturePick,
    ReplayedPick,
    TimePick,
    Value,
)
from ingest.message import Codec, DeviceTime, Message, Picture, Reading, Unreadable
from ingest.pictures import named_or_carried
from schemas.base import MS_PER_S
from schemas.event_data import Direction, EventData

KNOWN_SHOWN = 8
_SPELLINGS = {True: ("true", "on", "yes"), False: ("false", "off", "no")}


def fold(value: Any) -> str:
    """One text for what a person would call the same value: 1 and 1.0, true and True."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def spellings(value: Value) -> frozenset[str]:
    """The texts a value of the YAML stands for.

    YAML 1.1 reads a bare ON, off, Yes or no as true or false, so a truth value here stands for each
    spelling that could have been meant.
    """
    if not isinstance(value, bool):
        return frozenset((fold(value),))
    words = _SPELLINGS[value]
    return frozenset(form for word in words for form in (word, word.upper(), word.title()))


@dataclass(frozen=True, slots=True)
class _Finder:
    """A compiled address: what stands there, and its path for messages."""

    find: Callable[[Frame], Any]
    path: Callable[[Frame], str]


def _compile(text: str) -> _Finder:
    address = parse_address(text)
    return _Finder(finder(address), address.path)


def _scalar(at: _Finder, frame: Frame) -> Any:
    value = at.find(frame)
    if isinstance(value, dict | list):
        raise Unreadable("is a list or an object where one value should stand", at.path(frame))
    return value


def _text(text: str | None, *, needed: bool = False) -> Callable[[Frame], str | None]:
    if text is None:
        return lambda frame: None
    at = _compile(text)

    def read(frame: Frame) -> str | None:
        value = _scalar(at, frame)
        found = fold(value).strip() if value is not None else ""
        if needed and not found:
            raise Unreadable("has no value, and without it nobody knows which device this is",
                             at.path(frame))  # fmt: skip
        return found or None

    return read


def _whole(text: str | None) -> Callable[[Frame], int | None]:
    if text is None:
        return lambda frame: None
    return partial(_converted, _compile(text), "whole")


_CONVERTERS: Mapping[str, Callable[[Any], Any]] = {
    "text": fold,
    "whole": whole,
    "number": number,
    "flag": flag,
}


def _converted(at: _Finder, kind: str | None, frame: Frame) -> Any:
    value = _scalar(at, frame)
    if value is None or value == "":
        return None
    converted = _CONVERTERS[kind](value) if kind else value
    if converted is None:
        raise Unreadable(f"{value!r} is no {kind}", at.path(frame))
    return converted


def _translated(at: _Finder, words: Mapping[str, Any], value: Any, frame: Frame) -> Any:
    if fold(value) not in words:
        raise Unreadable(f"{value!r} is not in enum:; add it with what it means", at.path(frame))
    return words[fold(value)]


def _words(enum: Mapping[Value, Any]) -> dict[str, Any]:
    return {text: meant for word, meant in enum.items() for text in spellings(word)}


def _pick(pick: Pick, annotation: Any) -> Callable[[Frame], Any]:
    """A field's value; a field of text takes a number as its text."""
    at = _compile(pick.source)
    if pick.enum is None:
        text = annotation in (str, str | None)
        return partial(_converted, at, pick.kind or ("text" if text else None))
    words = _words(pick.enum)

    def read(frame: Frame) -> Any:
        value = _converted(at, pick.kind, frame)
        return None if value is None else _translated(at, words, value, frame)

    return read


def _direction(pick: DirectionPick | None) -> Callable[[Frame], Direction | None]:
    if pick is None:
        return lambda frame: None
    at, words = _compile(pick.source), _words(pick.enum)

    def read(frame: Frame) -> Direction | None:
        value = _converted(at, None, frame)
        found = None if value is None else _translated(at, words, value, frame)
        return found if found in ("in", "out") else None

    return read


def _confidence(pick: ConfidencePick | None) -> Callable[[Frame], float | None]:
    if pick is None:
        return lambda frame: None
    at, full = _compile(pick.source), pick.full

    def read(frame: Frame) -> float | None:
        value = _converted(at, "number", frame)
        found = None if value is None else share(value, full)
        if value is not None and found is None:
            raise Unreadable(f"confidence {value!r} is outside 0 to {full:g}", at.path(frame))
        return found

    return read


def _replayed(pick: ReplayedPick | None) -> Callable[[Frame], bool]:
    if pick is None:
        return lambda frame: False
    find, marks = _compile(pick.source).find, spellings(pick.equals)
    return lambda frame: fold(find(frame)) in marks


def _strptime(form: str, text: str, path: str) -> DeviceTime:
    try:
        moment = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is judged below
    except ValueError as error:
        raise Unreadable(f"time {text!r} is not written as {form}", path) from error
    if moment.tzinfo is None:
        return DeviceTime(text, local=moment)
    instant = round(moment.timestamp() * MS_PER_S)
    return DeviceTime(text, instant=instant, local=moment.replace(tzinfo=None))


def _clock(form: str) -> Callable[[str, str], DeviceTime]:
    match form:
        case "iso":
            return iso_time
        case "compact":
            return compact_time
        case "epoch_s":
            return epoch_time
        case "epoch_ms":
            return partial(epoch_time, unit_per_s=MS_PER_S)
        case _:
            return partial(_strptime, form)


def _time(pick: TimePick | None) -> Callable[[Frame], DeviceTime | None]:
    if pick is None:
        return lambda frame: None
    parts, clock = [_compile(text) for text in pick.source], _clock(pick.form)

    def read(frame: Frame) -> DeviceTime | None:
        found = [_scalar(at, frame) for at in parts]
        if any(value is None or value == "" for value in found):
            return None
        return clock(" ".join(fold(value) for value in found), parts[0].path(frame))

    return read


@dataclass(frozen=True, slots=True)
class _Case:
    """A compiled entry of `events`."""

    type: str
    when: tuple[tuple[_Finder, frozenset[str]], ...]
    fields: tuple[tuple[str, str, Callable[[Frame], Any]], ...]

    def matches(self, frame: Frame) -> bool:
        return all(fold(at.find(frame)) in values for at, values in self.when)

    def read(self, frame: Frame) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for head, rest, find in self.fields:
            value = find(frame)
            if value is None:
                continue
            if rest:
                data.setdefault(head, {})[rest] = value
            else:
                data[head] = value
        return data

    def native(self, frame: Frame) -> str | None:
        return ", ".join(fold(at.find(frame)) for at, _ in self.when) or None


def _case(event: EventMap) -> _Case:
    when = tuple(
        (_compile(text), frozenset().union(*map(spellings, values)))
        for text, values in event.when.items()
    )
    known = EventData.TYPES[event.type].model_fields
    fields = tuple(
        (head, rest, _pick(pick, None if rest else known[head].annotation))
        for head, rest, pick in (
            (*name.partition(".")[::2], pick) for name, pick in event.fields.items()
        )
    )
    return _Case(event.type, when, fields)


def _records(mapping: GenericMap) -> Callable[[Message], Iterator[Frame]]:
    match mapping.format:
        case "json":
            return partial(json_records, each=mapping.each)
        case "csv":
            return partial(csv_records, columns=mapping.columns, delimiter=mapping.delimiter)
        case "lines":
            return partial(
                pair_records,
                pair=mapping.pair_separator,
                key=mapping.key_separator,
                record=mapping.record_separator,
            )


def _chosen(cases: tuple[_Case, ...], frame: Frame) -> _Case:
    for case in cases:
        if case.matches(frame):
            return case
    asked: dict[str, Any] = {}
    known: dict[str, set[str]] = {}
    for at, values in (sign for case in cases for sign in case.when):
        path = at.path(frame)
        asked[path] = at.find(frame)
        known.setdefault(path, set()).update(values)
    said = [path for path, value in asked.items() if value is not None] or list(asked)
    found = ", ".join(f"{path} = {asked[path]!r}{_but(known[path])}" for path in said)
    raise Unreadable(
        f"no entry of events: knows {found}; add one under events: of adapter.yaml", said[0]
    )


def _but(known: set[str]) -> str:
    """The words that are known, where there are few."""
    return f" (but {', '.join(sorted(known))})" if len(known) <= KNOWN_SHOWN else ""


def _picture(pick: PicturePick) -> Callable[[Frame], tuple[str | Picture, ...]]:
    find = _text(pick.source)
    return lambda frame: named_or_carried(find(frame), pick.source, pick.shows)


def generic_codec(mapping: GenericMap) -> Codec:
    """The codec of a mapping: pure, and raising only Unreadable.

    Readings without time and number are told apart by their place in the message.
    """
    records = _records(mapping)
    cases = tuple(map(_case, mapping.events))
    device, channel = _text(mapping.device, needed=True), _text(mapping.channel)
    subject, sequence = _text(mapping.subject), _whole(mapping.sequence)
    time, direction = _time(mapping.time), _direction(mapping.direction)
    confidence, replayed = _confidence(mapping.confidence), _replayed(mapping.replayed)
    pictures = tuple(map(_picture, mapping.pictures))

    def read(frame: Frame) -> Reading:
        case, at, number = _chosen(cases, frame), time(frame), sequence(frame)
        return Reading(
            case.type, device(frame), at, channel(frame), number, subject(frame),
            direction(frame), confidence(frame), replayed(frame), case.native(frame),
            tuple(found for find in pictures for found in find(frame)), case.read(frame),
            key=frame.where if at is None and number is None else None,
        )  # fmt: skip

    return lambda message: [read(frame) for frame in records(message)]
