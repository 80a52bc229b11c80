"""The score: what was made to happen against what was told. Pure; knows alerts and truths alone."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bench.oracle.truth import SLACK_MS, Expected
from schemas.alerts import Alert

Names = Callable[[Expected], frozenset[str]]
RECALL_MIN, PRECISION_MIN = 0.99, 0.95
FOREVER = 2**53


@dataclass(slots=True)
class RuleScore:
    """One situation: how many were to be found and were, were told and should have been."""

    expected: int = 0
    found: int = 0
    told_wrong: int = 0
    """Found, but with another severity, delivery or first handler than the catalogue's."""
    alerts: int = 0
    true: int = 0
    missed: list[Expected] = field(default_factory=list)
    false: list[Alert] = field(default_factory=list)
    odd: list[tuple[Expected, Alert]] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """The share of what was to be found."""
        return self.found / self.expected if self.expected else 1.0

    @property
    def precision(self) -> float:
        """The share of alerts behind which something stands."""
        return self.true / self.alerts if self.alerts else 1.0


def score(
    alerts: Iterable[Alert], expected: Iterable[Expected], names: Names
) -> dict[str, RuleScore]:
    """The scores by situation. Alerts kept with a cause were told to nobody and do not count."""
    by_rule: dict[str, list[Alert]] = defaultdict(list)
    for alert in alerts:
        by_rule[alert.rule].append(alert)
    wanted: dict[str, list[Expected]] = defaultdict(list)
    for one in expected:
        wanted[one.rule].append(one)
    return {
        rule: _of_rule(by_rule[rule], wanted[rule], names) for rule in sorted({*by_rule, *wanted})
    }


def _of_rule(alerts: list[Alert], wanted: list[Expected], names: Names) -> RuleScore:
    found = RuleScore()
    told = [alert for alert in alerts if alert.suppressed is None]
    for one in (w for w in wanted if w.kind == "incident"):
        found.expected += 1
        fitting = [alert for alert in told if is_of(alert, one, names)]
        if not fitting:
            found.missed.append(one)
            continue
        found.found += 1
        if not any(as_told(alert, one) for alert in fitting):
            found.told_wrong += 1
            found.odd.append((one, fitting[0]))
    found.alerts = len(told)
    for alert in told:
        if any(is_of(alert, one, names) for one in wanted):
            found.true += 1
        else:
            found.false.append(alert)
    return found


def is_of(alert: Alert, one: Expected, names: Names) -> bool:
    """Whether an alert is of this truth: opened in its time, or open then and told of it."""
    if one.places and alert.place not in one.places:
        return False
    subjects = names(one)
    if subjects and alert.subject is not None and alert.subject not in subjects:
        return False
    if one.afterwards not in (None, alert.found_afterwards) and one.kind == "incident":
        return False
    if one.began - SLACK_MS <= alert.opened_at <= one.until:
        return True
    ends = FOREVER if alert.cleared_at is None else alert.cleared_at
    return alert.opened_at < one.began <= min(ends, alert.updated_at) + SLACK_MS


def as_told(alert: Alert, one: Expected) -> bool:
    """Whether it was told as the catalogue says, where the truth names that."""
    pairs = (
        (one.severity, alert.severity), (one.delivery, alert.delivery),
        (one.handler, alert.handler),
    )  # fmt: skip
    return all(want is None or want == got for want, got in pairs)


def overall(scores: Iterable[RuleScore]) -> tuple[float, float]:
    """Recall and precision over all situations together."""
    whole = list(scores)
    wanted, found = sum(s.expected for s in whole), sum(s.found for s in whole)
    told, true = sum(s.alerts for s in whole), sum(s.true for s in whole)
    return found / max(1, wanted), true / max(1, told)
