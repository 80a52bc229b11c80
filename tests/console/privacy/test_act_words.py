"""Every act that the code writes into the audit log is called something in both languages."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import console
from console.privacy.rendering import act_word, texts
from console.register.kinds import KINDS

ROOT = Path(console.__file__).parent
MADE_OF = {
    ("register/desk.py", 'f"{kind.name}.{one.change}"'): [
        f"{kind}.{change}" for kind in KINDS for change in ("added", "changed", "revived", "ended")
    ],
    ("register/importing.py", 'f"{kind.name}.import"'): [f"{kind}.import" for kind in KINDS],
    ("watch/desk.py", 'f"{KIND}.{change}"'): [
        f"watch.{change}" for change in ("proposed", "approved", "ended")
    ],
    ("paper/visits.py", 'f"visits.{outcome}"'): ["visits.changed", "visits.refused"],
    ("privacy/requests.py", 'f"requests.{what}"'): [
        f"requests.{what}" for what in ("filed", "taken", "granted", "refused", "withdrawn")
    ],
    ("accounts/book.py", 'f"accounts.{what}"'): [
        f"accounts.{what}" for what in ("made", "changed", "password")
    ],
    ("privacy/reveal.py", "act"): ["reveal.own", "reveal.request"],
}
"""What acts come of a name that is put together, by file and expression."""


def written() -> Iterator[tuple[str, str, ast.expr]]:
    """File, expression as written, and what it is, of each act handed to `Said`."""
    for file in sorted(ROOT.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        if "from console.audit.chain import" not in text:
            continue
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Said":
                act = node.args[0]
                source = str(ast.get_source_segment(text, act))
                yield str(file.relative_to(ROOT)), source, act


def acts_of(file: str, source: str, act: ast.expr) -> list[str]:
    if isinstance(act, ast.Constant):
        return [str(act.value)]
    module = import_module("console." + file.removesuffix(".py").replace("/", "."))
    if isinstance(act, ast.Name) and hasattr(module, act.id):
        return [str(getattr(module, act.id))]
    assert (file, source) in MADE_OF, f"{file}: say in MADE_OF what acts {source} can be"
    return MADE_OF[file, source]


ACTS = {act for one in written() for act in acts_of(*one)}


def test_what_is_put_together_is_still_there() -> None:
    assert set(MADE_OF) <= {(file, source) for file, source, _ in written()}


def test_each_has_a_word_in_both_languages() -> None:
    assert [act for act in sorted(ACTS) if act_word(act, "zh") == act] == []
    assert [act for act in sorted(ACTS) if act_word(act, "en") == act] == []


def test_no_word_is_for_an_act_that_nobody_writes() -> None:
    words = {key.removeprefix("act_") for key in texts()._words if key.startswith("act_")}
    assert words - ACTS == set()
