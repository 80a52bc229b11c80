"""The repository as the tests of it see it."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("schemas", "ingest", "processors", "console", "deploy")


@cache
def tracked() -> tuple[Path, ...]:
    """The files that belong to the project: what git tracks, and what is new and not ignored."""
    argv = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    told = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for line in told.splitlines() if (path := ROOT / line).is_file())


def python_files(*folders: str) -> list[Path]:
    """The Python files below some folders of the repository."""
    roots = [ROOT / folder for folder in folders]
    return [
        path
        for path in tracked()
        if path.suffix == ".py" and any(path.is_relative_to(root) for root in roots)
    ]


@cache
def parsed(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions and methods of a file."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(parsed(path)) if isinstance(node, kinds)]


def name(path: Path) -> str:
    """A file's path as people write it."""
    return str(path.relative_to(ROOT))
