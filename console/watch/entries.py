"""What an officer proposes to look for, and how it becomes a row. Pure.

An entry needs a case number, a basis of the closed list, an owner, a second person who approves,
the roles that hits go to, and an end within thirty days. Until it is approved no rule knows of it.
"""

import unicodedata
from typing import Any, Literal

import orjson
from pydantic import Field, model_validator

from console.register.entries import Id, Name
from schemas.base import MS_PER_S, Instant, Model
from schemas.event_data import WatchBasis
from schemas.events import event_id
from schemas.plates import normal_plate
from schemas.sealing import Keys, ScopeKeys

DAYS_MAX = 30
SPAN_MAX_MS = DAYS_MAX * 86_400 * MS_PER_S
OF_VEHICLES = frozenset({"case_vehicle", "cloned_plate"})
CASE_MAX = 64
CITY = "*"


class WatchProposal(Model):
    """What is looked for, in clear, and why. `estate` None: everywhere. `looks_for` a face means a
    person whom a device was given and names itself; no face is ever compared here.
    """

    estate: Id | None = None
    looks_for: Literal["plate", "credential", "face"]
    value: Name
    case_number: str = Field(min_length=1, max_length=CASE_MAX, pattern=r"\S")
    basis: WatchBasis
    severity: Literal["orange", "red"] = "orange"
    owner: Name
    roles: tuple[str, ...] = Field(default=("police",), min_length=1)
    score_min: float = Field(default=0.9, ge=0, le=1)
    valid_from: Instant | None = None
    valid_to: Instant

    @model_validator(mode="after")
    def _fits(self) -> "WatchProposal":
        if self.looks_for == "plate" and len(normal_plate(self.value)) < 4:
            raise ValueError("value: is no plate: write its letters and digits")
        if self.basis in OF_VEHICLES and self.looks_for != "plate":
            raise ValueError(f"basis: {self.basis} looks for a plate; give looks_for plate")
        if any(not role.strip() for role in self.roles):
            raise ValueError("roles: a role without a name; name who is told of hits")
        return self


def is_same_person(one: str, other: str) -> bool:
    """Whether two names are one as people write them: case, width and blanks do not count."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def watch_row(told: WatchProposal, keys: Keys, at: int) -> dict[str, Any]:
    """The row of a proposal made at an instant (ms). Raises ValueError for a wrong span."""
    begins = at if told.valid_from is None else told.valid_from
    if told.valid_to <= max(begins, at):
        raise ValueError("valid_to: it is over already; give an end that lies ahead")
    if told.valid_to - begins > SPAN_MAX_MS:
        raise ValueError(f"valid_to: an entry lasts at most {DAYS_MAX} days; give an earlier end")
    scope = scope_of(told.estate, keys)
    ref = ref_of(told.looks_for, told.value, scope)
    name = event_id("watch", told.estate or CITY, told.looks_for, ref, told.case_number, at)[:16]
    row = told.model_dump(exclude={"value"})
    return row | {
        "id": name, "ref": ref, "valid_from": begins, "roles": orjson.dumps(told.roles).decode(),
        "approver": None, "approved_at": None, "ended_at": None, "version": 1, "changed_at": at,
        "sealed": scope.seal(told.value, f"{name}/value"),
    }  # fmt: skip


def scope_of(estate: str | None, keys: Keys) -> ScopeKeys:
    """The keys that an entry is sealed under: the city's for one that holds everywhere."""
    return keys.city if estate is None else keys.estate(estate)


def ref_of(looks_for: str, value: str, scope: ScopeKeys) -> str:
    """The pseudonym of what is looked for."""
    return scope.plate(value).ref if looks_for == "plate" else scope.credential(value)


def clear_value(row: Any, keys: Keys) -> str:
    """What an entry looks for, in clear. Raises SealError if the key is not the one."""
    return scope_of(row["estate"], keys).unseal(row["sealed"], f"{row['id']}/value")
