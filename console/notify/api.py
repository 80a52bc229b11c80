"""`/api/roster`, `/api/quiet-hours`, `/api/contacts`, `/api/channels`, and the proofs of a case.

Plain functions: FastAPI runs them in threads. Who may use which stands in `console/rights.py`.
"""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from sqlalchemy import Connection
from starlette.responses import Response

from console.accounts.principal import Principal
from console.audit.chain import Signed
from console.notify import store
from console.notify.asking import (
    ChannelAnswer,
    ContactAnswer,
    ContactAsked,
    EntryAnswer,
    EntryAsked,
    HoursAsked,
    OutcomeAnswer,
    ProofAnswer,
    QuietAnswer,
    RosterPage,
    channels_of,
    roster_of,
)
from console.notify.people import RosterFile
from console.notify.roster import area_of
from console.notify.service import Telling
from console.rest.paging import Page, Paged
from console.rest.plumbing import REFUSED, Responses, Who
from console.rest.repeating import MADE, Repeatable

GONE: Responses = {404: REFUSED[404]}
REFUSALS: Responses = {code: REFUSED[code] for code in (403, 422)}
Login = Annotated[str, Path(pattern=r"^[^\s|,:]{1,64}$")]
ChannelPath = Annotated[str, Path(pattern=r"^(feed:)?[a-z0-9][a-z0-9-]{0,39}$")]
Subject = Annotated[str, Path(pattern=r"^(person|channel):[^\s|,:]{1,64}$")]
EntryId = Annotated[str, Path(pattern=r"^[0-9a-z]{1,16}$")]


def notify_router(telling: Telling) -> APIRouter:
    """The routes of telling people."""
    router = APIRouter(tags=["telling"])
    _add_roster(router, telling)
    _add_people(router, telling)
    _add_channels(router, telling)
    return router


def signed(telling: Telling, who: Principal, why: str = "") -> Signed:
    """Who does it, why, and now."""
    return Signed(who.login, why, telling.clock())


def check_area(who: Principal, area: str) -> None:
    """Raises HTTPException for an area that is not theirs to say who is on duty in."""
    if not who.covers((area,)):
        raise HTTPException(403, "this is not your area")


def remove_entry(telling: Telling, who: Principal, name: str) -> None:
    """Take an entry of one's area out of the roster. Raises HTTPException."""
    entry = telling.people.standing().entries.get(name)
    if entry is None:
        raise HTTPException(404, f"no entry {name!r}")
    check_area(who, area_of(entry))
    try:
        telling.people.remove(name, signed(telling, who))
    except KeyError as error:
        raise HTTPException(404, f"no entry {name!r}") from error


def _add_roster(router: APIRouter, telling: Telling) -> None:
    people = telling.people

    @router.get("/api/roster")
    def roster(who: Who, part: Paged) -> RosterPage:
        """The roster of one's areas by person, and who is on duty now."""
        zone = telling.office.settings.zone
        told = roster_of(who, people.standing(), telling.clock(), zone)
        page = part.of(told.entries, lambda one: (one.entry.person, one.id), str, str)
        return RosterPage(items=list(page.items), next=page.next, now=told.now)

    @router.post("/api/roster", status_code=201, response_model=EntryAnswer, responses=REFUSALS)
    def add(asked: EntryAsked, who: Who, once: Repeatable) -> Response:
        """Enter a weekly shift, an absence, or a duty for once."""
        check_area(who, area_of(asked.entry))

        def work(_: Connection) -> EntryAnswer:
            name = people.add(asked.entry, signed(telling, who, asked.why))
            return EntryAnswer(id=name, entry=asked.entry)

        return once.answer(telling, asked, work, MADE)

    @router.put("/api/roster", responses=REFUSALS)
    def replace(told: RosterFile, who: Who) -> dict[str, int]:
        """Make roster and quiet hours what is said; what is not said goes."""
        new, gone = people.replace(told, signed(telling, who))
        return {"new": new, "gone": gone}

    @router.delete("/api/roster/{entry}", status_code=204, responses=GONE)
    def remove(entry: EntryId, who: Who) -> None:
        """Take an entry out."""
        remove_entry(telling, who, entry)

    @router.get("/api/cases/{name}/notices", responses=GONE)
    def proofs(name: str, who: Who, part: Paged) -> Page[ProofAnswer]:
        """Who was told of a case, by what, and what the channel answered; newest first."""
        begin = part.begin(int, str, int)
        with telling.engine.connect() as connection:
            if telling.office.cases.reader(connection, who).case(name) is None:
                raise HTTPException(404, f"no case {name!r}")
            found = store.proofs(connection, name, part.limit + 1, begin)
        return part.page(found, store.place_of).shown(ProofAnswer.of)


def _add_people(router: APIRouter, telling: Telling) -> None:
    people = telling.people

    @router.get("/api/quiet-hours")
    def quiet_hours(part: Paged) -> Page[QuietAnswer]:
        """When people and channels do not ring, but for red and duress."""
        found = part.of(people.standing().quiet.items(), lambda one: (one[0],), str)
        return found.shown(lambda one: QuietAnswer(subject=one[0], hours=one[1]))

    @router.put("/api/quiet-hours/{subject}", status_code=204, responses=REFUSALS)
    def set_quiet(subject: Subject, asked: HoursAsked, who: Who) -> None:
        """Make the quiet hours of `person:LOGIN` or `channel:NAME` these."""
        people.set_quiet(subject, asked.hours, signed(telling, who))

    @router.get("/api/contacts")
    def contacts(part: Paged) -> Page[ContactAnswer]:
        """Who is reached by which channel; not where."""
        found = part.of(people.contacts(), lambda one: one, str, str)
        return found.shown(lambda one: ContactAnswer(login=one[0], channel=one[1]))

    @router.put("/api/contacts/{login}/{channel}", status_code=204, responses=REFUSALS | GONE)
    def set_contact(login: Login, channel: ChannelPath, asked: ContactAsked, who: Who) -> None:
        """Say where a person is reached by a channel. It is sealed, and never shown again."""
        found = telling.book.channels.get(channel)
        if found is None:
            raise HTTPException(404, f"no channel {channel!r}")
        address = asked.address.get_secret_value()
        people.set_contact(login, channel, address, found.takes, signed(telling, who))

    @router.delete("/api/contacts/{login}/{channel}", status_code=204, responses=GONE)
    def remove_contact(login: Login, channel: ChannelPath, who: Who) -> None:
        """Do not reach a person by a channel any more."""
        try:
            people.remove_contact(login, channel, signed(telling, who))
        except KeyError as error:
            raise HTTPException(404, f"no contact {login}/{channel}") from error


def _add_channels(router: APIRouter, telling: Telling) -> None:
    @router.get("/api/channels")
    def channels() -> list[ChannelAnswer]:
        """The channels and feeds, without their secrets, and how they did last."""
        return channels_of(telling.book, store.health(telling.engine))

    @router.post("/api/channels/{name}/test", responses=GONE)
    async def test(name: ChannelPath, who: Who) -> OutcomeAnswer:
        """Send a test by a channel, to whoever asks."""
        try:
            return OutcomeAnswer.of(await telling.test(name, who.login))
        except KeyError as error:
            raise HTTPException(404, f"no channel {name!r}, or it is switched off") from error
