"""What an operator's rule may look at: the fields of events, and what stands in each. Pure.

Personal values are not among them: a subject is a pseudonym and good for telling two apart only,
and what people keep in lists (watch entries, the register) is no matter of such rules.
"""

from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from schemas.event_data import EventData
from schemas.local_time import WEEKDAYS
from schemas.place import PlaceKind

FieldKind = Literal["text", "number", "flag", "texts", "table", "place", "time"]
NOT_FOR_RULES = frozenset({"clock.ticked", "config.activated", "register.changed", "watch.changed"})
"""What the program writes itself, and what named people alone may see."""
_HIDDEN = frozenset({"plate", "sealed", "pictures", "person"})


@dataclass(frozen=True, slots=True)
class RuleField:
    """One field: what stands in it, and its words where only some are possible."""

    name: str
    kind: FieldKind
    choices: tuple[str, ...] = ()


@cache
def rule_types() -> tuple[str, ...]:
    """The event types that rules may look at."""
    return tuple(sorted(EventData.TYPES.keys() - NOT_FOR_RULES))


_COMMON = {
    field.name: field
    for field in (
        RuleField("subject", "text"),
        RuleField("device", "text"),
        RuleField("place", "place"),
        RuleField("place_kind", "text", get_args(PlaceKind)),
        RuleField("key_place", "flag"),
        RuleField("channel", "text"),
        RuleField("direction", "text", ("in", "out")),
        RuleField("confidence", "number"),
        RuleField("sequence", "number"),
        RuleField("native", "text"),
        RuleField("adapter", "text"),
        RuleField("time", "time"),
        RuleField("weekday", "text", WEEKDAYS),
    )
}
"""The fields of every event; `time` and `weekday` are the estate's wall clock."""


@cache
def rule_fields(word: str) -> dict[str, RuleField]:
    """The fields of one event type, by name."""
    model = EventData.TYPES[word]
    own = set(model.model_fields) - set(EventData.model_fields) - _HIDDEN
    found = (_field(name, model.model_fields[name].annotation) for name in sorted(own))
    types = RuleField("type", "text", rule_types())
    return {"type": types} | _COMMON | {field.name: field for field in found if field is not None}


@cache
def all_rule_fields() -> dict[str, RuleField]:
    """Every field of any type; words of one name in several types together."""
    found: dict[str, RuleField] = {}
    for word in rule_types():
        for name, field in rule_fields(word).items():
            known = found.get(name, field)
            choices = tuple(dict.fromkeys((*known.choices, *field.choices)))
            found[name] = RuleField(name, field.kind, choices)
    return found


def _field(name: str, annotation: Any) -> RuleField | None:
    """A field by its type in the model; None for what holds no plain value."""
    if get_origin(annotation) in (Union, UnionType):
        inner = [arg for arg in get_args(annotation) if arg is not type(None)]
        annotation = inner[0] if len(inner) == 1 else None
    if get_origin(annotation) is Literal:
        return RuleField(name, "text", get_args(annotation))
    if get_origin(annotation) is dict:
        return RuleField(name, "table")
    if annotation == tuple[str, ...]:
        return RuleField(name, "texts")
    kinds: dict[Any, FieldKind] = {str: "text", int: "number", float: "number", bool: "flag"}
    kind = kinds.get(annotation)
    return None if kind is None else RuleField(name, kind)
