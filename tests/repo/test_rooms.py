"""Small rooms: how long a module, a function, a nesting may be. Measured on programs we admire."""

import ast
from pathlib import Path
from statistics import median, quantiles

import pytest

from tests.repo.tree import CODE, functions, name, parsed, python_files

FILES = python_files(*CODE)
MIGRATIONS = "migrations"
CENTRE = ("processors/shell/worker.py", "processors/core/machine.py", "schemas/events.py")


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def span(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of code of a function, without its docstring."""
    documented = ast.get_docstring(node) is not None
    begin = node.body[1].lineno if documented and len(node.body) > 1 else node.body[0].lineno
    assert node.end_lineno is not None
    return node.end_lineno - begin + 1


def depth(node: ast.AST, above: int = 0) -> int:
    """How deep blocks stand in each other."""
    deepest = above
    for child in ast.iter_child_nodes(node):
        inner = isinstance(child, ast.If | ast.For | ast.While | ast.With | ast.Try | ast.AsyncFor)
        chained = isinstance(node, ast.If) and child in node.orelse
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        deepest = max(deepest, depth(child, above + (inner and not chained)))
    return deepest


def test_modules_are_small() -> None:
    sizes = {name(path): lines(path) for path in FILES}
    assert median(sizes.values()) <= 130
    assert not {path: size for path, size in sizes.items() if size > 500}


@pytest.mark.parametrize("path", CENTRE)
def test_the_centre_is_watched(path: str) -> None:
    (found,) = [file for file in FILES if name(file) == path]
    assert lines(found) <= 300


def test_functions_are_small() -> None:
    spans = {f"{name(p)}:{f.name}": span(f) for p in FILES for f in functions(p)}
    assert median(spans.values()) <= 8
    assert quantiles(spans.values(), n=10)[-1] <= 30
    assert not {where: size for where, size in spans.items() if size > 60}


def test_nesting_is_shallow() -> None:
    deep = {f"{name(p)}:{f.name}": depth(f) for p in FILES for f in functions(p)}
    assert not {where: levels for where, levels in deep.items() if levels > 4}
    assert sum(levels > 3 for levels in deep.values()) <= len(deep) // 100


def test_public_things_are_documented() -> None:
    public = [
        (f"{name(path)}:{node.name}", ast.get_docstring(node))
        for path in FILES
        if MIGRATIONS not in path.parts
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
    ]
    bare = [where for where, said in public if not said]
    assert len(bare) <= len(public) * 0.05, bare


def test_every_module_says_why_it_is_there() -> None:
    assert not [name(path) for path in FILES if not ast.get_docstring(parsed(path))]
