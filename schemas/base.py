"""What every model here is made of: frozen, strict about names, and with one notion of time.

An instant is an ``int`` of milliseconds since 1970-01-01T00:00:00Z inside the program and an
RFC 3339 string with ``Z`` and milliseconds on the wire. Integers compare, hash and add without
surprises, and no zone can hide in them.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

MS_PER_S = 1000


def parse_instant(value: Any) -> int:
    """Milliseconds since the epoch from an RFC 3339 text or an int already in milliseconds.

    Raises ValueError for a text without an offset: a time without a zone is not an instant.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise ValueError("an instant is an RFC 3339 text, for example 2026-03-01T08:00:00Z")
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} has no offset; write Z or +08:00 at its end")
    return round(moment.timestamp() * MS_PER_S)


def format_instant(at: int) -> str:
    """RFC 3339 text in UTC with milliseconds, the only form we write."""
    return f"{_second_text(at // MS_PER_S)}.{at % MS_PER_S:03d}Z"


@lru_cache(maxsize=4096)
def _second_text(second: int) -> str:
    # Events of a batch share their seconds; formatting is the dearest part of writing one.
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%S}"


Instant = Annotated[
    int,
    BeforeValidator(parse_instant),
    PlainSerializer(format_instant, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""Milliseconds since the epoch; RFC 3339 in JSON."""


class Model(BaseModel):
    """A message or configuration part: it never changes and refuses names it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False)


M = TypeVar("M", bound=Model)


def with_changes(model: M, changes: Mapping[str, Any]) -> M:
    """`model.model_copy(update=changes)`, at a quarter of the price; nothing is checked anew."""
    made: M = _new(type(model))
    _set(made, "__dict__", {**model.__dict__, **changes})
    _set(made, "__pydantic_fields_set__", {*model.__pydantic_fields_set__, *changes})
    _set(made, "__pydantic_extra__", None)
    _set(made, "__pydantic_private__", None)
    return made


_new, _set = object.__new__, object.__setattr__


class Words(Model):
    """One text for people, Chinese first, English beside it."""

    zh: str
    en: str
