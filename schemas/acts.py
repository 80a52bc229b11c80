"""Acts: what people do with an alert or a report. The record of them is never rewritten."""

from typing import Literal

from schemas.base import Instant, Model

ActKind = Literal[
    "accept", "assign", "arrive", "handle", "close", "review",
    "file", "mediate", "feed_back", "rate",
    "remind", "supervise", "return", "extend", "assist", "transfer", "shelve", "judge",
    "open", "join", "climb", "unshelve",
]  # fmt: skip
"""The last four are the console's own: a case opened, an alert that joined it, time that ran out,
and a shelf that did."""
Verdict = Literal["true", "false", "cannot_be_verified"]
Rating = Literal["satisfied", "fairly", "unsatisfied", "not_reached"]


class Act(Model):
    """One act: who did what to which alert or case, when, and why.

    `version` counts the acts of one target from 1, and `state` is the one it led to. `to` is whom
    it was given to (`person:LOGIN`, `team:NAME`, `group:HANDLER`), or the alert that joined, or the
    level that an overdue case climbed to; `number` that of the 110 record; `pictures` link what
    was photographed, by the hash of its bytes.
    """

    id: str
    kind: ActKind
    target: str
    by: str
    at: Instant
    why: str = ""
    verdict: Verdict | None = None
    version: int = 0
    estate: str = ""
    state: str = ""
    to: str = ""
    until: Instant | None = None
    number: str = ""
    rating: Rating | None = None
    pictures: tuple[str, ...] = ()
