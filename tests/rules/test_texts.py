"""What people read: every revision of every alert of every scenario, in both languages.

They say what, where, when, why and what to do next. They accuse nobody, and they hold nothing a
reader cannot know: no rule's id, no pseudonym, no case, and in Chinese no English.
"""

import re
from functools import cache
from pathlib import Path

import pytest

from processors.core.estate import new_estate
from processors.core.machine import Machine, Output
from processors.core.replay import in_order, step
from processors.core.words import LEVELS, clock_text
from processors.rules.catalogue import shipped_rules
from schemas.alerts import Alert
from schemas.base import Words
from schemas.event_data import WatchChanged
from tests.rules.scenario import ESTATE, FILES, NAMES, Scenario, load_scenario

ACCUSING_ZH = (
    "小偷",
    "盗贼",
    "窃贼",
    "嫌疑",
    "嫌犯",
    "罪犯",
    "犯罪",
    "作案",
    "坏人",
    "歹徒",
    "可疑分子",
    "不法",
)
ACCUSING_EN = ("thief", "thieves", "burglar", "criminal", "suspect", "offender", "culprit", "perp")
NEXT_ZH = ("请", "立即", "先")
NEXT_EN = (
    "check", "look", "go", "go now", "go there", "call", "ask", "compare", "close", "remind",
    "compares",
)  # fmt: skip
WORDS_MAX = 140
"""Characters of the Chinese text that a phone shows without scrolling, by our own trial."""


@cache
def revisions(file: Path) -> tuple[Alert, ...]:
    """Every alert as it was told at some time."""
    scenario = load_scenario(file)
    machine, estate = Machine(scenario.rules), new_estate(ESTATE)
    told: dict[tuple[str, int], Alert] = {}
    for event in in_order([*scenario.log, scenario.last_tick()]):
        out = Output()
        step(machine, estate, event, out)
        told |= {(alert.id, alert.revision): alert for alert in out.alerts.values()}
    return tuple(alert for alert in told.values() if alert.rule == scenario.rule)


def without_names(text: str, scenario: Scenario) -> str:
    """The text without the names a site gives to its places and devices."""
    config = scenario.config
    named = [place.name.zh for place in config.places] + [d.name.zh for d in config.devices]
    spots = [event.data.place for event in scenario.events] + [d.place for d in config.devices]
    for name in sorted({*named, *spots}, key=len, reverse=True):
        text = text.replace(name, "")
    return text


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_chinese_is_chinese(file: Path) -> None:
    scenario = load_scenario(file)
    for alert in revisions(file):
        reason = without_names(alert.reason.zh, scenario)
        assert not re.search(r"[A-Za-z_]", reason), reason
        assert len(alert.reason.zh) <= WORDS_MAX, alert.reason.zh
        assert not [word for word in ACCUSING_ZH if word in reason], reason


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_english_accuses_nobody(file: Path) -> None:
    for alert in revisions(file):
        text = alert.reason.en.lower()
        assert not [word for word in ACCUSING_EN if re.search(rf"\b{word}", text)], text
        assert not re.search(r"[a-z]_[a-z]", text), text
        assert not re.search(r"[\u4e00-\u9fff]", without_chinese_names(alert)), text


def without_chinese_names(alert: Alert) -> str:
    return alert.reason.en.replace(alert.place_name.en, "")


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_words_say_what_where_when_and_what_next(file: Path) -> None:
    scenario = load_scenario(file)
    title = scenario.rules.by_id[scenario.rule].title
    for alert in revisions(file):
        when = clock_text(alert.opened_at, scenario.config.timezone)
        level, place = LEVELS[alert.severity], alert.place_name
        head = f"{level.zh}·{title.zh}｜{place.zh} {when}｜"
        assert alert.reason.zh.startswith(head), alert.reason.zh
        assert alert.reason.en.startswith(f"{level.en}, {title.en}: {place.en}, {when}. ")
        detail = alert.reason.zh.removeprefix(head)
        assert any(word in detail for word in NEXT_ZH), detail
        words = re.findall(r"[a-z]+", alert.reason.en.lower())
        assert set(words) & set(NEXT_EN), alert.reason.en
        assert detail.endswith("。"), detail
        assert alert.reason.en.endswith("."), alert.reason.en


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_words_give_nobody_away(file: Path) -> None:
    scenario = load_scenario(file)
    subjects = {event.subject for event in scenario.events} - {None}
    entries = [e.data for e in scenario.events if isinstance(e.data, WatchChanged)]
    cases = {name for entry in entries for name in (entry.case_number, entry.owner, entry.approver)}
    secrets = {secret for secret in (*subjects, *cases) if secret and len(secret) > 1}
    for alert in revisions(file):
        told = alert.reason.zh + alert.reason.en
        assert not [secret for secret in secrets if secret in told], told


def test_every_rule_was_read() -> None:
    read = {alert.rule for file in FILES for alert in revisions(file)}
    assert read == set(shipped_rules().by_id)


@pytest.mark.parametrize("rule", shipped_rules().rules, ids=lambda rule: rule.id)
def test_titles(rule) -> None:  # type: ignore[no-untyped-def]
    title: Words = rule.title
    assert not re.search(r"[A-Za-z]", title.zh)
    assert len(title.zh) <= 8
    assert title.en == title.en.lower()
    assert not [word for word in ACCUSING_ZH if word in title.zh]
