"""The list of adapters: for a terminal, and as the documents' table. Pure but for reading cases."""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from ingest.catalogue import Adapter
from ingest.generic.schema import NOT_FROM_DEVICES, own_fields
from ingest.kit.cases import EXPECTED, REJECTED, cases_of
from ingest.topics import PUSH_ROOT
from schemas.event_data import EventData

HEADS = {
    "en": ("adapter", "understands", "models", "way in", "evidence", "cases"),
    "zh": ("适配器", "看得懂什么", "型号", "接入方式", "依据", "用例"),
}
TEXT_MIN = 40
"""Characters that a text gets at least, however narrow the terminal."""
WAYS = {"en": ("MQTT", "HTTP push"), "zh": ("MQTT", "HTTP 推送")}


@dataclass(frozen=True, slots=True)
class Row:
    """One adapter: what it understands, on what evidence, and how many cases prove it."""

    name: str
    title: str
    make: str
    models: tuple[str, ...]
    ways: tuple[str, ...]
    evidence: str
    read: int
    rejected: int

    @property
    def cases(self) -> int:
        """All its cases."""
        return self.read + self.rejected


def rows_of(adapters: Iterable[Adapter], lang: str = "en") -> list[Row]:
    """A row an adapter, by name. Raises CaseFault."""
    return [_row(a, lang) for a in sorted(adapters, key=lambda a: a.spec.name)]


def _row(adapter: Adapter, lang: str) -> Row:
    spec, own = adapter.spec, cases_of(adapter)
    title = (spec.title_zh or spec.title) if lang == "zh" else spec.title
    return Row(
        spec.name, title, spec.make, spec.models, _ways(spec.topics, lang), spec.evidence,
        read=sum((case.folder / EXPECTED).is_file() for case in own),
        rejected=sum((case.folder / REJECTED).is_file() for case in own),
    )  # fmt: skip


def _ways(topics: Iterable[str], lang: str) -> tuple[str, ...]:
    """How its devices come in: on topics of their own, or by a push that is published for them."""
    pushed = {topic.startswith(f"{PUSH_ROOT}/") for topic in topics}
    own, push = WAYS[lang]
    return (*((own,) if False in pushed else ()), *((push,) if True in pushed else ()))


def terminal_lines(rows: Iterable[Row]) -> list[str]:
    """One line an adapter, and its models below."""
    lines: list[str] = []
    for row in rows:
        lines.append(f"{row.name:<24} {row.evidence}  {row.cases:>3} cases  {row.title}")
        lines.extend(f"{'':<27} {model}" for model in row.models)
    return lines


def markdown_table(rows: Iterable[Row], lang: str) -> str:
    """The table as it stands in docs/adapters.md (en) and docs/adapters.zh-CN.md (zh)."""
    head = HEADS[lang]
    lines = [_line(head), _line(["---"] * len(head))]
    for row in rows:
        models = "<br>".join(map(_cell, row.models)) or "–"
        link = f"[`{row.name}`](../ingest/adapters/{row.name}/README.md)"
        ways = ", ".join(row.ways) or "–"
        lines.append(_line((link, _cell(row.title), models, ways, row.evidence, str(row.cases))))
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def type_lines(begin: str = "", width: int | None = None) -> list[str]:
    """The event types that a device may tell, each with its meaning and its own fields.

    In lines of `width` characters, the rest of a text under its begin; without it each text stands
    on one line. Nothing is left out.
    """
    lines: list[str] = []
    for word, data in EventData.TYPES.items():
        if word in NOT_FROM_DEVICES or not word.startswith(begin):
            continue
        meaning = " ".join((data.__doc__ or "").split())
        lines += _wrapped(f"{word:<24} ", meaning, width)
        for name in sorted(own_fields(word)):
            kind = str(data.model_fields[name].annotation).replace("typing.", "")
            lines += _wrapped(f"{'':<26}{name}: ", _kind(kind), width)
    return lines


def _wrapped(head: str, text: str, width: int | None) -> list[str]:
    """A text behind its head; in a terminal too narrow for both, the text goes below."""
    if width is None or len(head) + len(text) <= width:
        return [head + text]
    room = max(TEXT_MIN, width)
    indent = " " * min(len(head), max(2, room - TEXT_MIN))
    rows = textwrap.wrap(
        text, room, initial_indent=indent, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    if len(indent) < len(head):
        return [head.rstrip(), *rows]
    return [head + rows[0].strip(), *rows[1:]]


def _kind(annotation: str) -> str:
    """An annotation as people write it: its words, without Python's brackets around them."""
    plain = annotation.removeprefix("<class '").removesuffix("'>").replace(" | None", "")
    return plain.removeprefix("Literal[").removesuffix("]").replace("'", "")
