"""`/api/register`: the entries of each kind, changed and ended, and shown in clear for a reason.

Plain functions: FastAPI runs them in threads, away from the stream of alerts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from sqlalchemy.exc import OperationalError

from console.audit.chain import Signed
from console.guard import principal_of, who_of
from console.register.answers import (
    ANSWERS,
    Answer,
    Change,
    Clear,
    Entered,
    Find,
    Reveal,
    VersionAnswer,
    answer_of,
)
from console.register.kinds import KINDS, Kind, Row
from console.register.office import RegisterOffice
from console.register.planning import Conflict, Refused
from console.register.reading import resolved
from console.register.reveal import TooOften
from console.register.sealing import unsealed
from console.register.shelf import Wanted, history, listed
from console.register.sight import Sight, row_in_sight
from console.register.vault import NoKey
from schemas.sealing import SealError
from schemas.yaml_file import FileFaults

LIMIT, LIMIT_MAX = 200, 1000
STATUS: dict[type[Exception], int] = {
    Conflict: 409, TooOften: 429, FileFaults: 503, NoKey: 503, SealError: 503, OSError: 503,
}  # fmt: skip
OURS = (Conflict, TooOften, FileFaults, NoKey, SealError, OSError)
Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX)]
After = Annotated[str | None, Query(description="id of the last entry you have")]


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a list."""

    limit: Limit = LIMIT
    after: After = None


FIRST_PART = Part()


@contextmanager
def answered(name: str = "") -> Iterator[None]:
    """What goes wrong at a desk as what the API answers."""
    try:
        yield
    except KeyError as error:
        raise HTTPException(404, f"no entry {name!r}") from error
    except OperationalError as error:
        raise HTTPException(503, "the database is busy; try again") from error
    except OURS as error:
        raise HTTPException(STATUS.get(type(error), 503), str(error)) from error
    except ValueError as error:
        raise HTTPException(422, str(error)) from error


def register_router(office: RegisterOffice) -> APIRouter:
    """The routes of all kinds."""
    router = APIRouter(prefix="/api/register", tags=["register"])
    for kind in KINDS.values():
        _add_reading(router, office, kind)
        _add_looks(router, office, kind)
        _add_writing(router, office, kind)
    return router


def _sight(office: RegisterOffice, request: Request) -> Sight:
    with answered():
        return office.sight(principal_of(request.scope))


def _row(office: RegisterOffice, kind: Kind, name: str, sight: Sight) -> Row:
    """An entry in sight. Raises HTTPException."""
    with office.engine.connect() as connection:
        found = row_in_sight(connection, kind, name, sight)
    if found is None:
        raise HTTPException(404, f"no entry {name!r} among {kind.name}")
    return found


def signed_by(office: RegisterOffice, request: Request, why: str) -> Signed:
    """Who asks, why, and when."""
    return Signed(who_of(request.scope), why, office.clock())


def _add_reading(router: APIRouter, office: RegisterOffice, kind: Kind) -> None:
    model = ANSWERS[kind.name][0]

    @router.get(f"/{kind.name}", response_model=list[model], name=f"list_{kind.name}")  # type: ignore[valid-type]
    def entries(
        request: Request,
        estate: str | None = None,
        dwelling: str | None = None,
        standing: bool = True,
        part: Annotated[Part, Depends()] = FIRST_PART,
    ) -> list[Answer]:
        """Entries in the order of their ids; for the next page give the last one's id."""
        now = office.clock()
        bounds = _sight(office, request).conditions(kind)
        wanted = Wanted(estate, dwelling, standing_at=now if standing else None, bounds=bounds)
        with office.engine.connect() as connection:
            rows = listed(connection, kind, wanted, part.limit, part.after)
        return [answer_of(kind, row, now) for row in rows]

    @router.get(f"/{kind.name}/{{name}}", response_model=model, name=f"get_{kind.name}")
    def entry(name: str, request: Request) -> Answer:
        """One entry."""
        row = _row(office, kind, name, _sight(office, request))
        return answer_of(kind, row, office.clock())

    @router.get(f"/{kind.name}/{{name}}/history", name=f"history_of_{kind.name}")
    def versions(name: str, request: Request) -> list[VersionAnswer]:
        """Who changed it, when and why; the oldest first."""
        _row(office, kind, name, _sight(office, request))
        with office.engine.connect() as connection:
            return [VersionAnswer(**asdict(one)) for one in history(connection, kind, name)]


def _add_looks(router: APIRouter, office: RegisterOffice, kind: Kind) -> None:
    model = ANSWERS[kind.name][0]
    if kind.seals:

        @router.post(f"/{kind.name}/{{name}}/reveal", name=f"reveal_{kind.name}")
        def reveal(name: str, told: Reveal, request: Request) -> Clear:
            """The clear values of an entry. Who asked, when and why is written down first."""
            row = _row(office, kind, name, _sight(office, request))
            signed = signed_by(office, request, told.why)
            with answered(name):
                keys = office.vault.keys()
                target = f"{kind.name}/{name}"
                values = office.reveals.show(target, signed, lambda: unsealed(row, keys))
            return Clear(id=name, values=values)

    if "ref" in kind.table.c:

        @router.post(f"/{kind.name}/find", response_model=list[model], name=f"find_{kind.name}")  # type: ignore[valid-type]
        def find(told: Find, request: Request) -> list[Answer]:
            """The entries of a number or plate. Posted, so that it stands in no address."""
            bounds = _sight(office, request).conditions(kind)
            with answered():
                wanted = replace(sought(office, told), bounds=bounds)
            with office.engine.connect() as connection:
                rows = listed(connection, kind, wanted, LIMIT_MAX)
            return [answer_of(kind, row, office.clock()) for row in rows]


def sought(office: RegisterOffice, told: Find) -> Wanted:
    """The entries that a number or plate means. Raises Refused, NoKey."""
    if (told.number is None) is (told.plate is None):
        raise Refused("number: give a number or a plate, and not both")
    scope = office.vault.keys().estate(told.estate)
    if told.number is not None:
        return Wanted(told.estate, ref=scope.credential(told.number))
    plate = scope.plate(told.plate or "")
    if told.near:
        return Wanted(told.estate, skeleton=plate.skeleton)
    return Wanted(told.estate, ref=plate.ref)


def _add_writing(router: APIRouter, office: RegisterOffice, kind: Kind) -> None:
    model, told_as = ANSWERS[kind.name]

    @router.post(f"/{kind.name}", response_model=model, name=f"set_{kind.name}")
    def change(told: Entered[told_as], request: Request) -> Answer:  # type: ignore[valid-type]
        """Enter an entry, or change the one that is the same. The same again changes nothing."""
        signed, sight = signed_by(office, request, told.why), _sight(office, request)
        with answered():
            entry = resolved(told.entry, office.known_to(sight))
            office.check(sight, kind, entry)
            planned = office.desk.set(kind, entry, signed, told.version)
        return answer_of(kind, _row(office, kind, planned.row["id"], sight), signed.at)

    @router.post(f"/{kind.name}/{{name}}/end", response_model=model, name=f"end_{kind.name}")
    def end(name: str, told: Change, request: Request) -> Answer:
        """End an entry; a consent is withdrawn so."""
        signed, sight = signed_by(office, request, told.why), _sight(office, request)
        _row(office, kind, name, sight)
        with answered(name):
            office.desk.end(kind, name, signed, told.version)
        return answer_of(kind, _row(office, kind, name, sight), signed.at)
