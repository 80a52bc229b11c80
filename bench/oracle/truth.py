"""What was made to happen: by whom it should be found, where, when, and how it should be told."""

from dataclasses import dataclass
from typing import Literal

from schemas.alerts import Delivery, Handler, Severity

Kind = Literal["incident", "habit"]
Names = Literal["credential", "plate", "as_is"]
SLACK_MS = 10_000
"""Terminals stamp whole seconds, rules wait out the lateness, watermarks move with the ticks."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One situation of the catalogue that stands, whether anybody finds it or not.

    It may be told from `began` to `until` (ms). `places` are the places it may be told at (none:
    anywhere, for what is about the whole estate). An
    `incident` must be found; a `habit` is what people or worn devices do and may be. `subject` is
    clear, `names` says which pseudonym it becomes. What is None is not judged. `afterwards`: its
    readings come too late to ring anybody, so it must be found afterwards and not before; None:
    either will do.
    """

    rule: str
    places: tuple[str, ...]
    began: int
    until: int
    kind: Kind = "incident"
    subject: str | None = None
    names: Names = "as_is"
    severity: Severity | None = None
    delivery: Delivery | None = None
    handler: Handler | None = None
    afterwards: bool | None = False
