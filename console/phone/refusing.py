"""What goes wrong, as one line that a person can read, and the status that says so to programs."""

from pydantic import ValidationError
from sqlalchemy.exc import DataError, OperationalError

from console.accounts.entrance import Locked
from console.cases.acting import Refused
from console.cases.intake import PER_DAY_MAX, ReportFault
from console.cases.once import KeyReused
from console.cases.rows import Raced
from console.phone.asking import ForeignPage
from console.phone.images import PHOTO_BYTES_MAX, PHOTOS_MAX, NoPhoto
from console.phone.rendering import Said, Visit
from console.privacy.reveal import NotYours
from console.register import planning
from console.register.reveal import NoReason, TooOften
from console.register.vault import NoKey
from console.rest.plumbing import STATUS_OF_REFUSAL
from console.revealing import fault_word
from console.rights import MB
from schemas.sealing import SealError
from schemas.yaml_file import FileFaults


class NotPossible(ValueError):
    """Something that a person cannot do so; the text is the key of its words."""


KEYS: dict[type[Exception], tuple[str, int]] = {
    ForeignPage: ("page_old", 403), KeyReused: ("sent_already", 409), Raced: ("raced", 409),
    planning.Conflict: ("raced", 409), planning.Refused: ("consent_over", 422),
    TooOften: ("too_often", 429), NoKey: ("no_key", 503), SealError: ("no_key", 503),
    FileFaults: ("no_site", 503), OperationalError: ("busy", 503), DataError: ("wrong_text", 422),
    ValidationError: ("wrong_form", 422), OSError: ("no_room", 503), Locked: ("locked", 429),
}  # fmt: skip
LOOKS: dict[type[Exception], int] = {
    ValidationError: 422, NoReason: 422, NotYours: 403, TooOften: 429, NoKey: 503,
}  # fmt: skip
"""Why a look at clear values is refused."""
FAULTS: tuple[type[Exception], ...] = (
    *KEYS, Refused, ReportFault, NoPhoto, NotPossible, NoReason, NotYours,
)  # fmt: skip


def said_of(visit: Visit, error: Exception) -> Said:
    """The line and the status of one of `FAULTS`."""
    if isinstance(error, Refused):
        refusal = error.refusal
        needs = 422 if refusal.code.startswith(("needs_", "until_", "no_party")) else 409
        line = refusal.zh if visit.language == "zh" else refusal.en
        return Said(STATUS_OF_REFUSAL.get(refusal.code, needs), wrong=line)
    if isinstance(error, ReportFault):
        is_often = str(error).startswith("at most")
        key = "per_day" if is_often else "not_here"
        return Said(422, wrong=visit.say(key, n=PER_DAY_MAX))
    if isinstance(error, NoPhoto):
        limits = {"mb": PHOTO_BYTES_MAX // MB, "n": PHOTOS_MAX}
        return Said(422, wrong=visit.say(str(error), **limits))
    if isinstance(error, NotPossible):
        return Said(422, wrong=visit.say(str(error)))
    key, status = next(told for kind, told in KEYS.items() if isinstance(error, kind))
    return Said(status, wrong=visit.say(key))


def reveal_said(visit: Visit, error: Exception) -> Said:
    """The line and the status of one of `FAULTS` that came of asking to see more."""
    status = next((code for kind, code in LOOKS.items() if isinstance(error, kind)), None)
    if status is None:
        return said_of(visit, error)
    return Said(status, wrong=fault_word(status, visit.language))
