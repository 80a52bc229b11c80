"""Mutants of rules, and the scenario that notices each: `python -m tests.rules.mutate`.

Each rule is changed in one spot at a time, and its scenarios are played until one fails. What is
changed: a condition (its contrary; `and` for `or`), a window (a parameter's default or a constant,
far too large and far too small), and with `--edges` whether the last moment of a window counts.
Parameters count as noticed when one of their values is. A mutant that no scenario notices is
printed: it is a scenario that lacks, a line that has no use, or a change that changes nothing.
"""

import argparse
import ast
import copy
import importlib
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import ValidationError, create_model
from pydantic.fields import FieldInfo

from processors.core.replay import replay
from processors.core.rule import Params, Rule, RuleSet, rule_set
from processors.rules.catalogue import shipped_rules
from tests.rules.scenario import FILES, Scenario, check, load_scenario

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
    """One change of one rule; `rules` are its forms, of which one must be noticed."""

    rule: str
    kind: str
    told: str
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


def noticed_by(mutant: Rule) -> str | None:
    """The first scenario that fails with it; None if it survives all."""
    for scenario in scenarios()[mutant.id]:
        try:
            out = replay(scenario.log, with_rule(scenario.rules, mutant), until=scenario.until)
            check(scenario, out)
        except Exception:  # A mutant may break in any way; each is noticed.
            return names()[id(scenario)]
    return None


def mutants(rule: Rule, *, edges: bool = False) -> Iterator[Mutant]:
    """All mutants of a rule: of its parameters, then of its module, in the order of its lines."""
    for name in rule.params.model_fields:
        found = [replace(rule, params=params) for params in other_params(rule.params, name)]
        yield Mutant(rule.id, "window", f"parameter {name}", lambda found=found: found)  # type: ignore[misc]
    module = importlib.import_module(f"processors.rules.{rule.id}.rule")
    assert module.__file__ is not None
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    for number, (kind, old, new) in enumerate(_changes(tree, edges)):
        told = f"line {old.lineno}: {ast.unparse(old)}  ->  {ast.unparse(new)}"
        yield Mutant(
            rule.id, kind, told,
            lambda number=number: [_rule_of(module, tree, number, edges)],  # type: ignore[misc]
        )  # fmt: skip


def _rule_of(module: ModuleType, tree: ast.Module, number: int, edges: bool) -> Rule:
    """The rule of a module with one change."""
    whole = copy.deepcopy(tree)
    _, old, new = list(_changes(whole, edges))[number]
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


def _changes(tree: ast.Module, edges: bool) -> Iterator[tuple[str, Node, Node]]:
    """What may be changed: kind, the old expression, the new one."""
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            for node in ast.walk(statement):
                yield from _conditions(node)
                if edges:
                    yield from _edges(node)
        elif isinstance(statement, ast.Assign) and _is_span(statement):
            for factor in (ast.Mult(), ast.FloorDiv()):
                new = ast.BinOp(statement.value, factor, ast.Constant(FACTOR))
                yield "window", statement.value, new


def _is_span(statement: ast.Assign) -> bool:
    """Whether it names a span of time; numbers that only bound what is remembered are none."""
    return all(isinstance(t, ast.Name) and t.id.endswith("_MS") for t in statement.targets)


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


def main() -> int:
    """The table of all rules, and the survivors; the status is 1 if there are any."""
    parser = argparse.ArgumentParser(description="Change each rule, and see a scenario fail.")
    parser.add_argument("rules", nargs="*", help="rules by id; without any, all that are shipped")
    parser.add_argument("--edges", action="store_true", help="also < for <=, and > for >=")
    parser.add_argument("--killed", action="store_true", help="also say which scenario noticed")
    asked = parser.parse_args()
    total, lived = 0, 0
    for rule in shipped_rules().rules:
        if asked.rules and rule.id not in asked.rules:
            continue
        fates = [(mutant, fate(mutant)) for mutant in mutants(rule, edges=asked.edges)]
        survivors = [mutant for mutant, by in fates if by is None]
        total, lived = total + len(fates), lived + len(survivors)
        noticed = len(fates) - len(survivors)
        print(f"{rule.id:<26} {len(fates):>4} mutants {noticed:>4} noticed {len(survivors):>3} not")
        for mutant, by in fates:
            if by is None or asked.killed:
                print(f"    {mutant.kind:<10} {mutant.told}  {by or 'SURVIVES'}", flush=True)
    print(f"{'all':<26} {total:>4} mutants {total - lived:>4} noticed {lived:>3} not")
    return int(lived > 0)


if __name__ == "__main__":
    sys.exit(main())
