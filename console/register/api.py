"""`/api/register`: the entries of each kind, changed and ended, and shown in clear for a reason.

Plain functions: FastAPI runs them in threads, away from the stream of alerts.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace

from fastapi import APIRouter, HTTPException, Request
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from starlette.responses import Response

from console.audit.chain import Signed
from console.database import reading
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
from console.register.shelf import Version, Wanted, at_home, history, listed
from console.register.sight import Sight, row_in_sight
from console.register.vault import NoKey
from console.rest.paging import Page, Paged, Part
from console.rest.repeating import GUARDED, Repeatable
from console.rights import may
from schemas.sealing import SealError
from schemas.yaml_file import FileFaults

STATUS: dict[type[Exception], int] = {
    Conflict: 409, TooOften: 429, FileFaults: 503, NoKey: 503, SealError: 503, OSError: 503,
}  # fmt: skip
OURS = (Conflict, TooOften, FileFaults, NoKey, SealError, OSError)


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
    with reading(office.engine) as connection:
        found = row_in_sight(connection, kind, name, sight)
    if found is None:
        raise HTTPException(404, f"no entry {name!r} among {kind.name}")
    return found


def signed_by(office: RegisterOffice, request: Request, why: str) -> Signed:
    """Who asks, why, and when."""
    return Signed(who_of(request.scope), why, office.clock())


def _add_reading(router: APIRouter, office: RegisterOffice, kind: Kind) -> None:
    model = ANSWERS[kind.name][0]

    @router.get(f"/{kind.name}", response_model=Page[model], name=f"list_{kind.name}")  # type: ignore[valid-type]
    def entries(
        request: Request,
        part: Paged,
        estate: str | None = None,
        dwelling: str | None = None,
        standing: bool = True,
    ) -> Page[Answer]:
        """Entries in the order of their ids."""
        now, begin = office.clock(), part.begin(str)
        after = None if begin is None else str(begin[0])
        bounds = _sight(office, request).conditions(kind)
        wanted = Wanted(estate, dwelling, standing_at=now if standing else None, bounds=bounds)
        with reading(office.engine) as connection:
            rows = listed(connection, kind, wanted, part.limit + 1, after)
        found = part.page(rows, lambda row: (row["id"],))
        return found.shown(lambda row: answer_of(kind, row, now))

    @router.get(f"/{kind.name}/{{name}}", response_model=model, name=f"get_{kind.name}")
    def entry(name: str, request: Request) -> Answer:
        """One entry."""
        row = _row(office, kind, name, _sight(office, request))
        return answer_of(kind, row, office.clock())

    @router.get(f"/{kind.name}/{{name}}/history", name=f"history_of_{kind.name}")
    def versions(name: str, request: Request, part: Paged) -> Page[VersionAnswer]:
        """Who changed it, when and why; the oldest first."""
        _row(office, kind, name, _sight(office, request))
        with reading(office.engine) as connection:
            return versions_of(history(connection, kind, name), part)


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

        @router.post(f"/{kind.name}/find", response_model=Page[model], name=f"find_{kind.name}")  # type: ignore[valid-type]
        def find(told: Find, request: Request, part: Paged) -> Page[Answer]:
            """The entries of a number, a plate or a home, in the order of their ids; of a number or
            plate for who keeps the register. Posted, so that no address has it.
            """
            begin, now = part.begin(str), office.clock()
            _bound(told, request, kind)
            with answered():
                wanted = sought(office, kind, told)
            bounds = (*wanted.bounds, *_sight(office, request).conditions(kind))
            after = None if begin is None else str(begin[0])
            with reading(office.engine) as connection:
                wanted = replace(wanted, bounds=bounds)
                rows = listed(connection, kind, wanted, part.limit + 1, after)
            found = part.page(rows, lambda row: (row["id"],))
            return found.shown(lambda row: answer_of(kind, row, now))


def _bound(told: Find, request: Request, kind: Kind) -> None:
    """Whoever only supervises has no errand with whose a card or plate is. Raises HTTPException."""
    may_write = may(principal_of(request.scope), f"/api/register/{kind.name}", "POST")
    if told.home is None and not may_write:
        raise HTTPException(403, "a number or plate is looked for by who keeps the register")


def sought(office: RegisterOffice, kind: Kind, told: Find) -> Wanted:
    """The entries that a number, plate or home means. Raises Refused, NoKey."""
    if sum(one is not None for one in (told.number, told.plate, told.home)) != 1:
        raise Refused("number: give a number, a plate or a home, and one of them alone")
    if told.home is not None:
        return Wanted(told.estate, bounds=[at_home(kind, told.home)])
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
    def change(told: Entered[told_as], request: Request, once: Repeatable) -> Response:  # type: ignore[valid-type]
        """Enter an entry, or change the one that is the same. The same again changes nothing."""
        signed, sight = signed_by(office, request, told.why), _sight(office, request)

        def work(_: Connection) -> Answer:
            with answered():
                entry = resolved(told.entry, office.known_to(sight))
                office.check(sight, kind, entry)
                planned = office.desk.set(kind, entry, signed, told.version)
            return answer_of(kind, _row(office, kind, planned.row["id"], sight), signed.at)

        return once.answer(office, told, work, GUARDED)

    @router.post(f"/{kind.name}/{{name}}/end", response_model=model, name=f"end_{kind.name}")
    def end(name: str, told: Change, request: Request, once: Repeatable) -> Response:
        """End an entry; a consent is withdrawn so."""
        signed, sight = signed_by(office, request, told.why), _sight(office, request)

        def work(_: Connection) -> Answer:
            _row(office, kind, name, sight)
            with answered(name):
                office.desk.end(kind, name, signed, told.version)
            return answer_of(kind, _row(office, kind, name, sight), signed.at)

        return once.answer(office, told, work)


def versions_of(versions: Iterable[Version], part: Part) -> Page[VersionAnswer]:
    """A page of who changed an entry; the oldest first."""
    found = part.of(versions, lambda one: (one.version,), int)
    return found.shown(lambda one: VersionAnswer(**asdict(one)))
