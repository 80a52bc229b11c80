"""`/roster` and `/channels`: plain pages that work without a script."""

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any, get_args

import orjson
import sqlalchemy as sa
from fastapi import APIRouter, HTTPException, Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from console.accounts.principal import EVERYWHERE, STAFF, Principal
from console.accounts.sessions import csrf_token
from console.accounts.tables import ACCOUNTS
from console.around.asking import Asked, Format, Page
from console.forms import language_asked
from console.guard import principal_of
from console.lifecycle.clocks import Weekday
from console.menu import in_row, menu, own_page
from console.notify import store
from console.notify.api import check_area, remove_entry, signed
from console.notify.asking import channels_of, roster_of
from console.notify.message import TEXTS
from console.notify.people import PeopleFault
from console.notify.roster import DUTIES, ENTRY, Hours, area_of
from console.notify.service import Telling
from console.notify.sheets import Said, sheets_of
from console.posting import OwnForm, Posted
from console.register.vault import NoKey
from console.templates import templates
from console.wall_clock import local, zone_text
from console.words import Language, catalogue, pick
from schemas.events import explain


def pages_router(telling: Telling) -> APIRouter:
    """The pages."""
    router = APIRouter(include_in_schema=False)
    pages = Pages(telling)

    @router.get("/roster")
    def roster(request: Request, format: Format = "html") -> Response:
        return pages.roster(request) if format == "html" else pages.roster_file(request)

    @router.post("/roster")
    def change_roster(request: Request, given: OwnForm) -> Response:
        return pages.change_roster(request, given)

    @router.get("/channels")
    def channels(request: Request) -> Response:
        return pages.channels(request)

    @router.post("/channels")
    async def use_channel(request: Request, given: OwnForm) -> Response:
        if "test" in given:
            return await pages.test(request, given.get("test"))
        work = pages.set_quiet if "quiet" in given else pages.set_contact
        return await run_in_threadpool(work, request, given)

    return router


class Pages:
    """Draws them for one office."""

    def __init__(self, telling: Telling) -> None:
        """Of this one."""
        self.telling = telling

    def roster(self, request: Request, wrong: str = "", typed: Posted | None = None) -> Response:
        """Who is on duty, the shifts, and what is different for once."""
        who, telling = principal_of(request.scope), self.telling
        zone = telling.office.settings.zone
        told = roster_of(who, telling.people.standing(), telling.clock(), zone)
        by_kind: dict[str, list[Any]] = {"shift": [], "away": [], "extra": []}
        for one in told.entries:
            by_kind[one.entry.kind].append(one)
        return self._page(
            request, "roster.html", wrong, now=sorted(told.now.items()), shifts=by_kind["shift"],
            once=by_kind["away"] + by_kind["extra"], days=get_args(Weekday), duties=DUTIES,
            areas=self._areas(who, language_asked(request)), everywhere=who.is_everywhere,
            typed=_typed(typed),
        )  # fmt: skip

    def roster_file(self, request: Request) -> Response:
        """The same as a table."""
        who, language, telling = principal_of(request.scope), language_asked(request), self.telling
        told = roster_of(
            who, telling.people.standing(), telling.clock(), telling.office.settings.zone
        )
        said = Said(
            language, partial(_duty_word, self, language), self._staff(who),
            self._areas(who, language),
        )  # fmt: skip
        page = Page("", "", sheets_of(told, said))
        return Asked(telling.office, request).answer(page, "xlsx")

    def change_roster(self, request: Request, given: Posted) -> Response:
        """Enter or take out one entry."""
        who = principal_of(request.scope)
        if "remove" in given:
            remove_entry(self.telling, who, given.get("remove"))
            return RedirectResponse(_same_page(request, "/roster"), 303)
        fields = [name for name in given.values if name not in ("csrf", "days")]
        told: dict[str, object] = {name: said for name in fields if (said := given.get(name))}
        if given.get("kind") == "shift" and (days := given.all("days")):
            told["days"] = list(days)
        try:
            entry = ENTRY.validate_python(told)
            check_area(who, area_of(entry))
            self.telling.people.add(entry, signed(self.telling, who))
        except ValidationError as error:
            return self.roster(request, explain(error).replace("Value error, ", ""), given)
        except PeopleFault as error:
            return self.roster(request, str(error), given)
        return RedirectResponse(_same_page(request, "/roster"), 303)

    def channels(self, request: Request, wrong: str = "", said: str = "") -> Response:
        """The channels with their last results, and who is reached by which."""
        telling = self.telling
        told = channels_of(telling.book, store.health(telling.engine))
        return self._page(
            request, "channels.html", wrong, said=said, channels=told,
            contacts=telling.people.contacts(), ways=list(telling.book.channels),
            quiet=sorted(telling.people.standing().quiet.items()), days=get_args(Weekday),
        )  # fmt: skip

    async def test(self, request: Request, name: str) -> Response:
        """Try one channel, and say how it went."""
        try:
            outcome = await self.telling.test(name, principal_of(request.scope).login)
        except KeyError as error:
            raise HTTPException(404, f"no channel {name[:60]!r}") from error
        word = "test_went" if outcome.ok else "test_failed"
        answer = f"{outcome.code} {outcome.line}".strip()
        said = TEXTS.say(word, language_asked(request), channel=name, answer=answer)
        page = partial(self.channels, request, **{"said" if outcome.ok else "wrong": said})
        return await run_in_threadpool(page)

    def set_quiet(self, request: Request, given: Posted) -> Response:
        """Add hours in which a person or a channel does not ring, or take all of theirs out."""
        subject, people = given.get("quiet"), self.telling.people
        kind, _, name = subject.partition(":")
        if kind not in ("person", "channel"):
            return self.channels(request, TEXTS.say("quiet_whose", language_asked(request)))
        if kind == "channel" and name not in self.telling.book.channels:
            raise HTTPException(404, f"no channel {name[:60]!r}")
        before = people.standing().quiet.get(subject, ())
        try:
            hours = () if "remove" in given else (*before, _hours(given))
            people.set_quiet(subject, hours, signed(self.telling, principal_of(request.scope)))
        except ValidationError as error:
            return self.channels(request, explain(error).replace("Value error, ", ""))
        except PeopleFault as error:
            return self.channels(request, str(error))
        return RedirectResponse(_same_page(request, "/channels"), 303)

    def set_contact(self, request: Request, given: Posted) -> Response:
        """Say where somebody is reached, or that they are not."""
        who, telling = principal_of(request.scope), self.telling
        login, name, address = (given.get(name) for name in _CONTACT)
        channel = telling.book.channels.get(name)
        if channel is None:
            raise HTTPException(404, f"no channel {name[:60]!r}")
        by = signed(telling, who)
        try:
            if "remove" in given:
                telling.people.remove_contact(login, name, by)
            else:
                telling.people.set_contact(login, name, address, channel.takes, by)
        except (PeopleFault, NoKey) as error:
            return self.channels(request, str(error))
        except KeyError:
            return self.channels(request)
        return RedirectResponse(_same_page(request, "/channels"), 303)

    def _page(
        self, request: Request, name: str, wrong: str, said: str = "", **told: Any
    ) -> Response:
        who, language = principal_of(request.scope), language_asked(request)
        links = menu(who, language, request.url.path, asked="lang" in request.query_params)
        html = templates("console.notify").get_template(name).render(
            language=language, say=_sayer(language), word=partial(_duty_word, self, language),
            when=self._when, wrong=wrong, said=said, admin=_may_change(who),
            query=request.url.query,
            csrf=csrf_token(who.session) if who.session else "",
            office=pick(self.telling.office.settings.office, language), **told,
            nav=in_row(links, language), who=who, own=own_page(who), staff=self._staff(who),
            zone=zone_text(self.telling.clock(), self.telling.office.settings.zone),
        )  # fmt: skip
        return HTMLResponse(html, 422 if wrong else 200)

    def _staff(self, who: Principal) -> dict[str, str]:
        """The names by login of those who work in somebody's areas."""
        query = sa.select(ACCOUNTS.c.login, ACCOUNTS.c.name, ACCOUNTS.c.areas).where(
            ACCOUNTS.c.role.in_(sorted(STAFF)), ACCOUNTS.c.disabled_at.is_(None)
        )
        with self.telling.engine.connect() as tx:
            rows = tx.execute(query.order_by(ACCOUNTS.c.name, ACCOUNTS.c.login)).all()
        return {
            row.login: row.name or row.login for row in rows
            if who.is_everywhere or who.areas & {EVERYWHERE, *orjson.loads(row.areas)}
        }  # fmt: skip

    def _areas(self, who: Principal, language: Language) -> dict[str, str]:
        """The names by id of the estates, and of the nodes above them, that are somebody's."""
        around = self.telling.office.cases.around
        estates = {one: pick(around.name(one, one), language) for one in around.estates}
        nodes = {node for one in estates for node in around.nodes(one).values()}
        found = estates | {node: node for node in sorted(nodes - set(estates))}
        own = {} if who.is_everywhere else {one: one for one in sorted(who.areas - set(found))}
        return {one: name for one, name in found.items() if who.covers([one])} | own

    def _when(self, at: int | None) -> str:
        """An instant on the office's wall clock."""
        if at is None:
            return ""
        return f"{local(at, self.telling.office.settings.zone):%m-%d %H:%M:%S}"


_CONTACT = ("login", "channel", "address")


def _typed(form: Posted | None) -> dict[str, str]:
    """What was typed into a form of the roster that could not be taken."""
    return defaultdict(str, {name: form.get(name) for name in form.values} if form else {})


def _hours(form: Posted) -> Hours:
    """Hours as a form says them. Raises ValidationError."""
    told = {"part": form.get("part"), "days": list(form.all("days"))}
    return Hours.model_validate(told)


def _may_change(who: Principal) -> bool:
    return who.admin and "accounts:admin" in who.scopes


def _same_page(request: Request, path: str) -> str:
    return f"{path}?lang={language_asked(request)}"


def _sayer(language: Language) -> Callable[..., str]:
    def say(key: str, **values: object) -> str:
        return TEXTS.say(key, language, **values)

    return say


def _duty_word(pages: Pages, language: Language, duty: str) -> str:
    """A duty as people call it."""
    roles = pages.telling.procedure.table.roles
    handlers = catalogue().handlers
    for known in (roles, handlers):
        for name, words in known.items():
            if name == duty:
                return pick(words, language)
    return duty
