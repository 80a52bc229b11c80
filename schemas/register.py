"""The register (一标三实): homes, credentials, permits, passes, notes, consents, watch entries.

It lives in the console's database and reaches the processors as `register.changed` and
`watch.changed` events without clear identities.
"""

from typing import Literal

from pydantic import Field

from schemas.base import Instant, Model

CredentialClass = Literal[
    "resident", "tenant", "visitor", "courier", "care", "works", "property", "emergency",
]  # fmt: skip


class Dwelling(Model):
    """A home: its standard address, its registered use, and how many are registered in it."""

    id: str
    estate: str
    place: str
    address: str
    use: Literal["own", "let", "vacant", "commercial", "unknown"] = "unknown"
    registered_count: int = Field(default=0, ge=0)


class Credential(Model):
    """A card, face, finger or phone that opens doors; `ref` is its pseudonym."""

    ref: str
    estate: str
    dwelling: str | None = None
    credential_class: CredentialClass
    valid_to: Instant | None = None


class Permit(Model):
    """A vehicle's right to be inside; `stay_max_s` bounds one stay."""

    ref: str
    estate: str
    credential_class: CredentialClass
    valid_from: Instant
    valid_to: Instant
    stay_max_s: int | None = None


class VisitorPass(Model):
    """A visitor's way in, for a time."""

    ref: str
    estate: str
    dwelling: str
    valid_from: Instant
    valid_to: Instant


class AwayNote(Model):
    """A home's own word that nobody is in."""

    dwelling: str
    estate: str
    valid_from: Instant
    valid_to: Instant


class CareConsent(Model):
    """Consent, own or a guardian's, to be looked after; it can be withdrawn at any time."""

    person: str
    estate: str
    dwelling: str
    given_by: Literal["self", "guardian"]
    valid_from: Instant
    withdrawn_at: Instant | None = None


class WatchEntry(Model):
    """What the police look for: a case, a legal basis of the closed list, two names, 30 days."""

    id: str
    looks_for: Literal["plate", "credential", "face"]
    ref: str
    case_number: str = Field(min_length=1)
    basis: Literal["wanted", "missing", "protection_order", "case_vehicle", "cloned_plate"]
    severity: Literal["orange", "red"] = "orange"
    owner: str = Field(min_length=1)
    approver: str = Field(min_length=1)
    roles: tuple[str, ...]
    valid_from: Instant
    valid_to: Instant
