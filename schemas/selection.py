"""Which readings an operator's rule means: Sigma's search expressions over fields of events. Pure.

A selection is a map, all of whose lines must hold, or a list of such maps, one of which must. A
line is `field|modifier: value`; of a list of values one must fit. `not:` holds what must not be so.

https://github.com/SigmaHQ/sigma-specification (detection and modifiers, 2.1)
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from schemas.local_time import PART_OF_DAY
from schemas.rule_fields import RuleField, rule_fields, rule_types
from schemas.safe_pattern import pattern_fault, wildcard_fault, wildcard_pattern

Scalar = str | int | float | bool
Loc = tuple[str | int, ...]
Faults = list[tuple[Loc, str]]

COMPARE = frozenset({"gt", "gte", "lt", "lte"})
TEXT = frozenset({"contains", "startswith", "endswith", "re"})
MODIFIERS = COMPARE | TEXT | {"neq", "exists", "all", "cased", "i", "below"}
"""Sigma's modifiers that are understood, and `below`: a place or anything that stands in it."""
_MAIN = COMPARE | TEXT | {"neq", "exists", "below"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a map: a field, its modifiers, its values.

    `rest` is what follows a dot in the field's name, `key` all that stands before the colon.
    """

    key: str
    field: str
    rest: str
    modifiers: frozenset[str]
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Map:
    """Lines that must all hold, and what must not be so. `types` are the event types it means."""

    lines: tuple[Line, ...]
    excluded: tuple["Map", ...]
    types: frozenset[str]


class SelectionFaults(ValueError):
    """What is wrong with a selection: paths below it, and words that say how to mend it."""

    def __init__(self, faults: Faults) -> None:
        """Keeps them in `faults`."""
        self.faults = faults
        super().__init__("; ".join(what for _, what in faults))


def read_selection(raw: Any) -> tuple[Map, ...]:
    """The maps of a selection, one of which must hold. Raises SelectionFaults with all of them."""
    faults: Faults = []
    found = tuple(_maps(raw, None, (), faults))
    if faults:
        raise SelectionFaults(faults)
    return found


def _maps(raw: Any, above: frozenset[str] | None, at: Loc, faults: Faults) -> Iterator[Map]:
    listed = raw if isinstance(raw, list | tuple) else [raw]
    if not listed:
        faults.append((at, "is empty; name what must be so"))
    for index, item in enumerate(listed):
        where = (*at, index) if listed is raw else at
        if not isinstance(item, Mapping) or not item:
            faults.append((where, "must hold lines like `type: door.opened`, or a list of such"))
        else:
            yield _map(item, above, where, faults)


def _map(raw: Mapping[Any, Any], above: frozenset[str] | None, at: Loc, faults: Faults) -> Map:
    lines = [
        line
        for key, value in raw.items()
        if key != "not" and (line := _line(str(key), value, (*at, str(key)), faults)) is not None
    ]
    types = _types(lines, above, at, faults)
    for line in lines:
        faults.extend(_line_faults(line, types, at))
    excluded = tuple(_maps(raw["not"], types, (*at, "not"), faults)) if "not" in raw else ()
    return Map(tuple(lines), excluded, types)


def _line(key: str, value: Any, at: Loc, faults: Faults) -> Line | None:
    name, *modifiers = key.split("|")
    field, _, rest = name.partition(".")
    values = tuple(value) if isinstance(value, list | tuple) else (value,)
    if unknown := [modifier for modifier in modifiers if modifier not in MODIFIERS]:
        faults.append((at, f"{unknown[0]!r} is no modifier; there are: {_listed(MODIFIERS)}"))
    elif not values or not all(isinstance(one, str | int | float | bool) for one in values):
        faults.append((at, "needs a value or a list of values; for none write |exists: false"))
    else:
        return Line(key, field, rest, frozenset(modifiers), values)
    return None


def _types(
    lines: list[Line], above: frozenset[str] | None, at: Loc, faults: Faults
) -> frozenset[str]:
    """The event types that the `type` lines leave; those of what it is taken from without any."""
    told = [line for line in lines if line.field == "type"]
    if above is None and not told:
        faults.append((at, "names no type; add one, as `type: door.opened`"))
    found = set(rule_types()) if above is None else set(above)
    for line in told:
        found &= {word for word in rule_types() if type_fits(line, word)}
    if told and not found:
        faults.append(((*at, "type"), "fits no event type; `smart-community adapters types` lists"))
    return frozenset(found)


def type_fits(line: Line, word: str) -> bool:
    """Whether a `type` line takes an event type."""
    if line.modifiers - {"startswith", "endswith", "contains", "neq"}:
        return False
    for value in map(str, line.values):
        fits = word == value or bool(re.fullmatch(wildcard_pattern(value) or r"(?!)", word))
        fits |= "startswith" in line.modifiers and word.startswith(value)
        fits |= "endswith" in line.modifiers and word.endswith(value)
        fits |= "contains" in line.modifiers and value in word
        if fits:
            return "neq" not in line.modifiers
    return "neq" in line.modifiers


def _line_faults(line: Line, types: frozenset[str], at: Loc) -> Faults:
    """What is wrong with a line for the types it is asked of."""
    where = (*at, line.key)
    fields = [rule_fields(word)[line.field] for word in types if line.field in rule_fields(word)]
    if types and not fields:
        known = sorted({name for word in types for name in rule_fields(word)})
        return [(where, f"is not a field of {_some(types)}; there are: {', '.join(known)}")]
    faults = [_modifier_fault(line), *(_kind_fault(line, field) for field in fields[:1])]
    choices = tuple(dict.fromkeys(choice for field in fields for choice in field.choices))
    closed = choices and all(field.choices for field in fields)
    asked = RuleField(line.field, fields[0].kind, choices if closed else ()) if fields else None
    faults += [_value_fault(line, value, asked) for value in line.values if asked]
    return [(where, what) for what in dict.fromkeys(faults) if what is not None]


def _modifier_fault(line: Line) -> str | None:
    main = line.modifiers & _MAIN
    if len(main) > 1:
        return f"{_listed(main)} do not go together; write two lines"
    if "i" in line.modifiers and "re" not in main:
        return "'i' goes with re alone; other comparisons take no notice of case anyway"
    if "all" in line.modifiers and (len(line.values) < 2 or not main & (TEXT | {"below"})):
        return "'all' needs a list of two values or more, and contains, startswith, endswith or re"
    if "exists" in main and (len(line.values) > 1 or not isinstance(line.values[0], bool)):
        return "exists needs true or false"
    return None


def _kind_fault(line: Line, field: RuleField) -> str | None:
    main = line.modifiers & _MAIN
    if bool(line.rest) != (field.kind == "table"):
        return "needs a name after a dot, as state.battery" if not line.rest else "has no parts"
    if main & COMPARE and field.kind not in ("number", "table"):
        return f"{_listed(main)} compares numbers, and here stands a text"
    if main & TEXT and field.kind in ("number", "flag", "time"):
        return f"{_listed(main)} compares texts; write the value alone"
    if "below" in main and field.kind != "place":
        return "below goes with place alone"
    if field.kind == "time" and main - {"neq"}:
        return "takes parts of the day alone, as 22:00-06:00"
    if field.kind == "flag" and "exists" not in main and not _all_are(line, bool):
        return "needs true or false"
    return None


def _all_are(line: Line, kind: type) -> bool:
    return all(isinstance(value, kind) for value in line.values)


def _value_fault(line: Line, value: Scalar, field: RuleField) -> str | None:
    main = line.modifiers & _MAIN
    if "exists" in main:
        return None
    if main & COMPARE:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return None if number else f"{value!r} is no number"
    if "re" in main:
        return pattern_fault(str(value))
    if field.kind == "time":
        known = re.fullmatch(PART_OF_DAY, str(value))
        return None if known else f"{value!r} is no part of the day; write 22:00-06:00, in quotes"
    if isinstance(value, bool):
        if field.kind in ("flag", "table"):
            return None
        return "YAML reads a bare yes, no, on or off as true or false; put it in quotes"
    if field.choices and not main - {"neq"} and not _is_among(str(value), field.choices):
        return f"{value!r} is not one of: {', '.join(field.choices)}"
    return wildcard_fault(str(value))


def _is_among(value: str, choices: tuple[str, ...]) -> bool:
    pattern = wildcard_pattern(value)
    if pattern is not None:
        return any(re.fullmatch(pattern, choice, re.IGNORECASE) for choice in choices)
    return value.casefold() in {choice.casefold() for choice in choices}


def _listed(words: frozenset[str]) -> str:
    return ", ".join(sorted(words))


def _some(types: frozenset[str]) -> str:
    return ", ".join(sorted(types)[:3]) + (" …" if len(types) > 3 else "")
