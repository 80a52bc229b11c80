"""Scenarios that cannot fail prove nothing: every parameter, changed a lot, breaks one of them.

Each rule runs with one parameter's default far too large, and far too small; at least one of its
scenarios must then fail. A parameter nobody would miss has no scenario, or no use.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError, create_model
from pydantic.fields import FieldInfo

from processors.core.replay import replay
from processors.core.rule import Params, Rule, RuleSet, rule_set
from processors.rules.catalogue import shipped_rules
from tests.rules.scenario import FILES, Scenario, check, load_scenario

SCENARIOS: dict[str, list[Scenario]] = {rule: [] for rule in shipped_rules().by_id}
for _file in FILES:
    _scenario = load_scenario(_file)
    if not _scenario.exempt:
        SCENARIOS[_scenario.rule].append(_scenario)
PARAMETERS = [(rule, name) for rule in shipped_rules().rules for name in rule.params.model_fields]
FACTOR = 8


def far_off(value: Any) -> Iterator[Any]:
    """Values far from a parameter's default, of its kind."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from (value * FACTOR, value / FACTOR, 0)
    elif isinstance(value, str):
        hours, minutes = value.split(":")
        yield from (f"{(int(hours) + shift) % 24:02}:{minutes}" for shift in (2, 12))
    elif isinstance(value, tuple):
        yield from ((), ("nobody",))
    else:
        raise TypeError(f"say here what is far from {value!r}")


def mutants(params: type[Params], name: str) -> Iterator[type[Params]]:
    """The parameters with one default changed, as far as they allow it."""
    old = params.model_fields[name]
    for value in far_off(old.default):
        kind: Any = params.__annotations__.get(name) or _inherited(params, name)
        new = FieldInfo.merge_field_infos(old, default=value)
        fields: dict[str, Any] = {name: (kind, new)}
        mutant = create_model("Mutant", __base__=params, **fields)
        try:
            mutant.model_validate({name: value})
        except ValidationError:
            continue
        yield mutant


def _inherited(params: type[Params], name: str) -> Any:
    return next(c.__annotations__[name] for c in params.__mro__ if name in c.__annotations__)


def with_rule(rules: RuleSet, mutant: Rule) -> RuleSet:
    """The set with the mutant in the place of its original."""
    return rule_set(mutant if rule.id == mutant.id else rule for rule in rules.rules)


def survives(mutant: Rule) -> bool:
    """Whether no scenario of the rule notices the change."""
    for scenario in SCENARIOS[mutant.id]:
        out = replay(scenario.log, with_rule(scenario.rules, mutant), until=scenario.until)
        try:
            check(scenario, out)
        except AssertionError:
            return False
    return True


@pytest.mark.parametrize(
    ("rule", "name"), PARAMETERS, ids=[f"{rule.id}.{name}" for rule, name in PARAMETERS]
)
def test_every_parameter_is_missed(rule: Rule, name: str) -> None:
    changed = [replace(rule, params=params) for params in mutants(rule.params, name)]
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
