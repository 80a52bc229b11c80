"""A clear value is shown only for a reason that is written down first, and not often."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from console.audit.chain import Said, Signed
from console.audit.log import acts_since, append, hold
from console.database import writing
from schemas.base import MS_PER_S

ACT = "reveal"
HOUR_MS = 3600 * MS_PER_S
REASON_MIN = 4


class TooOften(RuntimeError):
    """Whoever asks has seen as many clear values in this hour as anybody may."""


class NoReason(ValueError):
    """The reason says nothing."""


@dataclass(frozen=True, slots=True)
class Reveals:
    """Shows clear values of one database."""

    engine: Engine
    per_hour: int

    def show(
        self, target: str, signed: Signed, unseal: Callable[[], dict[str, str]]
    ) -> dict[str, str]:
        """What `unseal` gives, once it is written down that it was asked for `target`.

        Raises TooOften, NoReason, and what `unseal` raises.
        """
        if len(signed.why.strip()) < REASON_MIN:
            raise NoReason(f"say why in {REASON_MIN} letters or more; it is written down")
        with writing(self.engine) as tx:
            hold(tx)
            if acts_since(tx, signed.who, ACT, signed.at - HOUR_MS) >= self.per_hour:
                raise TooOften(f"{self.per_hour} clear values in an hour are all; wait, or ask why")
            append(tx, signed, [Said(ACT, target)])
        return unseal()
