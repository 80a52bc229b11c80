"""Addresses: how an operator's mapping says where in a message a value stands.

Four forms, and no expression beyond them:

- `$.door.id`, `$.list[0]`, `$['odd name']`: a value in JSON, from the top of the payload;
- `@.id`: the same, from the element that `each` is at;
- a bare word: a column of CSV, or a key of key=value lines;
- `topic[1]`: a level of the MQTT topic, counted from 0 (`topic[-1]` is the last);
- `=text`: that text itself.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

_STEP = re.compile(r"\.([^.\[\]'\s]+)|\[(-?\d+)\]|\['([^']+)'\]")
_TOPIC = re.compile(r"^topic\[(-?\d+)\]$")

Kind = Literal["root", "element", "column", "topic", "constant"]
Step = str | int


@dataclass(frozen=True, slots=True)
class Frame:
    """One record of a payload, ready to be asked.

    `root` is the whole JSON payload, `element` what `each` is at (the same where there is no
    `each`), `columns` the cells of a line by name. `where` is the record's own path for messages.
    """

    topic: tuple[str, ...]
    root: Any = None
    element: Any = None
    columns: Mapping[str, str] = field(default_factory=dict)
    where: str = "$"


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed address."""

    text: str
    kind: Kind
    steps: tuple[Step, ...] = ()

    def path(self, frame: Frame) -> str:
        """Where it stands in this payload, for a person who looks for it."""
        if self.kind == "element":
            return frame.where + self.text[1:]
        return f"{frame.where}, {self.text}" if self.kind == "column" else self.text


def parse_address(text: str) -> Address:
    """The address a text writes. Raises ValueError that says how to write one."""
    if text.startswith("="):
        return Address(text, "constant", (text[1:],))
    if found := _TOPIC.match(text):
        return Address(text, "topic", (int(found[1]),))
    if text[:1] in ("$", "@"):
        return Address(text, "root" if text[0] == "$" else "element", _steps(text))
    if not text.strip():
        raise ValueError("is empty; write $.name, a column, topic[1] or =constant")
    return Address(text, "column", (text,))


def _steps(text: str) -> tuple[Step, ...]:
    steps: list[Step] = []
    at = 1
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            raise ValueError(
                f"{text!r} is no path at {text[at:]!r}; write it like $.door.id or $.list[0]"
            )
        name, index, quoted = found.groups()
        steps.append(int(index) if index is not None else name or quoted)
        at = found.end()
    return tuple(steps)


def finder(address: Address) -> Callable[[Frame], Any]:
    """A function from a record to the value at the address, None where it has none."""
    steps = address.steps
    match address.kind:
        case "constant":
            return lambda frame: steps[0]
        case "topic":
            return lambda frame: _walk(frame.topic, steps)
        case "column":
            name = str(steps[0])
            return lambda frame: frame.columns.get(name) or None
        case "element":
            return lambda frame: _walk(frame.element, steps)
        case _:
            return lambda frame: _walk(frame.root, steps)


def _walk(value: Any, steps: tuple[Step, ...]) -> Any:
    for step in steps:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        else:
            listed = isinstance(value, list | tuple) and -len(value) <= step < len(value)
            value = value[step] if listed else None
        if value is None:
            return None
    return value
