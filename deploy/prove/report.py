"""The page that tells how a device was judged: for a terminal, and as one HTML file. Pure.

The HTML needs nothing from outside: a police network has no internet. Both languages stand on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from deploy.prove.findings import Checked, Finding, Grade, Verdict, fill, verdict
from schemas.base import Words

SIGNS: dict[Grade, str] = {"good": "✓", "limit": "!", "fault": "✗", "untried": "–"}
COLOURS = {"good": "#1b7f4d", "limit": "#a15c00", "fault": "#b3261e", "untried": "#6b7280",
           "understood": "#1b7f4d", "limits": "#a15c00", "not_understood": "#b3261e"}  # fmt: skip
STYLE = """
body{font:15px/1.5 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;color:#1f2937;
max-width:50rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem;margin:0}table{border-collapse:collapse;width:100%;margin-top:1rem}
th,td{text-align:left;vertical-align:top;padding:.45rem .6rem;border-top:1px solid #d1d5db}
th{width:8rem;font-weight:600}.en{color:#4b5563;font-size:.92em}.mend{border-left:3px solid #9ca3af;
padding-left:.6rem;margin:.2rem 0}.verdict{color:#fff;border-radius:.4rem;padding:.6rem 1rem;
margin:1rem 0;font-size:1.15rem}@media print{body{margin:0}}
"""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands at the top: whose report, read by whom, from when to when (RFC 3339)."""

    device: str
    adapters: str
    first: str
    last: str
    messages: int
    live: bool

    def rows(self) -> list[tuple[Words, Words]]:
        """Label and value, row by row."""
        source = fill("source_live" if self.live else "source_recorded", {})
        span = f"{self.first} – {self.last}" if self.first else "–"
        heard = Words(zh=f"{span}（{source.zh}）", en=f"{span} ({source.en})")
        return [
            (fill("device", {}), _same(self.device)),
            (fill("adapter", {}), _same(self.adapters or "–")),
            (fill("heard_at", {}), heard),
            (fill("messages_label", {}), _same(str(self.messages))),
        ]


def terminal_lines(head: Head, checks: Sequence[Checked], lang: str) -> list[str]:
    """The report in one language (zh or en)."""
    result = verdict(checks)
    lines = [f"{_in(fill('title', {}), lang)}: {head.device}"]
    lines += [f"  {_in(label, lang)}: {_in(value, lang)}" for label, value in head.rows()[1:]]
    lines += ["", f"  => {_in(fill(f'verdict_{result}', {}), lang)}", ""]
    for check in checks:
        grade = _in(fill(f"grade_{check.grade}", {}), lang)
        lines.append(f"{SIGNS[check.grade]} {_in(check.title, lang)} ({grade})")
        for finding in check.findings:
            lines.extend(_finding_lines(finding, lang))
    return lines


def _finding_lines(finding: Finding, lang: str) -> list[str]:
    lines = [f"    {SIGNS[finding.grade]} {_in(finding.said, lang)}"]
    if finding.mend is not None:
        lines.append(f"      → {_in(finding.mend, lang)}")
    return lines


def _in(words: Words, lang: str) -> str:
    return words.zh if lang == "zh" else words.en


def html_page(head: Head, checks: Sequence[Checked]) -> str:
    """The report as one HTML file in both languages."""
    result = verdict(checks)
    rows = "".join(f"<tr><th>{_both(label)}</th><td>{_both(value)}</td></tr>"
                   for label, value in head.rows())  # fmt: skip
    judged = "".join(_row(check) for check in checks)
    title = fill("title", {})
    return (
        '<!doctype html><html lang="zh"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title.zh)} · {escape(head.device)}</title><style>{STYLE}</style></head>"
        f"<body><h1>{escape(title.zh)} · {escape(head.device)}</h1>"
        f'<div class="en">{escape(title.en)}</div>{_verdict(result)}'
        f"<table>{rows}</table><table>{judged}</table></body></html>\n"
    )


def _verdict(result: Verdict) -> str:
    words = fill(f"verdict_{result}", {})
    text = f"{escape(words.zh)} · {escape(words.en)}"
    return f'<div class="verdict" style="background:{COLOURS[result]}">{text}</div>'


def _row(check: Checked) -> str:
    grade = fill(f"grade_{check.grade}", {})
    sign = f'<span style="color:{COLOURS[check.grade]}">{SIGNS[check.grade]} {_both(grade)}</span>'
    found = "".join(_finding(finding) for finding in check.findings)
    return f"<tr><th>{_both(check.title)}{sign}</th><td>{found}</td></tr>"


def _finding(finding: Finding) -> str:
    said = f'<p style="margin:.2rem 0">{_both(finding.said)}</p>'
    return said if finding.mend is None else f'{said}<div class="mend">{_both(finding.mend)}</div>'


def _same(text: str) -> Words:
    return Words(zh=text, en=text)


def _both(words: Words) -> str:
    if words.zh == words.en:
        return escape(words.zh)
    return f'{escape(words.zh)}<div class="en">{escape(words.en)}</div>'
