"""The tables of `docs/loop.md` and its Chinese twin, drawn from the table and the clocks.

`python -m console.cases.docs` writes them anew.
"""

from collections.abc import Iterator
from typing import Literal

from console.lifecycle.clocks import Period, shipped_clocks
from console.lifecycle.table import shipped_table
from schemas.base import Words

DOCUMENTS: dict[Literal["en", "zh"], str] = {"en": "loop.md", "zh": "loop.zh-CN.md"}
Language = Literal["en", "zh"]
PARTS = ("flow:alert", "flow:report", "acts", "clocks", "ladders")
_HEADS: dict[str, dict[Language, tuple[str, ...]]] = {
    "flow": {"en": ("state", "in words", "acts that lead on"),
             "zh": ("状态", "名称", "操作 → 下一状态")},
    "acts": {"en": ("act", "in words", "who", "must say"), "zh": ("操作", "名称", "谁", "须写明")},
    "clocks": {"en": ("where", "minutes"), "zh": ("情形", "分钟")},
    "ladders": {"en": ("tree", "first handlers", "rungs, from near to far"),
                "zh": ("树", "首办", "由近及远")},
}  # fmt: skip
_SYSTEM = Words(zh="系统", en="the console")


def part(name: str, language: Language) -> str:
    """One table of the documents, by its name in `PARTS`."""
    kind, _, flow = name.partition(":")
    rows = {"flow": _flow, "acts": _acts, "clocks": _clocks, "ladders": _ladders}[kind]
    head = _HEADS[kind][language]
    lines = [head, ("---",) * len(head), *rows(language, flow)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _say(words: Words, language: Language) -> str:
    # English documents have Chinese words in code marks only.
    return f"{words.zh} / {words.en}" if language == "zh" else f"{words.en} (`{words.zh}`)"


def _flow(language: Language, name: str) -> Iterator[tuple[str, ...]]:
    plan = next(plan for flow, plan in shipped_table().flows.items() if flow == name)
    for state, words in plan.states.items():
        moves = plan.moves.get(state, {})
        told = ", ".join(f"`{act}` → `{to}`" for act, to in moves.items())
        yield f"`{state}`", _say(words, language), told


def _acts(language: Language, _: str) -> Iterator[tuple[str, ...]]:
    table = shipped_table()
    for act, rule in table.acts.items():
        roles = [table.roles[role] for role in rule.roles] or [_SYSTEM]
        who = ", ".join(one.en if language == "en" else one.zh for one in roles)
        yield f"`{act}`", _say(rule, language), who, ", ".join(f"`{n}`" for n in rule.needs)


def _clocks(language: Language, _: str) -> Iterator[tuple[str, ...]]:
    never = {"en": "no clock", "zh": "不计时"}[language]
    for period in shipped_clocks().periods:
        yield _where(period), f"{period.minutes:g}" if period.minutes else never


def _where(period: Period) -> str:
    named = {"flow": period.flow, "delivery": period.delivery, "severity": period.severity}
    states = [f"`{state}`" for state in period.states]
    return ", ".join(states + [f"{name} `{value}`" for name, value in named.items() if value])


def _ladders(language: Language, _: str) -> Iterator[tuple[str, ...]]:
    clocks = shipped_clocks()
    for name, ladder in clocks.trees.items():
        rungs = " → ".join(_say(clocks.levels[rung.level], language) for rung in ladder.rungs)
        yield f"`{name}`", ", ".join(f"`{handler}`" for handler in ladder.handlers), rungs


def with_parts(text: str, language: Language) -> str:
    """A document with its tables drawn anew, between `<!-- NAME -->` and `<!-- /NAME -->`."""
    for name in PARTS:
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n{part(name, language)}\n{end}{after}"
    return text


def main() -> None:
    """Write the documents anew."""
    from pathlib import Path

    folder = Path(__file__).parents[2] / "docs"
    for language, name in DOCUMENTS.items():
        file = folder / name
        text = file.read_text(encoding="utf-8")
        file.write_text(with_parts(text, language), encoding="utf-8")


if __name__ == "__main__":
    main()
