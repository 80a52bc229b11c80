"""What all routes of the phone share: the parts they stand on, and how a form becomes an act."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from fastapi import Request
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from console.accounts.principal import Principal
from console.cases.once import once
from console.cases.reading import Reader
from console.office import Office
from console.phone.asking import Posted, read_form
from console.phone.board import Board
from console.phone.offers import deed_of
from console.phone.photos import Photos
from console.phone.refusing import FAULTS, said_of
from console.phone.rendering import Pages, Said, Visit, visit_of
from console.register.office import RegisterOffice
from schemas.acts import ActKind
from schemas.pictures import picture_link

Work = Callable[[Connection], str]
Do = Callable[[Visit, Posted], str]
Again = Callable[[Visit, Said, dict[str, str]], Response]


class Gone(LookupError):
    """What was asked for is not there, or not in sight."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts that a phone's pages stand on."""

    office: Office
    register: RegisterOffice
    pages: Pages
    photos: Photos
    board: Board

    def visit(self, request: Request) -> Visit:
        """The visit that a request is."""
        return visit_of(request, self.office.clock())

    @contextmanager
    def reader(self, who: Principal) -> Iterator[Reader]:
        """What somebody may read, for as long as one page takes."""
        with self.office.engine.connect() as connection:
            yield self.office.cases.reader(connection, who)

    def gone(self, visit: Visit) -> Response:
        """A page that says that it is not there."""
        key = "gone"
        return self.pages.page(visit, "gone.html", Said(404, wrong=visit.say(key)))

    async def posted(self, request: Request, do: Do, again: Again) -> Response:
        """A form's answer: on to the page that `do` names, or `again` the form with what is wrong
        and with what was typed.
        """
        visit, raw = self.visit(request), await read_form(request)

        def work() -> Response:
            try:
                try:
                    return RedirectResponse(do(visit, raw.checked(visit.who)), 303)
                except FAULTS as error:
                    return again(visit, said_of(visit, error), dict(raw.texts))
            except Gone:
                return self.gone(visit)

        return await run_in_threadpool(work)

    def once(self, visit: Visit, posted: Posted, what: str, work: Work) -> str:
        """The answer of `work`, which is done once for a form, however often it is sent."""
        asked = posted.asked(visit.who.login, visit.now, what)
        return once(self.office.engine, asked, work)[0]

    def act(self, visit: Visit, name: str, posted: Posted) -> str:
        """Do the act of a form; the path of the page to go on with. Raises Gone and `FAULTS`."""
        kind: ActKind = posted.texts.get("act", "")  # type: ignore[assignment]
        links = tuple(picture_link(photo) for photo, _ in posted.photos)
        deed = deed_of(kind, posted.texts, visit.who.login, visit.now)
        deed = deed.model_copy(update={"pictures": links})

        def work(tx: Connection) -> str:
            reader = self.office.cases.reader(tx, visit.who)
            if reader.case(name) is None:
                raise Gone(name)
            self.office.cases.acting.act(tx, name, visit.who.actor, deed)
            self.photos.keep(name, posted.photos)
            # Who passes a case on may be the last to see it.
            return path_of(name, kind) if reader.case(name) else f"/m?{urlencode({'done': kind})}"

        done = self.once(visit, posted, name, work)
        self.board.acted()
        return done


def path_of(case: str, done: str) -> str:
    """The page of a case, after something was done to it."""
    return f"/m/cases/{quote(case, safe='')}?{urlencode({'done': done})}"


def in_estate(who: Principal, estate: str) -> Principal:
    """Somebody who may speak of their whole estate: a home lies in one."""
    return replace(who, areas=who.areas | {estate})
