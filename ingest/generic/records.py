"""Splitting a payload into records: JSON (with a list inside), CSV lines, key=value lines."""

import csv
from collections.abc import Iterator
from typing import Any

from ingest.converters import load_json, text_of
from ingest.generic.address import Frame, finder, parse_address
from ingest.message import Message, Unreadable


def json_records(message: Message, each: str | None) -> Iterator[Frame]:
    """The payload as one record, or one for each element of the list at `each`."""
    root = load_json(message.payload)
    topic = tuple(message.topic.split("/"))
    if each is None:
        yield Frame(topic, root, root)
        return
    listed = finder(parse_address(each))(Frame(topic, root, root))
    if not isinstance(listed, list):
        raise Unreadable(f"holds no list at {each}; each: must name one", each)
    for index, element in enumerate(listed):
        yield Frame(topic, root, element, where=f"{each}[{index}]")


def csv_records(message: Message, columns: tuple[str, ...], delimiter: str) -> Iterator[Frame]:
    """One record a line; without `columns` the first line names them.

    A line may end in empty cells beyond the last column (trailing delimiters); any other difference
    in number is a fault, because a shifted cell would be read as another fact.
    """
    rows = csv.reader(text_of(message.payload).splitlines(), delimiter=delimiter, strict=True)
    topic = tuple(message.topic.split("/"))
    names = columns or tuple(cell.strip() for cell in _next_row(rows) or ())
    while (row := _next_row(rows)) is not None:
        cells = [cell.strip() for cell in row]
        where = f"line {rows.line_num}"
        if not any(cells):
            continue
        if len(cells) < len(names) or any(cells[len(names) :]):
            raise Unreadable(f"has {len(cells)} cells where {len(names)} are named", where)
        yield Frame(topic, columns=dict(zip(names, cells, strict=False)), where=where)


def _next_row(rows: Any) -> list[str] | None:
    try:
        return next(rows, None)
    except csv.Error as error:
        raise Unreadable(f"is not CSV: {error}", f"line {rows.line_num}") from error


def pair_records(message: Message, pair: str, key: str, record: str) -> Iterator[Frame]:
    """One record of key=value pairs after another; empty records are passed over."""
    topic = tuple(message.topic.split("/"))
    for number, line in enumerate(text_of(message.payload).split(record), start=1):
        if line.strip():
            where = f"record {number}"
            yield Frame(topic, columns=_pairs(line.strip("\r\n"), pair, key, where), where=where)


def _pairs(line: str, pair: str, key: str, where: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in line.split(pair):
        if not part.strip():
            continue
        name, mark, value = part.partition(key)
        if not mark:
            raise Unreadable(f"{part.strip()!r} is no pair name{key}value", where)
        found[name.strip()] = value.strip()
    return found
