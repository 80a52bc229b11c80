"""Whether a reading is one that a selection means: compiled once, asked of each event.

As in Sigma, texts are compared without regard to case (`cased` does otherwise), numbers and texts
that read alike are alike, and a field that is not there fits nothing.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from schemas.events import Event
from schemas.local_time import is_between, local_hour
from schemas.place import EstateConfig
from schemas.safe_pattern import LOOKED_AT_MAX, plain_text, wildcard_pattern
from schemas.selection import COMPARE, Line, Map, Scalar

REMEMBERED_MAX = 1024
"""Values of a line whose answer is kept; of subjects, which are without number, the last."""
Matches = Callable[[Event, EstateConfig], bool]
Fits = Callable[[Any], bool]
Reads = Callable[[Event, EstateConfig], Any]


def fold(value: Any) -> str:
    """One text for what a person would call the same value: 1 and 1.0, true and True."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def compiled(maps: Sequence[Map]) -> Matches:
    """Whether one of these maps holds for an event."""
    each = tuple(_map(one) for one in maps)
    if len(each) == 1:
        return each[0]
    return lambda event, config: any(matches(event, config) for matches in each)


def _map(told: Map) -> Matches:
    types = told.types
    lines = tuple(line_matches(line) for line in told.lines if line.field != "type")
    excluded = compiled(told.excluded) if told.excluded else None

    def matches(event: Event, config: EstateConfig) -> bool:
        if event.type not in types:
            return False
        for line in lines:
            if not line(event, config):
                return False
        return excluded is None or not excluded(event, config)

    return matches


def line_matches(line: Line) -> Matches:
    """Whether one line of a map holds for an event."""
    if line.field == "time":
        return _at_time(line)
    if "below" in line.modifiers:
        return _below(line)
    reads, fits = reader(line.field, line.rest), _fits(line)

    def matches(event: Event, config: EstateConfig) -> bool:
        return fits(reads(event, config))

    return matches


def _at_time(line: Line) -> Matches:
    parts = tuple(tuple(str(value).split("-")) for value in line.values)
    meant = "neq" not in line.modifiers

    def matches(event: Event, config: EstateConfig) -> bool:
        time = local_hour(event.at, config.timezone).time
        return any(is_between(time, begins, ends) for begins, ends in parts) is meant

    return matches


def _below(line: Line) -> Matches:
    names = frozenset(map(str, line.values))
    every = "all" in line.modifiers

    def matches(event: Event, config: EstateConfig) -> bool:
        met = names & {node.id for node in config.lineage(event.data.place)}
        return met == names if every else bool(met)

    return matches


def reader(field: str, rest: str = "") -> Reads:
    """What stands in a field of an event; None where nothing does."""
    match field:
        case "subject":
            return lambda event, config: event.subject
        case "place_kind":
            return lambda event, config: config.kind_of(event.data.place)
        case "key_place":
            return lambda event, config: config.is_key(event.data.place)
        case "weekday":
            return lambda event, config: local_hour(event.at, config.timezone).weekday
    if rest:
        return lambda event, config: (getattr(event.data, field, None) or {}).get(rest)
    return lambda event, config: getattr(event.data, field, None)


def _fits(line: Line) -> Fits:
    """Whether a field's value is meant; of several values in one field one is enough."""
    if "exists" in line.modifiers:
        wanted = bool(line.values[0])
        return lambda found: (found is not None and found != ()) is wanted
    one, meant = _one_fits(line), "neq" not in line.modifiers

    def fits(found: Any) -> bool:
        if isinstance(found, tuple):
            return any(map(one, found)) is meant
        return (found is not None and one(found)) is meant

    return fits


def _one_fits(line: Line) -> Fits:
    if compare := line.modifiers & COMPARE:
        (sign,) = compare
        return _compares(sign, line.values)
    tests = tuple(_test(line.modifiers, value) for value in line.values)
    together = all if "all" in line.modifiers else any
    cased = "cased" in line.modifiers or "re" in line.modifiers

    def fits(found: Any) -> bool:
        text = fold(found)[:LOOKED_AT_MAX]
        text = text if cased else text.casefold()
        return together(test(text) for test in tests)

    # Devices, gates and types are few and come again and again.
    return lru_cache(maxsize=REMEMBERED_MAX, typed=True)(fits)


def _compares(sign: str, values: Sequence[Scalar]) -> Fits:
    bounds = [float(value) for value in values]

    def fits(found: Any) -> bool:
        if isinstance(found, bool) or not isinstance(found, int | float):
            return False
        match sign:
            case "gt":
                return any(found > bound for bound in bounds)
            case "gte":
                return any(found >= bound for bound in bounds)
            case "lt":
                return any(found < bound for bound in bounds)
        return any(found <= bound for bound in bounds)

    return fits


def _test(modifiers: frozenset[str], value: Scalar) -> Callable[[str], bool]:
    """Whether a text, folded already if case does not matter, fits one value."""
    text = fold(value)
    if "re" in modifiers:
        found = re.compile(text, re.IGNORECASE if "i" in modifiers else 0)
        return lambda told: found.search(told) is not None
    wild = wildcard_pattern(text)
    flags = re.DOTALL | (0 if "cased" in modifiers else re.IGNORECASE)
    plain = plain_text(text) if "cased" in modifiers else plain_text(text).casefold()
    if "contains" in modifiers:
        return _wild(f".*{wild}.*", flags) if wild else lambda told: plain in told
    if "startswith" in modifiers:
        return _wild(f"{wild}.*", flags) if wild else lambda told: told.startswith(plain)
    if "endswith" in modifiers:
        return _wild(f".*{wild}", flags) if wild else lambda told: told.endswith(plain)
    return _wild(wild, flags) if wild else lambda told: told == plain


def _wild(pattern: str, flags: int) -> Callable[[str], bool]:
    found = re.compile(pattern, flags)
    return lambda told: found.fullmatch(told) is not None
