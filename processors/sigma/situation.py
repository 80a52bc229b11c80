"""What all kinds of own rules share: the document compiled, its words, and the alerts it raises."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from string import Template
from typing import NamedTuple

from processors.core.effects import OpenAlert, evidence
from processors.core.rule import Params, Scope, Situation
from processors.core.words import span_words
from processors.sigma.grouping import ScopeOf, grouped, names_one
from processors.sigma.match import Matches, compiled
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.correlation import span_ms
from schemas.events import Event
from schemas.operator_rule import OperatorRule
from schemas.place import EstateConfig

FORGET, JUDGE = "forget", "judge"
"""Names of deadlines: what lies too far back is let go; the time is up."""
ITEMS_MAX = 20
"""Readings of which the whole is kept for an alert; of older ones the count."""


ENDS = ("！", "？", "!", "?")


class OwnParams(Params):
    """`enabled` can be set for an estate or an area, like a shipped rule's."""

    enabled: bool = True


class OffParams(Params):
    """The same of a rule whose document says that it is off."""

    enabled: bool = False


class Telling(NamedTuple):
    """What an alert rests on: its readings, how many there were, and what it is named after.

    `told_at` is when it was told last (ms), 0 for never: while it stands only what is new is added.
    """

    items: tuple[Evidence, ...]
    number: int
    name: str
    told_at: int = 0


@dataclass(frozen=True)
class Compiled:
    """A document, ready to be asked."""

    rule: OperatorRule
    _last: list[tuple[Event, EstateConfig, frozenset[str]]] = field(default_factory=list)
    """The last reading asked about: first its group is asked for, then the rule is stepped."""

    @cached_property
    def matches(self) -> dict[str, Matches]:
        """Each selection, by name."""
        return {name: compiled(maps) for name, maps in self.rule.selections.items()}

    @cached_property
    def types(self) -> frozenset[str]:
        """The event types that some selection means."""
        maps = (one for maps in self.rule.selections.values() for one in maps)
        return frozenset(word for one in maps for word in one.types)

    @cached_property
    def span_ms(self) -> int:
        """How long readings belong together."""
        return span_ms(self.rule.correlation.timespan)

    @cached_property
    def _scope_of(self) -> ScopeOf:
        return grouped(self.rule.correlation.group_by, self.types)

    def met(self, event: Event, config: EstateConfig) -> frozenset[str]:
        """The selections that mean this reading."""
        for last, under, names in self._last:
            if last is event and under is config:
                return names
        names = frozenset(name for name, fits in self.matches.items() if fits(event, config))
        self._last[:] = [(event, config, names)]
        return names

    def scopes(self, event: Event, config: EstateConfig) -> tuple[Scope, ...]:
        """The one group of a reading that is meant; none for any other."""
        if self.rule.estates and event.estate not in self.rule.estates:
            return ()
        if not self.met(event, config):
            return ()
        scope = self._scope_of(event, config)
        return () if scope is None else (scope,)

    def item(self, met: frozenset[str], event: Event) -> Evidence | None:
        """The reading as evidence of the first selection of `rules` it meets."""
        step = next((name for name in self.rule.correlation.rules if name in met), None)
        return None if step is None else evidence(step, event)

    def empties(self, met: frozenset[str]) -> bool:
        """Whether the reading makes everything before it forgotten."""
        return not met.isdisjoint(self.rule.correlation.without)

    def alert(self, now: Situation, told: Telling) -> OpenAlert:
        """The alert of this group."""
        last = told.items[-1]
        one = names_one(self.rule.correlation.group_by)
        return OpenAlert(
            key=now.scope.id,
            place=last.place,
            detail=self._detail(now, told),
            evidence=self._new(now, told),
            subject=last.subject if one else None,
            identity=told.name,
            clear_after_ms=self.rule.clear_after_ms,
        )

    def _new(self, now: Situation, told: Telling) -> tuple[Evidence, ...]:
        if not told.told_at or now.at > told.told_at + self.rule.clear_after_ms:
            return told.items
        *before, last = told.items
        return (*(item for item in before if item.time > told.told_at), last)

    def _detail(self, now: Situation, told: Telling) -> Words:
        span = span_words(max(0, now.at - told.items[0].time))
        first, last = (now.config.place_name(told.items[at].place) for at in (0, -1))
        rule = self.rule
        zh = {"count": str(told.number), "span": span.zh, "first": first.zh, "last": last.zh}
        en = {"count": str(told.number), "span": span.en, "first": first.en, "last": last.en}
        return Words(
            zh=_sentences(
                (Template(rule.text.zh).substitute(zh), rule.check.zh, rule.do.zh), "。", ""
            ),
            en=_sentences(
                (Template(rule.text.en).substitute(en), rule.check.en, rule.do.en), ".", " "
            ),
        )


def _sentences(parts: Sequence[str], stop: str, between: str) -> str:
    whole = (part.strip().rstrip("。.") for part in parts)
    return between.join(part if part.endswith(ENDS) else part + stop for part in whole)
