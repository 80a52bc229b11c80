"""The rules on disk: every folder here with a `rule.py` that defines `RULE`, or with a `rule.yaml`
in Sigma's correlation words. No list to edit.
"""

import importlib
import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

from processors.core.rule import Rule, RuleFault, RuleSet, rule_set
from processors.sigma.compile import compile_document, compile_rule
from schemas.rule_files import FILE, read_rule

SHIPPED = Path(__file__).parent


@cache
def shipped_rules(more: Path | None = None) -> RuleSet:
    """All shipped rules and those of another folder, checked together.

    Estates' own rules come with their configurations, and join these there. Raises RuleFault naming
    the folder at fault, FileFaults for a rule.yaml.
    """
    folders = [*rule_folders(), *(rule_folders(more) if more else [])]
    return rule_set((load(folder) for folder in folders), compile_document)


def rule_folders(root: Path = SHIPPED) -> list[Path]:
    """The folders that hold a rule; the folder itself, where it is one."""
    names = ("rule.py", FILE)
    if any((root / name).is_file() for name in names):
        return [root]
    return sorted({file.parent for name in names for file in root.glob(f"*/{name}")})


def load(folder: Path) -> Rule:
    """The rule of one folder; its id must be the folder's name."""
    if not (folder / "rule.py").is_file():
        return compile_rule(read_rule(folder / FILE))
    rule = getattr(_module(folder), "RULE", None)
    if not isinstance(rule, Rule) or rule.id != folder.name:
        raise RuleFault(f"{folder.name}/rule.py must define RULE with the id {folder.name!r}")
    return rule


def _module(folder: Path) -> ModuleType:
    if folder.parent == SHIPPED:
        return importlib.import_module(f"{__package__}.{folder.name}.rule")
    name = f"operator_rule_{folder.name}"
    found = importlib.util.spec_from_file_location(name, folder / "rule.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    found.loader.exec_module(module)
    return module


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
