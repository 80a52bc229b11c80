"""Scenarios that cannot fail prove nothing: every parameter, changed a lot, breaks one of them.

Each rule runs with one parameter's default far too large, and far too small; at least one of its
scenarios must then fail. A parameter nobody would miss has no scenario, or no use. Conditions are
changed by the command `python -m tests.rules.mutate`, for a part of the rules here too.
"""

from dataclasses import replace
from typing import Any

import pytest

from processors.core.effects import SetDeadline
from processors.core.rule import Rule
from processors.rules.catalogue import shipped_rules
from tests.rules.mutate import Mutant, equivalents, fate, mutants, noticed_by, other_params

PARAMETERS = [(rule, name) for rule in shipped_rules().rules for name in rule.params.model_fields]


def survives(mutant: Rule) -> bool:
    """Whether no scenario of the rule notices the change."""
    return noticed_by(mutant) is None


@pytest.mark.parametrize(
    ("rule", "name"), PARAMETERS, ids=[f"{rule.id}.{name}" for rule, name in PARAMETERS]
)
def test_every_parameter_is_missed(rule: Rule, name: str) -> None:
    changed = [replace(rule, params=params) for params in other_params(rule.params, name)]
    assert changed, "no other value is allowed at all"
    assert not all(survives(mutant) for mutant in changed), "no scenario notices"


@pytest.mark.parametrize("rule", shipped_rules().rules, ids=lambda rule: rule.id)
def test_every_fact_of_a_rule_is_missed(rule: Rule) -> None:
    """Its level (where no entry of a list says it), its handler, its delivery, all it does."""
    changes: dict[str, Any] = {
        "severity": "orange" if rule.severity != "orange" else "blue",
        "handler": "mediator",
        "delivery": "statistic" if rule.delivery != "statistic" else "list",
        "step": lambda now, state, told: (state, ()),
    }
    if rule.id == "watchlist_hit":
        del changes["severity"]
    unmissed = [name for name, value in changes.items() if survives(replace(rule, **{name: value}))]
    assert not unmissed
    assert survives(rule)


INPUTS = [
    (r, word) for r in shipped_rules().rules for word in sorted(r.inputs) if len(r.inputs) < 40
]


@pytest.mark.parametrize(
    ("rule", "word"), INPUTS, ids=[f"{rule.id}.{word}" for rule, word in INPUTS]
)
def test_every_input_is_missed(rule: Rule, word: str) -> None:
    deaf = replace(rule, inputs=rule.inputs - {word})
    assert not survives(deaf), "no scenario notices that the rule does not look at it"


@pytest.mark.parametrize("name", ["duress", "fire_unlock", "intrusion", "blocked_credential"])
def test_every_condition_is_missed(name: str) -> None:
    """Here for short ones; the command does it for all."""
    for mutant in mutants(shipped_rules().by_id[name]):
        assert fate(mutant) is not None, mutant.name


def test_what_may_be_changed_of_a_rule() -> None:
    found = list(mutants(shipped_rules().by_id["overstay"], edges=True))
    assert {mutant.kind for mutant in found} == {"window", "condition", "edge"}
    names = {mutant.name for mutant in found}
    assert len(names) == len(found) > 60
    assert "parameter visitor_h" in names
    told = "\n".join(names)
    assert "self.until <= entered -> self.until > entered" in told
    assert "self.until <= entered -> self.until < entered" in told


def test_a_change_that_changes_nothing_survives_and_one_that_has_no_end_does_not() -> None:
    rule = shipped_rules().by_id["duress"]
    assert fate(Mutant("duress", "condition", "as it was", 0, lambda: [rule])) is None

    def without_end() -> list[Rule]:
        while True:
            pass

    assert fate(Mutant("duress", "condition", "endless", 0, without_end)) == "(Endless)"


@pytest.mark.parametrize("name", sorted(equivalents()))
def test_what_is_listed_as_equivalent_survives_and_says_why(name: str) -> None:
    found = {mutant.name: mutant for mutant in mutants(shipped_rules().by_id[name])}
    for told, why in equivalents()[name].items():
        assert told in found, "no such mutant; take it out of the list"
        assert len(why) > 40, told
        assert fate(found[told]) is None, f"{told}: a scenario notices it; take it out of the list"


def test_what_is_remembered_for_ever_is_noticed() -> None:
    """Nothing is told of a plate's permit that is over, but it must be let go."""
    rule = shipped_rules().by_id["watchlist_hit"]
    hoards = replace(rule, step=lambda now, state, told: _without_deadlines(rule, now, state, told))
    assert noticed_by(hoards) is not None


def _without_deadlines(rule: Rule, now: Any, state: Any, told: Any) -> Any:
    after, effects = rule.step(now, state, told)
    return after, tuple(effect for effect in effects if not isinstance(effect, SetDeadline))
