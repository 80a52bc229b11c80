"""Clocks and ladders: how long a case may stand at a stage, and who is told then."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import Field, model_validator

from console.lifecycle.facts import Case
from console.lifecycle.table import FlowName, Role
from schemas.alerts import Delivery, Handler, Severity
from schemas.base import Model, Words
from schemas.local_time import PART_OF_DAY, WEEKDAYS, is_between, local_hour

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
TreeName = Literal["police", "civil", "property"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Period(Model):
    """How long a case may stand where all that is named agrees; 0: as long as it likes."""

    states: tuple[str, ...] = ()
    flow: FlowName | None = None
    severity: Severity | None = None
    delivery: Delivery | None = None
    kind: str | None = None
    area: str | None = None
    minutes: float = Field(ge=0)

    def holds(self, case: Case) -> bool:
        """Whether it is about a case as it stands. What rings nobody is as good as in a list."""
        delivery = "list" if case.quiet else case.delivery
        return (
            (not self.states or case.state in self.states)
            and self.flow in (None, case.flow)
            and self.severity in (None, case.severity)
            and self.delivery in (None, delivery)
            and self.kind in (None, case.kind)
            and (self.area is None or self.area in case.areas)
        )

    def weight(self, case: Case) -> tuple[bool, int, bool, int]:
        """Which of two holds: the one that weighs more."""
        near = -case.areas.index(self.area) if self.area is not None else -len(case.areas) - 1
        named = (self.flow, self.severity, self.delivery)
        return (bool(self.states), near, self.kind is not None, sum(n is not None for n in named))


class Hours(Model):
    """Office hours, for an area or for all; over midnight where they end before they begin."""

    part: str = Field(pattern=PART_OF_DAY)
    days: tuple[Weekday, ...] = WEEKDAYS  # type: ignore[assignment]
    area: str | None = None

    def hold(self, at: int, timezone: str) -> bool:
        """Whether the office is manned at an instant (ms)."""
        time, weekday = local_hour(at, timezone)
        begins, _, ends = self.part.partition("-")
        return weekday in self.days and is_between(time, begins, ends)


class RungRule(Model):
    """One rung of a ladder: the level, whose node of the site it is, and the role it falls to."""

    level: str
    node: str
    group: Role
    after_hours: str | None = None


class Ladder(Model):
    """Whose cases climb here, and its rungs from near to far."""

    handlers: tuple[Handler, ...]
    rungs: tuple[RungRule, ...] = Field(min_length=1)


class Rung(Model):
    """A rung as one case has it: the level's name and the node's id, "" where the site has none."""

    level: str
    node: str
    group: Role


class Clocks(Model):
    """Everything that `clocks.yaml` says."""

    hours: tuple[Hours, ...]
    shelf_hours_max: float = Field(gt=0)
    extension_share_max: float = Field(gt=0)
    climb_minutes: float = Field(ge=0)
    periods: tuple[Period, ...]
    trees: dict[TreeName, Ladder]
    levels: dict[str, Words]

    @model_validator(mode="after")
    def _covers(self) -> "Clocks":
        """Every level has a name, and no handler climbs two ladders."""
        rungs = [rung for ladder in self.trees.values() for rung in ladder.rungs]
        named = {rung.level for rung in rungs} | {r.after_hours for r in rungs if r.after_hours}
        if unknown := named - set(self.levels):
            raise ValueError(f"levels without a name: {', '.join(sorted(unknown))}")
        handlers = [handler for ladder in self.trees.values() for handler in ladder.handlers]
        if len(handlers) != len(set(handlers)):
            raise ValueError("a handler stands in two trees; leave it in one")
        return self

    def period_ms(self, case: Case) -> int | None:
        """How long a case may stand as it stands, in ms; None: no clock runs."""
        holding = [period for period in self.periods if period.holds(case)]
        if not holding:
            return None
        # max() keeps the first of equals, and the later shall hold.
        minutes = max(reversed(holding), key=lambda period: period.weight(case)).minutes
        return round(minutes * MINUTE_MS) or None

    def climb_ms(self, case: Case) -> int | None:
        """After how long the next rung is told."""
        return round(self.climb_minutes * MINUTE_MS) or self.period_ms(case)

    def tree_of(self, handler: Handler) -> TreeName:
        """The tree that cases of a first handler climb."""
        for name, ladder in self.trees.items():
            if handler in ladder.handlers:
                return name
        return "civil"

    def rung_words(self, told: str, estate: str) -> Words:
        """The rung that an act of climbing names, `LEVEL` or `LEVEL:NODE`, for people.

        A node is a name, but for the property's, whose node is the estate's id.
        """
        level, _, node = told.partition(":")
        words = self.levels.get(level, Words(zh=level, en=level))
        if node in ("", estate):
            return words
        return Words(zh=f"{words.zh} {node}", en=f"{words.en} {node}")

    def is_manned(self, at: int, areas: Iterable[str], timezone: str) -> bool:
        """Whether the office of these areas is manned at an instant; the nearest one's hours."""
        for area in (*areas, None):
            some = [hours for hours in self.hours if hours.area == area]
            if some:
                return any(hours.hold(at, timezone) for hours in some)
        return True

    def ladder(self, case: Case, *, manned: bool) -> tuple[Rung, ...]:
        """The rungs of a case from near to far; levels that its site does not have are left out.

        Where the site tells nothing of the tree, all levels stand without a node. After hours the
        first of the police is the station's duty room.
        """
        rules = self.trees[self.tree_of(case.handler)].rungs
        there = [rule for rule in rules if rule.node in case.nodes]
        # Its estate is all that is known of a case without a site.
        known = there if any(rule.node != "estate" for rule in there) else rules
        rungs = [_rung(rule, case.nodes) for rule in known]
        first = known[0]
        if not manned and first.after_hours is not None:
            node = rungs[1].node if len(rungs) > 1 else rungs[0].node
            rungs[0] = Rung(level=first.after_hours, node=node, group=first.group)
        return tuple(rungs)


def _rung(rule: RungRule, nodes: Mapping[str, str]) -> Rung:
    return Rung(level=rule.level, node=nodes.get(rule.node, ""), group=rule.group)


class ClockChange(Model):
    """An operator's own clocks: what is not named stays as shipped."""

    hours: tuple[Hours, ...] | None = None
    shelf_hours_max: float | None = Field(default=None, gt=0)
    extension_share_max: float | None = Field(default=None, gt=0)
    climb_minutes: float | None = Field(default=None, ge=0)
    periods: tuple[Period, ...] = ()


def changed(clocks: Clocks, change: ClockChange) -> Clocks:
    """The clocks with an operator's own: his periods come after ours, the rest replaces ours."""
    given = {name: value for name, value in change if value is not None and name != "periods"}
    return clocks.model_copy(update=given | {"periods": clocks.periods + change.periods})


@cache
def shipped_clocks() -> Clocks:
    """The clocks of this program."""
    text = files("console.lifecycle").joinpath("clocks.yaml").read_text(encoding="utf-8")
    return Clocks.model_validate(yaml.safe_load(text))
