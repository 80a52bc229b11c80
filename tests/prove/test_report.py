"""The page: every sentence is there in both languages, and it needs nothing from outside."""

import re
import string
from html.parser import HTMLParser
from pathlib import Path

import pytest

from deploy.prove import checks, clock, findings, listen, report
from deploy.prove.checks import CHECKS, SWIPES, judge
from deploy.prove.findings import Checked, Finding, fill, words
from deploy.prove.report import Head, html_page, terminal_lines
from schemas.base import Words
from tests.prove.devices import says, swipes, trial

HEAD = Head("reader-1", "made_up", "2026-03-01T00:00:00.000Z", "2026-03-01T00:02:00.000Z", 5, True)
MADE = {f"{step}_{end}" for step, _ in SWIPES for end in ("heard", "unheard", "otherwise")}
MADE |= {f"check_{name}" for name in CHECKS} | {f"step_{step}" for step, _ in SWIPES}
MADE |= {f"grade_{grade}" for grade in report.SIGNS}
MADE |= {f"verdict_{verdict}" for verdict in ("understood", "limits", "not_understood")}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def named_in_code() -> set[str]:
    sources = (checks, clock, findings, listen, report)
    texts = (Path(module.__file__ or "").read_text(encoding="utf-8") for module in sources)
    return {key for text in texts for key in re.findall(r'"(\w+)"', text)} | MADE


def test_every_sentence_is_used_and_every_one_that_is_used_is_there() -> None:
    plain = {key for key in words() if not key.endswith("_mend")}
    assert plain <= named_in_code()
    assert plain >= MADE


@pytest.mark.parametrize("key", words())
def test_both_languages_fill_in_the_same(key: str) -> None:
    both = words()[key]
    assert fields(both.zh) == fields(both.en)
    assert not re.search(r"[\u4e00-\u9fff]", both.en)


@pytest.mark.parametrize("key", [key for key in words() if key.endswith("_mend")])
def test_what_to_do_belongs_to_something_found_and_needs_no_more_values(key: str) -> None:
    found = words()[key.removesuffix("_mend")]
    assert fields(words()[key].en) <= fields(found.en) | {"every_s"}


class Outside(HTMLParser):
    """Collects what a page would fetch, and the tags it has."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_page_needs_nothing_from_outside_and_runs_nothing() -> None:
    page = html_page(HEAD, judge(trial(swipes())))
    seen = Outside()
    seen.feed(page)
    assert not seen.fetched
    assert not seen.tags & {"script", "link", "img", "iframe", "object"}
    assert "url(" not in page
    assert "http" not in page


def test_what_a_device_says_cannot_write_the_page() -> None:
    heard = [says(0, ev="<script>alert(1)</script>"), *swipes(3)]
    page = html_page(HEAD, judge(trial(heard)))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_page_has_both_languages_and_the_terminal_one() -> None:
    judged = judge(trial(swipes()))
    page = html_page(HEAD, judged)
    said = judged[0].findings[0].said
    for text in (said.zh, said.en, "看得懂", "understood"):
        assert text in page
    assert said.en in "\n".join(terminal_lines(HEAD, judged, "en"))
    chinese = "\n".join(terminal_lines(HEAD, judged, "zh"))
    assert said.zh in chinese
    assert said.en not in chinese


def test_the_report_says_the_verdict_and_what_to_do() -> None:
    lines = terminal_lines(HEAD, judge(trial(swipes(clock_s=-90))), "en")
    assert "  => understood with limits" in lines
    assert "! Clock (limit)" in lines
    assert "      → Set an NTP server on the device." in lines


def test_no_card_and_no_plate_stands_on_it() -> None:
    heard = [*swipes(3), says(99, ev="jammed", card="100200")]
    assert "100200" not in html_page(HEAD, judge(trial(heard)))


def test_it_fits_a_page() -> None:
    everything = [
        *swipes(clock_s=-8 * 3600 - 90), says(99, ev="jammed"), says(120, way=None, at=None),
        *(says(60 * n, ev="alive") for n in range(4)),
    ]  # fmt: skip
    assert len(terminal_lines(HEAD, judge(trial(everything)), "en")) <= 60


def test_values_with_braces_are_only_values() -> None:
    found = Finding("fault", "all_rejected", {"messages": 1, "why": "{x} {0}"})
    assert "{x} {0}" in found.said.en
    assert Checked("sample", (found,)).title == Words(zh="样本", en="Sample")
    assert fill("sample", {"messages": 1, "types": "x"}).en == "1 messages: x."
