"""Scenarios that cannot fail prove nothing: each number and input of a read model is missed."""

from dataclasses import replace

import pytest

from processors.core.replay import replay
from processors.core.rule import Rule, RuleSet, rule_set
from processors.rules.catalogue import load_view, view_folders
from tests.rules.mutate import other_params
from tests.views.scenario import FILES, ViewScenario, check, load_scenario

MODELS = [load_view(folder) for folder in view_folders()]
SCENARIOS: dict[str, list[ViewScenario]] = {model.id: [] for model in MODELS}
for _file in FILES:
    _scenario = load_scenario(_file)
    SCENARIOS[_scenario.rule].append(_scenario)
PARAMETERS = [(model, name) for model in MODELS for name in model.params.model_fields]
INPUTS = [(model, word) for model in MODELS for word in sorted(model.inputs)]


def with_mutant(rules: RuleSet, mutant: Rule) -> RuleSet:
    """The set with the mutant in the place of its original."""
    return rule_set(mutant if rule.id == mutant.id else rule for rule in rules.rules)


def survives(mutant: Rule) -> bool:
    """Whether no scenario of the read model notices the change."""
    for scenario in SCENARIOS[mutant.id]:
        out = replay(scenario.log, with_mutant(scenario.rules, mutant), until=scenario.until)
        try:
            check(scenario, out)
        except AssertionError:
            return False
    return True


@pytest.mark.parametrize(
    ("model", "name"), PARAMETERS, ids=[f"{model.id}.{name}" for model, name in PARAMETERS]
)
def test_every_parameter_is_missed(model: Rule, name: str) -> None:
    changed = [replace(model, params=params) for params in other_params(model.params, name)]
    assert changed, "no other value is allowed at all"
    assert not all(survives(mutant) for mutant in changed), "no scenario notices"


@pytest.mark.parametrize(
    ("model", "word"), INPUTS, ids=[f"{model.id}.{word}" for model, word in INPUTS]
)
def test_every_input_is_missed(model: Rule, word: str) -> None:
    assert not survives(replace(model, inputs=model.inputs - {word}))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_unchanged_it_passes(model: Rule) -> None:
    assert survives(model)
