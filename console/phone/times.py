"""Times and lines as they stand on a phone: the hour today, else the day; what is left. Pure."""

import re
from zoneinfo import ZoneInfo

from console.lifecycle.clocks import HOUR_MS, MINUTE_MS
from console.wall_clock import local
from console.words import Language, Texts

TEXTS = Texts("console.phone")
LINE_MAX = 60
"""Letters of what happened that stand in a list; Chinese ones are twice as wide."""
_SENTENCE = re.compile(r"[。；\n]|\.\s")
DAY_MS = 24 * HOUR_MS


def clock_text(at: int, now: int, zone: ZoneInfo) -> str:
    """`14:05` today, `11-24 14:05` in this year, else with the year."""
    moment, today = local(at, zone), local(now, zone)
    if moment.date() == today.date():
        return moment.strftime("%H:%M")
    return moment.strftime("%m-%d %H:%M" if moment.year == today.year else "%Y-%m-%d %H:%M")


def left_text(due_at: int, now: int, language: Language) -> str:
    """How long is left, or since when it is late."""
    key = "left" if due_at >= now else "late"
    return TEXTS.say(key, language, span=span_text(abs(due_at - now), language))


def span_text(ms: int, language: Language) -> str:
    """Minutes up to two hours, hours up to two days, then days."""
    unit, length = ("d", DAY_MS) if ms >= 2 * DAY_MS else ("h", HOUR_MS)
    if ms < 2 * HOUR_MS:
        unit, length = "min", MINUTE_MS
    key = f"span_{unit}"
    return TEXTS.say(key, language, n=max(1, ms // length))


def in_a_line(text: str) -> str:
    """The first sentence of a text, cut to what two lines of a phone hold."""
    first = _SENTENCE.split(text.strip(), maxsplit=1)[0]
    return first if len(first) <= LINE_MAX else f"{first[:LINE_MAX]}…"
