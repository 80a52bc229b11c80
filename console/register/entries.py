"""What people enter in the register, in clear, as they say it. One model a kind.

A number, a plate or a name stands here in clear only until it is sealed (`sealing`).
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from schemas.base import Instant, Model
from schemas.event_data import DwellingUse
from schemas.plates import normal_plate
from schemas.register import CredentialClass
from schemas.sealing import normal_credential

CARE_SILENT_S = 3600 * 24 * 7
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128)]
Id = Annotated[str, StringConstraints(pattern=r"^[^\s/|](?:[^/|]*[^\s/|])?$", max_length=64)]
"""Of an estate, home or place: no blank at its ends, no slash, no bar."""


def _readable(plate: str) -> str:
    """A plate with at least 4 letters and digits (the shortest that are issued have 5)."""
    if len(normal_plate(plate)) < 4:
        raise ValueError("is no plate: write its letters and digits")
    return plate


def _number(number: str) -> str:
    if not normal_credential(number):
        raise ValueError("is empty: write the card's number as readers report it")
    return number


Plate = Annotated[Name, AfterValidator(_readable)]
Number = Annotated[Name, AfterValidator(_number)]


class Entry(Model):
    """Common to all kinds. `valid_from` None: from the day it is first entered."""

    estate: Id
    valid_from: Instant | None = None
    valid_to: Instant | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Entry":
        if None not in (self.valid_from, self.valid_to) and self.valid_to <= self.valid_from:  # type: ignore[operator]
            raise ValueError("valid_to: it ends before it begins; mend one of the two")
        return self


class DwellingEntry(Entry):
    """A home. `name` is what others call it by; `place` where it stands in the site file."""

    name: Id
    place: Id
    address: Name
    use: DwellingUse = "unknown"
    registered_count: int | None = Field(default=None, ge=0, le=99)


class CredentialEntry(Entry):
    """A card, face, finger or phone that opens doors, by the number that readers report."""

    number: Number
    dwelling: Id | None = None
    credential_class: CredentialClass
    holder: Name | None = None


class PermitEntry(Entry):
    """A vehicle's right to be inside: one a plate and estate. Without an end it holds for good."""

    plate: Plate
    credential_class: CredentialClass
    dwelling: Id | None = None
    holder: Name | None = None
    stay_max_s: int | None = Field(default=None, gt=0)


class PassEntry(Entry):
    """A visitor's way in, for a time: by a number that readers report, or by a plate."""

    number: Number | None = None
    plate: Plate | None = None
    dwelling: Id
    visitor: Name | None = None
    valid_from: Instant
    valid_to: Instant

    @model_validator(mode="after")
    def _one_way_in(self) -> "PassEntry":
        if (self.number is None) is (self.plate is None):
            raise ValueError("number: give a number or a plate, and not both")
        return self


class AwayEntry(Entry):
    """A home's own word that nobody is in."""

    dwelling: Id
    valid_from: Instant
    valid_to: Instant


class ConsentEntry(Entry):
    """Consent to be looked after, the person's own or a guardian's; it can be withdrawn any time.

    `number`: of the help button that the person bears, as it is reported. `silent_max_s`: after so
    long without a sign somebody may look in.
    """

    person: Name
    dwelling: Id
    given_by: Literal["self", "guardian"]
    guardian: Name | None = None
    number: Number | None = None
    silent_max_s: int | None = Field(default=None, gt=0, le=CARE_SILENT_S)
    valid_from: Instant

    @model_validator(mode="after")
    def _guardian_is_named(self) -> "ConsentEntry":
        if (self.given_by == "guardian") is (self.guardian is None):
            raise ValueError("guardian: name the guardian, and only where a guardian consents")
        return self


class WorksEntry(Entry):
    """Works at a place, announced for a time."""

    place: Id
    what: Name
    contact: Name | None = None
    valid_from: Instant
    valid_to: Instant


class PatrolEntry(Entry):
    """A patrol that is due at a place within a time; by one card, or by any of property's."""

    place: Id
    number: Number | None = None
    team: Name | None = None
    valid_from: Instant
    valid_to: Instant
