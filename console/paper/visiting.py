"""Which homes are put up for a visit, and what a visit says of the register. Pure.

A home is put up because of what its doors read, or because somebody asks for it. Nothing here
judges anybody: a visit finds out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from schemas.event_data import DwellingUse
from schemas.views import CareView, HomeView

Reason = Literal["seems_vacant", "vacant", "let", "shared", "welfare", "asked"]
"""`vacant`, `let` and `shared` are in what way its use differs from the register."""
Found = Literal["in_use", "vacant", "other_use", "nobody_met"]
State = Literal["open", "done", "lapsed"]
Outcome = Literal["none", "proposed", "changed", "refused"]
FOUND: tuple[Found, ...] = get_args(Found)
USES: tuple[DwellingUse, ...] = get_args(DwellingUse)
PEOPLE_MAX = 99
REST_MS = 30 * 86_400_000
"""After a visit a home is not put up for the same reason again for 30 days: our own judgement."""
Home = tuple[str, str]


class VisitFault(ValueError):
    """What was said of a visit cannot be taken: the key of the words that say why."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A home to be visited, and why."""

    estate: str
    dwelling: str
    place: str
    name_zh: str
    name_en: str
    reason: Reason

    @property
    def home(self) -> Home:
        """The home."""
        return self.estate, self.dwelling


@dataclass(frozen=True, slots=True)
class Result:
    """What a visit found: use, people met or said to live there, and words."""

    found: Found
    at: int
    by: str
    people: int | None = None
    use: DwellingUse | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Registered:
    """What the register says of a home."""

    use: DwellingUse
    people: int | None


def reason_of(home: HomeView) -> Reason | None:
    """Why a home's own readings ask for a visit; None where they do not.

    A home that is registered vacant and seems so is as registered.
    """
    if home.status == "differs":
        return home.differs
    if home.status == "seems_vacant" and home.use != "vacant":
        return "seems_vacant"
    return None


def wanted(
    homes: Iterable[HomeView], care: Iterable[CareView], away: frozenset[Home]
) -> dict[Home, Wanted]:
    """The homes to be visited now. A home that said it is away is not, unless it is looked after
    and silent.
    """
    found: dict[Home, Wanted] = {}
    for home in homes:
        reason = reason_of(home)
        if reason is not None and (home.estate, home.dwelling) not in away:
            one = _wanted(home, reason)
            found[one.home] = one
    for silent in care:
        if silent.state == "silent":
            one = _wanted(silent, "welfare")
            found[one.home] = one
    return found


def _wanted(view: HomeView | CareView, reason: Reason) -> Wanted:
    name = view.place_name
    return Wanted(view.estate, view.dwelling, view.place, name.zh, name.en, reason)


def still_wanted(reason: Reason, home: Home, now: Mapping[Home, Wanted], known: set[Home]) -> bool:
    """Whether what the console put up stays: until its home is known to be as it should be.

    `known` are the homes that can be judged now: what cannot be judged changes nothing.
    """
    return reason == "asked" or home in now or home not in known


def check(result: Result) -> None:
    """Raises VisitFault where what a visit found does not hang together."""
    if result.people is not None and not 0 <= result.people <= PEOPLE_MAX:
        raise VisitFault("fault_people")
    if result.found == "in_use" and result.use == "vacant":
        raise VisitFault("fault_use")
    if result.found == "vacant" and (result.people or result.use not in (None, "vacant")):
        raise VisitFault("fault_vacant")
    if result.found == "other_use" and not result.words.strip() and result.use is None:
        raise VisitFault("fault_words")


def proposed(result: Result, registered: Registered | None) -> Registered | None:
    """What the register should say after a visit; None where it says so already, or nobody knows.

    Nobody met changes nothing.
    """
    if registered is None or result.found == "nobody_met":
        return None
    use = result.use or registered.use
    if result.use is None and result.found == "vacant":
        use = "vacant"
    elif result.use is None and result.found == "other_use":
        use = "unknown"
    people = registered.people if result.people is None else result.people
    found = Registered(use, people)
    return None if found == registered else found
