"""What somebody asks of their data, the states it goes through, and until when. Pure.

    filed --take--> taken --grant--> granted
    filed, taken --refuse--> refused
    filed, taken --withdraw--> withdrawn

Law: the Personal Information Protection Law of 2021 gives the right to a copy (article 45),
correction (46), deletion (47) and withdrawal of consent (15), asks for an easy way to use them and
for reasons where one is refused (50), and names no number of days. Fifteen working days are the
most that the 2019 method for judging apps' collection of personal information (article 6) gives
where people do the work; GB/T 35273-2020 (8.7) gives thirty days. The shorter one is the default.
"""

from datetime import timedelta
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, model_validator

from console.register.entries import Id
from console.wall_clock import day_ends, local
from schemas.base import Model

Kind = Literal["copy", "correction", "deletion", "withdrawal"]
Consent = Literal["care", "face"]
State = Literal["filed", "taken", "granted", "refused", "withdrawn"]
Step = Literal["take", "grant", "refuse", "withdraw"]
Identity = Literal["account", "in_person", "documents"]
Refusal = Literal["not_identified", "not_held", "kept_by_law", "others_rights", "repeated"]
KINDS: tuple[Kind, ...] = get_args(Kind)
CONSENTS: tuple[Consent, ...] = get_args(Consent)
IDENTITIES: tuple[Identity, ...] = get_args(Identity)
REFUSALS: tuple[Refusal, ...] = get_args(Refusal)
OPEN: tuple[State, ...] = ("filed", "taken")
TEXT_MAX, SHORT_MAX = 2000, 128
SATURDAY = 5
LEADS_TO: dict[tuple[State, Step], State] = {
    ("filed", "take"): "taken", ("taken", "grant"): "granted", ("filed", "refuse"): "refused",
    ("taken", "refuse"): "refused", ("filed", "withdraw"): "withdrawn",
    ("taken", "withdraw"): "withdrawn",
}  # fmt: skip
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=SHORT_MAX)]


class NotPossible(RuntimeError):
    """A step that a request cannot take now; one line on why."""


class Request(Model):
    """What somebody asks, in clear. `name`, `contact`, `number` (of a card) and `plate` say who."""

    kind: Kind
    estate: Id
    dwelling: Id | None = None
    text: str = Field(default="", max_length=TEXT_MAX)
    consent: Consent | None = None
    name: Short = ""
    contact: Short = ""
    number: Short = ""
    plate: Short = ""

    @model_validator(mode="after")
    def _says_enough(self) -> "Request":
        if (self.kind == "withdrawal") is (self.consent is None):
            raise ValueError("consent: say which one is withdrawn, and only then")
        if self.kind == "correction" and not self.text.strip():
            raise ValueError("text: say what is wrong, and how it should be")
        return self


def after(state: State, step: Step) -> State:
    """The state that a step leads to. Raises NotPossible."""
    try:
        return LEADS_TO[state, step]
    except KeyError as error:
        can = ", ".join(name for was, name in LEADS_TO if was == state) or "nothing"
        raise NotPossible(f"it is {state}; what can be done now: {can}") from error


def due_at(filed_at: int, days: int, zone: ZoneInfo) -> int:
    """The end of the last working day on which an answer is in time (ms).

    Monday to Friday; public holidays are not known here, so the day is rather too early.
    """
    day = local(filed_at, zone).date()
    left = days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY
    return day_ends(day, zone)
