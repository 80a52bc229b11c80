"""Mutants of rules, and the scenario that notices each: `python -m tests.rules.mutate`.

Each rule is changed in one spot at a time, and its scenarios are played until one fails. What is
changed: a condition (its contrary; `and` for `or`), a window (a parameter's default or a constant,
far too large and far too small), and with `--edges` whether the last moment of a window counts.
Parameters count as noticed when one of their values is; a mutant that tells nobody anything else is
noticed where it remembers something for ever. One that no scenario notices survives: a scenario
lacks, or a line has no use. Those that change nothing stand in `equivalents.yaml` with the reason.
"""

import argparse
import ast
import copy
import importlib
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml
from pydantic import ValidationError, create_model
from pydantic.fields import FieldInfo

from processors.core.replay import replay
from processors.core.rule import Params, Rule, RuleSet, rule_set
from processors.rules.catalogue import shipped_rules
from tests.rules.memory import remembered_for_ever
from tests.rules.scenario import FILES, Scenario, check, load_scenario

EQUIVALENTS = Path(__file__).with_name("equivalents.yaml")
FACTOR = 8
ENDLESS_S = 5.0
"""Scenarios take milliseconds; a mutant that computes for so long has come to no end."""
CONTRARY: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
EDGE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}  # fmt: skip
Node = ast.expr


class Endless(Exception):
    """A mutant came to no end."""


@dataclass(frozen=True)
class Mutant:
    """One change of one rule; `rules` are its forms, of which one must be noticed.

    `name` says where and what, and stays as it is when lines are added above.
    """

    rule: str
    kind: str
    name: str
    line: int
    rules: Callable[[], list[Rule]]


@cache
def scenarios() -> dict[str, list[Scenario]]:
    """The scenarios of each rule."""
    found: dict[str, list[Scenario]] = {rule: [] for rule in shipped_rules().by_id}
    for file in FILES:
        scenario = load_scenario(file)
        if not scenario.exempt:
            found[scenario.rule].append(scenario)
    return found


@cache
def names() -> dict[int, str]:
    """The file of each scenario."""
    kept = [file for file in FILES if not load_scenario(file).exempt]
    ordered = [scenario for found in scenarios().values() for scenario in found]
    by_rule = sorted(kept, key=lambda file: list(scenarios()).index(file.parent.parent.name))
    return {id(s): file.stem for s, file in zip(ordered, by_rule, strict=True)}


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


def other_params(params: type[Params], name: str) -> Iterator[type[Params]]:
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


@cache
def equivalents() -> dict[str, dict[str, str]]:
    """The mutants that change nothing, by rule and name, each with the reason why it cannot."""
    found: dict[str, dict[str, str]] = yaml.safe_load(EQUIVALENTS.read_text(encoding="utf-8"))
    return found


def is_equivalent(mutant: Mutant) -> bool:
    """Whether it is known to change nothing."""
    return mutant.name in equivalents().get(mutant.rule, {})


def noticed_by(mutant: Rule) -> str | None:
    """The first scenario that fails with it, in words or in memory; None if it survives all."""
    for look in (_fails, _remembers):
        for scenario in scenarios()[mutant.id]:
            if look(scenario, with_rule(scenario.rules, mutant)):
                return names()[id(scenario)]
    return None


def _fails(scenario: Scenario, rules: RuleSet) -> bool:
    try:
        check(scenario, replay(scenario.log, rules, until=scenario.until))
    except Exception:  # A mutant may break in any way; each is noticed.
        return True
    return False


def _remembers(scenario: Scenario, rules: RuleSet) -> bool:
    try:
        return any(remembered_for_ever(scenario, rules))
    except Exception:
        return True


def mutants(rule: Rule, *, edges: bool = False) -> Iterator[Mutant]:
    """All mutants of a rule: of its parameters, then of its module, in the order of its lines."""
    for name in rule.params.model_fields:
        found = [replace(rule, params=params) for params in other_params(rule.params, name)]
        yield Mutant(rule.id, "window", f"parameter {name}", 0, lambda found=found: found)  # type: ignore[misc]
    module = importlib.import_module(f"processors.rules.{rule.id}.rule")
    assert module.__file__ is not None
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    seen: Counter[str] = Counter()
    for number, (kind, where, old, new) in enumerate(_changes(tree, edges)):
        name = f"{where}: {ast.unparse(old)} -> {ast.unparse(new)}"
        seen[name] += 1
        if seen[name] > 1:
            name = f"{name} #{seen[name]}"
        yield Mutant(
            rule.id, kind, name, old.lineno,
            lambda number=number: [_rule_of(module, tree, number, edges)],  # type: ignore[misc]
        )  # fmt: skip


def _rule_of(module: ModuleType, tree: ast.Module, number: int, edges: bool) -> Rule:
    """The rule of a module with one change."""
    whole = copy.deepcopy(tree)
    _, _, old, new = list(_changes(whole, edges))[number]
    changed = _Swap(old, new).visit(whole)
    assert isinstance(changed, ast.Module)
    mutant = ModuleType(module.__name__)
    mutant.__file__ = module.__file__
    code = compile(ast.fix_missing_locations(changed), str(module.__file__), "exec")
    exec(code, mutant.__dict__)
    rule: Rule = mutant.RULE
    return rule


class _Swap(ast.NodeTransformer):
    def __init__(self, old: Node, new: Node) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else self.generic_visit(node)


def _changes(tree: ast.Module, edges: bool) -> Iterator[tuple[str, str, Node, Node]]:
    """What may be changed: kind, the name of what it stands in, the old expression, the new one."""
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            for node in ast.walk(statement):
                for kind, old, new in (*_conditions(node), *(_edges(node) if edges else ())):
                    yield kind, statement.name, old, new
        elif isinstance(statement, ast.Assign) and (span := _span(statement)):
            for factor in (ast.Mult(), ast.FloorDiv()):
                new = ast.BinOp(statement.value, factor, ast.Constant(FACTOR))
                yield "window", span, statement.value, new


def _span(statement: ast.Assign) -> str | None:
    """The name of a span of time; numbers that only bound what is remembered are none."""
    names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
    return next((name for name in names if name.endswith("_MS")), None)


def _conditions(node: ast.AST) -> Iterator[tuple[str, Node, Node]]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield "condition", node, _compared(node, CONTRARY)
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "condition", node, ast.BoolOp(other, node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "condition", node, node.operand
    for test in _tests(node):
        if not isinstance(test, ast.Compare | ast.UnaryOp | ast.BoolOp):
            yield "condition", test, ast.UnaryOp(ast.Not(), test)


def _edges(node: ast.AST) -> Iterator[tuple[str, Node, Node]]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in EDGE:
        yield "edge", node, _compared(node, EDGE)


def _compared(node: ast.Compare, by: dict[type[ast.cmpop], type[ast.cmpop]]) -> ast.Compare:
    return ast.Compare(node.left, [by[type(node.ops[0])]()], node.comparators)


def _tests(node: ast.AST) -> Iterator[Node]:
    """The expressions that a node decides by."""
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        yield node.test
    elif isinstance(node, ast.comprehension):
        yield from node.ifs
    elif isinstance(node, ast.match_case) and node.guard is not None:
        yield node.guard


def fate(mutant: Mutant) -> str | None:
    """The scenario that notices a mutant; None if none does. For the main thread of Unix only."""

    def stop(*_: object) -> None:
        raise Endless

    signal.signal(signal.SIGPROF, stop)
    try:
        signal.setitimer(signal.ITIMER_PROF, ENDLESS_S)
        forms = mutant.rules()
        found = [noticed_by(form) for form in forms]
    except Exception as error:  # What cannot even be built is noticed at once.
        return f"({type(error).__name__})"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return next(filter(None, found), None)


@dataclass(slots=True)
class Tally:
    """How many mutants there were, and what became of them."""

    mutants: int = 0
    noticed: int = 0
    equivalent: int = 0

    def count(self, mutant: Mutant, by: str | None) -> str:
        """One more, and what became of it in words."""
        self.mutants += 1
        if by is not None:
            self.noticed += 1
            return f"{by}, though listed as equivalent" if is_equivalent(mutant) else by
        self.equivalent += is_equivalent(mutant)
        return "equivalent" if is_equivalent(mutant) else "SURVIVES"

    @property
    def survived(self) -> int:
        """Those that nobody has explained."""
        return self.mutants - self.noticed - self.equivalent

    def line(self, name: str) -> str:
        """A row of the table."""
        return (f"{name:<26} {self.mutants:>5} mutants {self.noticed:>5} noticed "
                f"{self.equivalent:>3} equivalent {self.survived:>3} survived")  # fmt: skip


def main() -> int:
    """The table of all rules, and the survivors; the status is 1 if there are any."""
    parser = argparse.ArgumentParser(description="Change each rule, and see a scenario fail.")
    parser.add_argument("rules", nargs="*", help="rules by id; without any, all that are shipped")
    parser.add_argument("--edges", action="store_true", help="also < for <=, and > for >=")
    parser.add_argument("--killed", action="store_true", help="also say which scenario noticed")
    asked = parser.parse_args()
    whole = Tally()
    for rule in shipped_rules().rules:
        if asked.rules and rule.id not in asked.rules:
            continue
        mine, lines = Tally(), []
        for mutant in mutants(rule, edges=asked.edges):
            by = fate(mutant)
            mine.count(mutant, by)
            end = whole.count(mutant, by)
            if asked.killed or end != by:
                lines.append(f"    {mutant.kind:<10} line {mutant.line}, {mutant.name}  {end}")
        print("\n".join((mine.line(rule.id), *lines)), flush=True)
    print(whole.line("all"))
    return int(whole.survived > 0)


if __name__ == "__main__":
    sys.exit(main())
