"""The rules on disk: every folder here with a `rule.py` that defines `RULE`, or with a `rule.yaml`
in Sigma's correlation words. No list to edit.
"""

import importlib
import importlib.util
import sys
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from processors.core.city import CityRule
from processors.core.rule import Params, Rule, RuleFault, RuleSet, rule_set
from processors.sigma.compile import compile_document, compile_rule
from schemas.rule_files import FILE, read_rule

SHIPPED = Path(__file__).parent
VIEWS = SHIPPED.parent / "views"


@cache
def shipped_rules(more: Path | None = None) -> RuleSet:
    """All shipped rules and those of another folder, checked together.

    Estates' own rules come with their configurations, and join these there. Raises RuleFault naming
    the folder at fault, FileFaults for a rule.yaml.
    """
    folders = [*rule_folders(), *(rule_folders(more) if more else [])]
    return rule_set((load(folder) for folder in folders), compile_own)


@cache
def rules_and_views() -> RuleSet:
    """The shipped rules and the read models, as the processors run them."""
    views = (load_view(folder) for folder in view_folders())
    return rule_set((*shipped_rules().rules, *views), compile_own)


def compile_own(document: Mapping[str, Any]) -> Rule:
    """One of an estate's own rules. Raises ValueError naming the first fault.

    The read models' names are taken even where only the rules run.
    """
    rule = compile_document(document)
    if rule.id in _view_names():
        raise ValueError(f"id: {rule.id!r} is the name of a read model; choose another")
    return rule


@cache
def _view_names() -> frozenset[str]:
    return frozenset(folder.name for folder in view_folders())


def view_folders() -> list[Path]:
    """The folders that hold a read model: a `view.py` that defines `VIEW`."""
    return sorted(file.parent for file in VIEWS.glob("*/view.py"))


def load_view(folder: Path) -> Rule:
    """The read model of one folder; its id must be the folder's name."""
    module = importlib.import_module(f"processors.views.{folder.name}.view")
    view = getattr(module, "VIEW", None)
    if not isinstance(view, Rule) or view.id != folder.name or not view.read_model:
        raise RuleFault(f"{folder.name}/view.py must define VIEW with the id {folder.name!r}")
    return view


@cache
def shipped_city_rules() -> tuple[CityRule, ...]:
    """The rules that judge across estates: every folder here with a `city.py` that defines
    `CITY_RULE`. Raises RuleFault naming the folder at fault.
    """
    return tuple(_load_city(file.parent) for file in sorted(SHIPPED.glob("*/city.py")))


def city_rules(
    settings: Mapping[str, Mapping[str, Any]],
) -> tuple[tuple[CityRule, Params], ...]:
    """The rules across estates with their parameters. Raises RuleFault for settings of another rule
    or with a fault.
    """
    rules = shipped_city_rules()
    if unknown := set(settings) - {rule.id for rule in rules}:
        known = ", ".join(rule.id for rule in rules)
        raise RuleFault(f"{sorted(unknown)} judge nothing across estates; these do: {known}")
    return tuple((rule, rule.read_params(settings.get(rule.id, {}))) for rule in rules)


def _load_city(folder: Path) -> CityRule:
    module = importlib.import_module(f"{__package__}.{folder.name}.city")
    rule = getattr(module, "CITY_RULE", None)
    if not isinstance(rule, CityRule) or rule.id != folder.name:
        raise RuleFault(f"{folder.name}/city.py must define CITY_RULE with the id {folder.name!r}")
    return rule


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


def only(rules: RuleSet, names: list[str], own: Collection[str] = ()) -> RuleSet:
    """Those rules alone, with the ones they follow; `own` are the estates' own by name.

    Raises RuleFault for an unknown name.
    """
    wanted = set(names)
    if unknown := wanted - set(rules.by_id) - set(own):
        known = ", ".join(sorted({*rules.by_id, *own}))
        raise RuleFault(f"there is no rule {sorted(unknown)}; there are: {known}")
    for rule in reversed(rules.rules):
        if rule.id in wanted:
            wanted |= rule.after

    def compile_wanted(document: Mapping[str, Any]) -> Rule | None:
        rule = compile_own(document)
        return rule if rule.id in wanted else None

    return rule_set((rule for rule in rules.rules if rule.id in wanted), compile_wanted)
