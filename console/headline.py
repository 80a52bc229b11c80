"""Takes an alert's headline apart again: what it is called, and what happened.

A headline reads `红·胁迫开门｜3号楼2单元 02:14｜使用胁迫码…` and `Red, duress: Building 3 Unit 2,
02:14. Duress code used…`. A card shows its parts in places of their own. A text of another form is
shown whole.
"""

import re

from schemas.alerts import Alert
from schemas.base import Words

_ZH = re.compile(r"[^·｜]+·(?P<title>[^｜]+)｜[^｜]*｜(?P<detail>.+)", re.DOTALL)
_EN = re.compile(r"[^,]+, (?P<title>[^:]+): .*?, \d\d:\d\d\. (?P<detail>.+)", re.DOTALL)


def title_of(alert: Alert) -> Words:
    """What the situation is called; the rule's id where the headline has another form."""
    return _part(alert, "title", Words(zh=alert.rule, en=alert.rule))


def detail_of(alert: Alert) -> Words:
    """What happened, without level, title, place and time; else the whole text."""
    return _part(alert, "detail", alert.reason)


def _part(alert: Alert, name: str, otherwise: Words) -> Words:
    zh, en = _ZH.fullmatch(alert.reason.zh), _EN.fullmatch(alert.reason.en)
    return Words(zh=zh[name] if zh else otherwise.zh, en=en[name] if en else otherwise.en)
