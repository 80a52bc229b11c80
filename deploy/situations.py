"""The documents' tables of situations, written from the rules: `python -m deploy.situations`."""

from pathlib import Path
from typing import cast

from console.words import Language, delivery_word, handler_word, severity_word
from processors.core.rule import Rule
from processors.rules.catalogue import shipped_rules

FOLDER = Path(__file__).parents[1] / "docs"
DOCUMENTS: dict[str, str] = {"en": "situations.md", "zh": "situations.zh-CN.md"}
BEGIN, END = "<!-- situations -->\n", "<!-- end of situations -->\n"
HEADS = {
    "en": ("situation", "rule", "level", "first handler", "delivery"),
    "zh": ("情况", "规则", "级别", "首办", "送达"),
}
OFF = {"en": "off as shipped", "zh": "出厂关闭"}


def table(lang: str) -> str:
    """All rules that look for something, gravest first."""
    heads = HEADS[lang]
    rules = sorted(shipped_rules().rules, key=lambda rule: (-LEVELS.index(rule.severity), rule.id))
    lines = [_line(heads), _line(["---"] * len(heads)), *(_line(_row(r, lang)) for r in rules)]
    return "".join(lines)


LEVELS = ("blue", "yellow", "orange", "red")


def _row(rule: Rule, lang: str) -> tuple[str, ...]:
    language = cast("Language", lang)
    title = rule.title.zh if lang == "zh" else rule.title.en
    delivery = delivery_word(rule.delivery, language).lower()
    return (
        title,
        f"[`{rule.id}`](../processors/rules/{rule.id}/README.md)",
        severity_word(rule.severity, language).lower(),
        handler_word(rule.handler, language).lower(),
        OFF[lang] if is_off(rule) else delivery,
    )


def is_off(rule: Rule) -> bool:
    """Whether a rule is shipped switched off."""
    return getattr(rule.params(), "enabled", True) is False


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def with_table(text: str, lang: str) -> str:
    """A document with the table as it is now, between its two marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table(lang)}\n{END}{after}"


def main() -> None:
    """Write both documents anew."""
    for lang, name in DOCUMENTS.items():
        path = FOLDER / name
        path.write_text(with_table(path.read_text(encoding="utf-8"), lang), encoding="utf-8")


if __name__ == "__main__":
    main()
