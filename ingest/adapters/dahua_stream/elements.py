"""From texts to elements: one event each, whatever shape it was written in. Pure."""

import re
from collections.abc import Iterator, Mapping, Sized
from itertools import islice
from typing import Any

import yaml

from ingest.adapters._dahua.clock import bridge_time
from ingest.adapters._dahua.names import table, tables
from ingest.adapters.dahua_stream.bridges import SILENT, TopicSays, code_of_content, topic_says
from ingest.adapters.dahua_stream.carriers import Piece, pieces
from ingest.adapters.dahua_stream.element import HEARTBEAT, LOCK_TIMER, Element
from ingest.adapters.dahua_stream.pictures import carried
from ingest.converters import said, whole
from ingest.loose import TOKENS_MAX, Found, documents, value_at
from ingest.message import Message, Unreadable
from ingest.quick import changed

ELEMENTS_MAX = 1000
KEY_DEPTH_MAX = 16
ROWS_MAX = 256
YAML_CHARS_MAX = 64 * 1024

_HEAD = re.compile(r"(?:^|(?<=\s))code=([^;\s=]{1,64});\s*action=([^;\s]{1,32})", re.IGNORECASE)
_INDEX = re.compile(r";\s*index=(-?\d{1,9})\b", re.IGNORECASE)
_DATA = re.compile(r";\s*data=\s*(?=[{\[])", re.IGNORECASE)
_KEYED_LINE = re.compile(r"^\s*Events\[(\d{1,4})\]\.([^=\s]{1,200})=(.*)$", re.MULTILINE)
_KEY_STEP = re.compile(r"([^.\[\]]+)|\[(\d{1,4})\]")
_NOTHING = Found({}, 0, whole=True)
_EVENT_KEYS = frozenset({"Code", "code", "Action", "action", "Index", "index", "Data", "data"})


def elements(message: Message) -> list[Element]:
    """The events of a message in order. Raises Unreadable if there is none, or no sense in one."""
    says = topic_says(message.topic)
    told = (e for piece in pieces(message.payload) for e in _of_piece(piece, says.code))
    found = list(islice(told, ELEMENTS_MAX + 1))
    if not found:
        raise Unreadable("holds no event", "$")
    _count(found)
    return [_on_topic(element, says) for element in found]


def _count(events: Sized) -> None:
    """Raises Unreadable for too many; asked before any of them is read."""
    if len(events) > ELEMENTS_MAX:
        raise Unreadable(f"holds more than {ELEMENTS_MAX} events", "$")


def _of_piece(piece: Piece, topic: str | None) -> Iterator[Element]:
    for element in _of_text(piece.text, topic):
        pictures = carried(piece.others, element.code)
        yield changed(element, pictures=pictures) if pictures else element


def _on_topic(element: Element, says: TopicSays) -> Element:
    if says is SILENT:
        return element
    index = says.index if element.index is None else element.index
    return changed(element, prefix=says.device, index=index)


def _of_text(text: str, topic: str | None) -> Iterator[Element]:
    plain = text.strip()
    folded = plain.lower()  # Looking for a word first spares most texts the expressions.
    if folded == "heartbeat":
        yield Element(HEARTBEAT)
    elif plain.startswith("event_type:"):
        yield from _of_value(_of_yaml(plain), topic)
    elif "code=" in folded and (heads := _heads(plain)):
        yield from _of_stream(plain, heads)
    elif "Events[" in plain and _KEYED_LINE.search(plain) is not None:
        yield from _of_lines(plain)
    elif plain:
        for document in documents(plain):
            yield from _of_value(document, topic)


def _of_yaml(text: str) -> Any:
    """What Home Assistant shows of its event bus: YAML without anchors."""
    if len(text) > YAML_CHARS_MAX or re.search(r"(?:^|\s)[&*]\w", text):
        raise Unreadable("is YAML with anchors, or too long", "$")
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Unreadable("begins like a Home Assistant event and is not YAML", "$") from error


def _heads(text: str) -> list[re.Match[str]]:
    """Where events begin in a text, up to one more than may be."""
    if not text.isascii():  # Folding moves other texts.
        return list(islice(_HEAD.finditer(text), ELEMENTS_MAX + 1))
    found: list[re.Match[str]] = []
    folded = text.lower()
    at = folded.find("code=")
    while at >= 0 and len(found) <= ELEMENTS_MAX:
        head = _HEAD.match(text, at)
        if head is not None:
            found.append(head)
        at = folded.find("code=", head.end() if head else at + 1)
    return found


def _of_stream(text: str, heads: list[re.Match[str]]) -> Iterator[Element]:
    """`Code=X;action=Y;index=N;data={…}`, one or several, the data over many lines."""
    _count(heads)
    left = TOKENS_MAX
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        rest = text[head.end() : following.start() if following else len(text)]
        data = _DATA.search(rest)
        index = _INDEX.match(rest)
        number = whole(index[1]) if index else None
        found = value_at(rest, data.end(), left) if data else _NOTHING
        left -= found.tokens
        yield Element(head[1], head[2].capitalize(), number, *_data(found.value))


def _of_lines(text: str) -> Iterator[Element]:
    """`Events[0].Key.Key[1]=value` lines, as snapManager writes them."""
    events: dict[int, dict[str, Any]] = {}
    for line in _KEYED_LINE.finditer(text):
        number, path, value = line.groups()
        _put(events.setdefault(int(number), {}), path, value.strip())
        _count(events)
    for event in events.values():
        base = table(event.pop("EventBaseInfo", None))
        yield _single({**event, **base, "Data": _with_lists(event)}, None)


def _put(event: dict[str, Any], path: str, value: str) -> None:
    """Set a value at a path. Rows of a list are kept under their number, as dict keys."""
    steps = [name or number for name, number in _KEY_STEP.findall(path)]
    if not steps or len(steps) > KEY_DEPTH_MAX:
        raise Unreadable(f"key {path[:40]!r} goes too deep", "$")
    spot = event
    for step in steps[:-1]:
        inner = spot.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        spot = inner
    spot[steps[-1]] = value


def _with_lists(value: Any) -> Any:
    """The value with its numbered rows as lists."""
    if not isinstance(value, dict):
        return value
    inner = {key: _with_lists(part) for key, part in value.items()}
    return list(inner.values()) if all(key.isdecimal() for key in inner) else inner


def _of_value(value: Any, topic: str | None) -> Iterator[Element]:
    """The events of a parsed value, by the shape of it."""
    if isinstance(value, list):
        _count(value)
        for row in value:
            yield from _of_value(row, topic)
    elif not isinstance(value, dict):
        raise Unreadable("holds no event object", "$")
    elif "method" in value or {"result", "session"} <= value.keys():
        yield from _of_dhip(value)
    elif isinstance(value.get("Events"), list):
        yield from _of_push(value)
    elif value.get("event_type") is not None and isinstance(value.get("data"), dict):
        yield from _of_home_assistant(value)
    elif {"door", "isLocked"} <= value.keys():
        yield Element(LOCK_TIMER, "State", whole(value.get("door")), value)
    else:
        yield _single(value, topic)


def _of_dhip(value: dict[str, Any]) -> Iterator[Element]:
    """A DHIP message: events, or an answer, which only shows that the device lives."""
    method = said(value.get("method"))
    if method is None:
        yield Element(HEARTBEAT)
        return
    if method != "client.notifyEventStream":
        raise Unreadable(f"DHIP method {method[:64]!r} tells no event", "$.method")
    rows = tables(table(value.get("params")).get("eventList"))
    _count(rows)
    for row in rows:
        yield _single(row, None)


def _of_push(value: dict[str, Any]) -> Iterator[Element]:
    """The body of an event or picture upload: a list of events, and when and from whom."""
    _count(value["Events"])
    around = {key: part for key, part in value.items() if not isinstance(part, list | dict)}
    for row in tables(value["Events"]):
        element = _single({**around, **row}, None)
        yield changed(element, told=said(value.get("Time", value.get("TIme"))))


def _of_home_assistant(value: dict[str, Any]) -> Iterator[Element]:
    """An event of a Home Assistant bus, where an integration put the device's event."""
    yield changed(_single(value["data"], None), fired=bridge_time(value.get("time_fired")))


def _single(value: Mapping[str, Any], topic: str | None) -> Element:
    """One event object. Bridges may leave the code to the topic, and members without `Data`."""
    data = value.get("Data", value.get("data"))
    action = said(value.get("Action", value.get("action"))) or "Pulse"
    names = {key: part for key, part in value.items() if key not in _EVENT_KEYS}
    code = said(value.get("Code", value.get("code"))) or topic
    code = code or code_of_content(action, data, names)
    if code is None:
        raise Unreadable("holds no event code; if a bridge's topic does, give the topic", "$.Code")
    index = value.get("Index", value.get("index", value.get("Channel")))
    content = _data(names if data is None else data)
    return Element(code, action.capitalize(), whole(index), *content, names=names)


def _data(data: Any) -> tuple[Mapping[str, Any], tuple[Mapping[str, Any], ...]]:
    """An event's `Data` and its rows: an object, a list of them, or either as a text."""
    if isinstance(data, str):
        data = documents(data)[0] if data.lstrip()[:1] in ("{", "[") else {}
    if isinstance(data, dict):
        return data, ()
    rows = tuple(tables(data)[:ROWS_MAX]) if isinstance(data, list) else ()
    return (rows[0] if rows else {}), rows
