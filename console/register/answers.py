"""What the register answers other programs: entries, and nothing of them in clear."""

from collections.abc import Mapping
from typing import Any, Generic, Literal, TypeVar

import orjson
from pydantic import Field

from console.register.entries import (
    AwayEntry,
    ConsentEntry,
    CredentialEntry,
    DwellingEntry,
    Entry,
    PassEntry,
    PatrolEntry,
    PermitEntry,
    WorksEntry,
)
from console.register.kinds import Kind, Row
from console.register.shelf import stands
from schemas.base import Instant, Model
from schemas.event_data import DwellingUse
from schemas.register import CredentialClass


class Answer(Model):
    """Common to all kinds. `clear` names the fields that `reveal` can show."""

    id: str
    estate: str
    version: int
    state: Literal["standing", "over", "ended"]
    valid_from: Instant
    valid_to: Instant | None = None
    ended_at: Instant | None = None
    changed_at: Instant
    clear: tuple[str, ...] = ()


class DwellingAnswer(Answer):
    """A home."""

    name: str
    place: str
    address: str
    use: DwellingUse
    registered_count: int | None = None


class CredentialAnswer(Answer):
    """A credential; `ref` is its pseudonym, the one that its readings carry."""

    ref: str
    dwelling: str | None = None
    credential_class: CredentialClass


class PermitAnswer(Answer):
    """A vehicle's permit; `ref` and `skeleton` are pseudonyms of its plate."""

    ref: str
    skeleton: str
    dwelling: str | None = None
    credential_class: CredentialClass
    stay_max_s: int | None = None


class PassAnswer(Answer):
    """A visitor's pass, by a number or a plate."""

    ref: str
    skeleton: str | None = None
    dwelling: str


class AwayAnswer(Answer):
    """A home's word that nobody is in."""

    dwelling: str


class ConsentAnswer(Answer):
    """Consent to be looked after; `person` is a pseudonym, `ref` that of a help button."""

    ref: str | None = None
    person: str
    dwelling: str
    given_by: Literal["self", "guardian"]
    silent_max_s: int | None = None


class WorksAnswer(Answer):
    """Works at a place."""

    place: str
    what: str


class PatrolAnswer(Answer):
    """A patrol that is due; `ref` is the pseudonym of its card."""

    ref: str | None = None
    place: str


class Change(Model):
    """Common to what changes an entry: why, and the version that was looked at."""

    why: str = Field(min_length=1, max_length=500)
    version: int | None = Field(default=None, ge=0)


E = TypeVar("E", bound=Entry)


class Entered(Change, Generic[E]):
    """An entry as it is to be, in clear."""

    entry: E


class Reveal(Model):
    """Why somebody must see clear values; it is written down before they are shown."""

    why: str = Field(min_length=1, max_length=500)


class Clear(Model):
    """Clear values by field."""

    id: str
    values: dict[str, str]


class VersionAnswer(Model):
    """One version of an entry: who changed what, when and why."""

    version: int
    change: str
    at: Instant
    who: str
    why: str


class Find(Model):
    """A number or plate as it is typed, or a part of a home's name or address. For a plate, `near`
    also finds those readers confuse.
    """

    estate: str
    number: str | None = Field(default=None, min_length=1)
    plate: str | None = Field(default=None, min_length=1)
    home: str | None = Field(default=None, min_length=1)
    near: bool = False


ANSWERS: Mapping[str, tuple[type[Answer], type[Entry]]] = {
    "dwellings": (DwellingAnswer, DwellingEntry),
    "credentials": (CredentialAnswer, CredentialEntry),
    "permits": (PermitAnswer, PermitEntry),
    "passes": (PassAnswer, PassEntry),
    "aways": (AwayAnswer, AwayEntry),
    "consents": (ConsentAnswer, ConsentEntry),
    "works": (WorksAnswer, WorksEntry),
    "patrols": (PatrolAnswer, PatrolEntry),
}


def answer_of(kind: Kind, row: Row, at: int) -> Answer:
    """An entry as it is answered at an instant (ms)."""
    model, _ = ANSWERS[kind.name]
    told: dict[str, Any] = {name: row[name] for name in model.model_fields if name in row}
    ended = row["ended_at"] is not None
    told["state"] = "ended" if ended else "standing" if stands(row, at) else "over"
    told["clear"] = tuple(sorted(orjson.loads(row["sealed"])))
    return model(**told)
