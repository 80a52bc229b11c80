"""Acts: what people do with an alert or a report. The record of them is never rewritten."""

from typing import Literal

from schemas.base import Instant, Model

ActKind = Literal[
    "accept", "assign", "arrive", "handle", "close", "review",
    "file", "mediate", "feed_back", "rate",
    "remind", "supervise", "return", "extend", "assist", "transfer", "shelve", "judge",
]  # fmt: skip
Verdict = Literal["true", "false", "cannot_be_verified"]


class Act(Model):
    """One act: who did what to which alert or case, when, and why."""

    id: str
    kind: ActKind
    target: str
    by: str
    at: Instant
    why: str = ""
    verdict: Verdict | None = None
    version: int = 0
