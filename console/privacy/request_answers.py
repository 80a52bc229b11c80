"""What the API is asked and answers about people's requests."""

from typing import Any

import orjson
from pydantic import Field

from console.privacy.asking import TEXT_MAX, Consent, Identity, Kind, Refusal, State
from console.privacy.requests import Row, is_late, may_be_copied
from schemas.base import Instant, Model

ENTRIES_MAX = 200


class OwnRequest(Model):
    """A request as whoever filed it is shown it: where it stands, and what was answered.

    `due_at` is until when there must be an answer; `has_copy` holds while a copy can be fetched.
    """

    id: str
    kind: Kind
    consent: Consent | None
    estate: str
    dwelling: str | None
    filed_at: Instant
    state: State
    due_at: Instant
    decided_at: Instant | None
    reason: Refusal | None
    answer: str
    has_copy: bool

    @classmethod
    def of(cls, row: Row, at: int) -> "OwnRequest":
        """From a row, at an instant (ms)."""
        return cls(**_fields(cls, row) | {"has_copy": may_be_copied(row, at)})


class RequestAnswer(OwnRequest):
    """A request as the office is shown it; what the asker wrote is not in it.

    `login` is empty where it came by word or letter, and `entries` those that were meant by the
    answer.
    """

    login: str
    filed_by: str
    identity: Identity | None
    decided_by: str | None
    is_late: bool
    entries: list[str]

    @classmethod
    def of(cls, row: Row, at: int) -> "RequestAnswer":
        """From a row, at an instant (ms)."""
        own = {
            "has_copy": may_be_copied(row, at), "is_late": is_late(row, at),
            "entries": orjson.loads(row["rows"]),
        }  # fmt: skip
        return cls(**_fields(cls, row) | own)


class Candidate(Model):
    """An entry of the register that a request may be about, by `KIND/ID`, and how it stands."""

    entry: str
    told: dict[str, Any]


class RequestDetail(RequestAnswer):
    """A request with what the asker wrote, and the entries that it may be about.

    That it was looked at is written down. `fault` says why nothing could be opened.
    """

    clear: dict[str, str]
    candidates: list[Candidate]
    fault: str | None


class Taking(Model):
    """How it was found out who asks."""

    identity: Identity


class Granting(Model):
    """The entries that are meant, and what the asker is told."""

    answer: str = Field(min_length=1, max_length=TEXT_MAX)
    entries: tuple[str, ...] = Field(default=(), max_length=ENTRIES_MAX)


class Refusing(Model):
    """Why, of the list and in words that the asker understands."""

    reason: Refusal
    answer: str = Field(min_length=1, max_length=TEXT_MAX)


class CopyAnswer(Model):
    """What is held of whoever asked: their account, entries, reports, alerts, and who looked."""

    request: str
    made_at: str
    estate: str
    account: dict[str, Any] | None
    register_: list[dict[str, Any]] = Field(alias="register")
    filed: list[dict[str, Any]]
    alerts: list[dict[str, Any]]
    looks: list[dict[str, Any]]


def _fields(model: type[Model], row: Row) -> dict[str, Any]:
    return {name: row[name] for name in model.model_fields if name in row}
