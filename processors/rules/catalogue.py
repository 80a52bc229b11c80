"""The rules on disk: every folder here with a `rule.py` that defines `RULE`. No list to edit."""

import importlib
from functools import cache
from pathlib import Path

from processors.core.rule import Rule, RuleFault, RuleSet, rule_set

SHIPPED = Path(__file__).parent


@cache
def shipped_rules() -> RuleSet:
    """All shipped rules, checked together. Raises RuleFault naming the folder at fault."""
    return rule_set(load(folder) for folder in rule_folders())


def rule_folders() -> list[Path]:
    """The folders that hold a rule."""
    return sorted(file.parent for file in SHIPPED.glob("*/rule.py"))


def load(folder: Path) -> Rule:
    """The rule of one folder; its id must be the folder's name."""
    rule = importlib.import_module(f"{__package__}.{folder.name}.rule").RULE
    if not isinstance(rule, Rule) or rule.id != folder.name:
        raise RuleFault(f"{folder.name}/rule.py must define RULE with the id {folder.name!r}")
    return rule


def only(rules: RuleSet, names: list[str]) -> RuleSet:
    """Those rules alone, with the ones they follow. Raises RuleFault for an unknown name."""
    wanted = set(names)
    if unknown := wanted - set(rules.by_id):
        known = ", ".join(sorted(rules.by_id))
        raise RuleFault(f"there is no rule {sorted(unknown)}; there are: {known}")
    for rule in reversed(rules.rules):
        if rule.id in wanted:
            wanted |= rule.after
    return rule_set(rule for rule in rules.rules if rule.id in wanted)
