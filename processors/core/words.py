"""Headlines for people: level, situation, place, time, then what happened and what to do next."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from schemas.alerts import Severity
from schemas.base import MS_PER_S, Words

LEVELS: dict[Severity, Words] = {
    "blue": Words(zh="蓝", en="Blue"),
    "yellow": Words(zh="黄", en="Yellow"),
    "orange": Words(zh="橙", en="Orange"),
    "red": Words(zh="红", en="Red"),
}


MINUTE_MS = 60_000
WEEK_MS = 7 * 86_400_000
ENDINGS = {1: "st", 2: "nd", 3: "rd"}


def clock_text(at: int, timezone: str) -> str:
    """Hours and minutes on the wall clock of the estate."""
    return _minute_text(at // MINUTE_MS, timezone)


@lru_cache(maxsize=4096)
def _minute_text(minute: int, timezone: str) -> str:
    # Asked of every reading by what weighs more at night; readings of a batch share their minutes.
    return f"{datetime.fromtimestamp(minute * 60, ZoneInfo(timezone)):%H:%M}"


def span_words(ms: int) -> Words:
    """A span of time as people say it: seconds below two minutes, then minutes, hours, days."""
    seconds = round(ms / MS_PER_S)
    if seconds < 120:
        return Words(zh=f"{seconds}秒", en=f"{seconds} s")
    if seconds < 7200:
        return Words(zh=f"{seconds // 60}分钟", en=f"{seconds // 60} min")
    if seconds < 172_800:
        return Words(zh=f"{seconds // 3600}小时", en=f"{seconds // 3600} h")
    return Words(zh=f"{seconds // 86_400}天", en=f"{seconds // 86_400} days")


def headline(level: Severity, title: Words, where: Words, when: str, detail: Words) -> Words:
    """The whole text of an alert."""
    return Words(
        zh=f"{LEVELS[level].zh}·{title.zh}｜{where.zh} {when}｜{detail.zh}",
        en=f"{LEVELS[level].en}, {title.en}: {where.en}, {when}. {detail.en}",
    )


def week_words(count: int) -> Words:
    """How often it was this week, said from the second time on."""
    if count < 2:
        return Words(zh="", en="")
    ending = "th" if count % 100 in (11, 12, 13) else ENDINGS.get(count % 10, "th")
    return Words(zh=f"；本周第{count}次", en=f"; {count}{ending} this week")
