"""What the register's pages stand on: who may see which kind, and what is wrong in their words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from fastapi import HTTPException

from console.around.asking import Asked
from console.audit.chain import Signed
from console.desk.faults import placed, said_of, told
from console.office import Office
from console.register.kinds import Kind, Row
from console.register.office import RegisterOffice
from console.register.planning import Conflict
from console.register.reading import Given, Read
from console.register.reveal import NoReason, TooOften
from console.register.sight import NotYours, Sight, row_in_sight
from console.register.vault import NoKey
from schemas.sealing import SealError
from schemas.yaml_file import FileFaults

T = TypeVar("T")
WHY_MAX = 500
REFUSED = (Conflict, TooOften, NoReason, NotYours, NoKey, SealError, ValueError)


class Wrong(Exception):
    """What was sent cannot be done: what is wrong, for people, by field."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        """Field and fault; no field for what is wrong with all of it."""
        super().__init__("; ".join(what for _, what in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Desk:
    """The register of one office, as pages."""

    office: Office
    register: RegisterOffice

    def sight(self, asked: Asked) -> Sight:
        """What somebody sees of the register. Raises HTTPException."""
        return attempt(asked, lambda: self.register.sight(asked.who))

    def row(self, kind: Kind, name: str, sight: Sight) -> Row:
        """An entry in sight. Raises HTTPException."""
        with self.office.engine.connect() as tx:
            found = row_in_sight(tx, kind, name, sight)
        if found is None:
            raise HTTPException(404, f"no entry {name[:60]!r}")
        return found

    def signed(self, asked: Asked, why: str) -> Signed:
        """Who asks, and why. Raises Wrong where they do not say why."""
        if not why:
            raise Wrong([("why", asked.tongue.say("reg_why_needed"))])
        return Signed(asked.who.login, why[:WHY_MAX], self.office.clock())

    def given(self, sight: Sight, estate: str | None = None) -> Given:
        """What a form may name."""
        return Given(self.register.known_to(sight), self.office.settings.zone, estate)

    def may_write(self, asked: Asked, kind: Kind) -> bool:
        """Whether they may enter and change entries of a kind."""
        return asked.may(f"/register/{kind.name}", "POST")


@dataclass(frozen=True, slots=True)
class Counter:
    """One request for a kind of entries: whose, and what they see of it."""

    desk: Desk
    asked: Asked
    kind: Kind
    sight: Sight

    @classmethod
    def of(cls, desk: Desk, asked: Asked, kind: Kind) -> "Counter":
        """A kind, for whoever asks."""
        return cls(desk, asked, kind, desk.sight(asked))


def faults_of(asked: Asked, read: Read) -> list[tuple[str, str]]:
    """What is wrong with a form, by field, in the language of whoever asks."""
    found = []
    for fault in read.faults:
        where = placed(fault.what)[0] if fault.path == "row" else fault.path
        found.append((where, told(fault.what, asked.tongue.language)))
    return found


def attempt(asked: Asked, work: Callable[[], T], *, has_list: bool = False) -> T:
    """What work gives. Raises Wrong, in the language of whoever asks; FileFaults of a list."""
    try:
        return work()
    except FileFaults as error:
        if has_list:
            raise
        raise HTTPException(503, str(error)) from error
    except REFUSED as error:
        raise Wrong([said_of(str(error), asked.tongue.language)]) from error
