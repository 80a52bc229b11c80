"""What makes a situation of readings: the words of Sigma's correlation rules, and `absent`. Pure.

`event_count`, `value_count`, `temporal`, `temporal_ordered`, `group-by`, `timespan` and `condition`
mean what Sigma means by them. `absent` (A, and no B within the timespan), `without` and `renew` are
ours.

https://github.com/SigmaHQ/sigma-specification (correlation rules, 2.1)
"""

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic import ValidationError as Invalid
from pydantic_core import InitErrorDetails, PydanticCustomError

from schemas.base import MS_PER_S, Model
from schemas.rule_fields import all_rule_fields
from schemas.selection import Loc

COUNT_MAX = 1000
"""The highest count: a key's state holds as many readings."""
STEPS_MAX = 10
SPAN_MAX_D = 366
DAY_MS = 86_400 * MS_PER_S
UNITS_MS = {"s": MS_PER_S, "m": 60 * MS_PER_S, "h": 3600 * MS_PER_S, "d": DAY_MS}
LEVELS = ("door", "lane", "zone", "gate", "building", "unit", "dwelling")
"""Places that one may group by: the nearest of the kind that the reading's place stands in."""
GROUPS = frozenset({"plate", "subject", "device", "place", *LEVELS})

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Timespan = Annotated[
    str, Field(pattern=r"^[1-9][0-9]{0,6}[smhd]$", description="A number and s, m, h or d: 90s, 7d")
]


def span_ms(timespan: str) -> int:
    """A timespan in milliseconds."""
    return int(timespan[:-1]) * UNITS_MS[timespan[-1]]


def located(faults: Iterable[tuple[Loc, str]]) -> Invalid:
    """A validation error whose faults point below the model that raises it."""
    details = [
        InitErrorDetails(
            type=PydanticCustomError("rule", "{what}", {"what": what}), loc=loc, input=None
        )
        for loc, what in faults
    ]
    return Invalid.from_exception_data("rule", details)


class Condition(Model):
    """How many there must be; all that is said must hold. `field`: whose values are counted."""

    field: str | None = None
    gt: int | None = Field(default=None, ge=0, lt=COUNT_MAX)
    gte: int | None = Field(default=None, ge=1, le=COUNT_MAX)
    lt: int | None = Field(default=None, ge=2, le=COUNT_MAX)
    lte: int | None = Field(default=None, ge=1, le=COUNT_MAX)
    eq: int | None = Field(default=None, ge=1, le=COUNT_MAX)
    neq: int | None = Field(default=None, ge=1, le=COUNT_MAX)

    def holds(self, count: int) -> bool:
        """Whether a count fulfils it."""
        return (
            (self.gt is None or count > self.gt)
            and (self.gte is None or count >= self.gte)
            and (self.lt is None or count < self.lt)
            and (self.lte is None or count <= self.lte)
            and (self.eq is None or count == self.eq)
            and (self.neq is None or count != self.neq)
        )

    @property
    def at_least(self) -> int | None:
        """The count from which on it holds, whatever comes; None where more may end it."""
        if (self.lt, self.lte, self.eq, self.neq) != (None, None, None, None):
            return None
        return max(self.gte or 1, 1 if self.gt is None else self.gt + 1)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if (self.gt, self.gte, self.lt, self.lte, self.eq, self.neq) == (None,) * 6:
            raise ValueError("says no number; add one, as gte: 3")
        if not any(map(self.holds, range(1, COUNT_MAX + 2))):
            raise ValueError("no number fulfils all of it; mend one of the two")
        return self


class Correlation(Model):
    """What makes a situation of the selected readings.

    `rules` are selections by name. `group-by`: readings that agree in all of these belong together.
    `without`: selections a reading of which makes everything before it forgotten. `renew` (absent):
    each further reading of the first selection begins the wait anew.
    """

    type: Literal["event_count", "value_count", "temporal", "temporal_ordered", "absent"]
    rules: tuple[Name, ...] = Field(min_length=1, max_length=STEPS_MAX)
    group_by: tuple[str, ...] = Field(default=(), alias="group-by")
    timespan: Timespan
    condition: Condition | None = None
    without: tuple[Name, ...] = ()
    renew: bool = False

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if faults := list(_correlation_faults(self)):
            raise located(faults)
        return self


def _correlation_faults(told: Correlation) -> Iterator[tuple[Loc, str]]:
    if span_ms(told.timespan) > SPAN_MAX_D * DAY_MS:
        yield ("timespan",), f"is longer than {SPAN_MAX_D}d; nothing is remembered for so long"
    for index, name in enumerate(told.group_by):
        field = all_rule_fields().get(name)
        if name not in GROUPS and (field is None or field.kind in ("time", "texts", "table")):
            have = ", ".join(sorted(GROUPS))
            yield ("group-by", index), f"{name!r} is nothing to group by; {have}, or a field"
    if told.renew and told.type != "absent":
        yield ("renew",), "is for absent alone; take it out"
    if told.without and told.type == "absent":
        yield ("without",), "is not for absent: what ends the wait stands in rules, from the second"
    yield from _count_faults(told)


def _count_faults(told: Correlation) -> Iterator[tuple[Loc, str]]:
    counts = told.type in ("event_count", "value_count")
    condition = told.condition
    if condition is None:
        if counts:
            yield ("condition",), "is missing; add it, as condition: {gte: 3}"
    elif told.type in ("temporal_ordered", "absent"):
        yield ("condition",), f"is not for {told.type}; take it out"
    elif told.type == "temporal" and not 1 <= (condition.at_least or 0) <= len(set(told.rules)):
        yield ("condition",), "must ask for so many of the rules, as gte: 2"
    if not counts and len(told.rules) < 2:
        yield ("rules",), f"{told.type} needs two names or more"
    field = condition.field if condition else None
    if told.type == "value_count" and field is None and condition is not None:
        yield ("condition", "field"), "is missing; name the field whose values are counted"
    elif field is not None and told.type != "value_count":
        yield ("condition", "field"), "is for value_count alone; take it out"
    elif field is not None and field not in all_rule_fields() and field not in GROUPS:
        yield ("condition", "field"), f"{field!r} is no field of any event"
