"""One page that somebody asks for: who, in which language, on whose clock, and how it is answered.

Pages are plain HTML: no script, one style from this machine, and every text escaped by Jinja2.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import Query, Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from console.accounts.names import Called
from console.accounts.principal import Principal
from console.accounts.sessions import csrf_token
from console.around.export import MEDIA, written
from console.around.sheets import Sheet
from console.audit.chain import Said, Signed
from console.audit.log import append
from console.database import writing
from console.forms import address, language_asked
from console.guard import principal_of
from console.menu import Row, in_row, menu, own_page
from console.office import Office
from console.rights import may
from console.templates import templates
from console.wall_clock import local, zone_text
from console.words import (
    Language,
    Texts,
    catalogue,
    glance_word,
    pick,
    severity_word,
    span_text,
)
from schemas.base import Words

Format = Annotated[Literal["html", "xlsx"], Query(description="`xlsx`: the tables as a file")]
TARGET_MAX = 200
_NO_NAME = re.compile(r"[^A-Za-z0-9._-]+")
PACKAGES = ("console.around", "console.paper", "console.desk")


@cache
def texts() -> tuple[Texts, ...]:
    """The words of all packages."""
    return tuple(Texts(package) for package in PACKAGES)


def said(key: str, language: Language, **values: object) -> str:
    """A text of any package. Raises KeyError for an unknown key."""
    known = next((some for some in texts() if key in some), texts()[0])
    return known.say(key, language, **values)


@dataclass(frozen=True, slots=True)
class Tongue:
    """Says things in one language, on the office's wall clock."""

    language: Language
    office: Office

    def say(self, key: str, **values: object) -> str:
        """A text."""
        return said(key, self.language, **values)

    def pick(self, words: Words) -> str:
        """One of two texts."""
        return pick(words, self.language)

    def pick_of(self, named: Any) -> str:
        """The name of something that keeps it as `name_zh` and `name_en`."""
        return str(named.name_zh if self.language == "zh" else named.name_en)

    def word(self, group: str, name: str) -> str:
        """A state or reason of a read model."""
        return glance_word(group, name, self.language)

    def level(self, severity: Any) -> str:
        """A level's colour as a word."""
        return severity_word(severity, self.language)

    def time(self, at: int | None) -> str:
        """An instant (ms) on the office's clock; empty for none."""
        return "" if at is None else f"{local(at, self.office.settings.zone):%Y-%m-%d %H:%M}"

    def day(self, at: int) -> str:
        """The day of an instant."""
        return f"{local(at, self.office.settings.zone):%Y-%m-%d}"

    def span(self, ms: int) -> str:
        """A span of time."""
        return span_text(max(0, ms), self.language)

    def group(self, name: str) -> str:
        """All of a first handler or of a role."""
        roles = self.office.cases.procedure.table.roles
        for known in (roles, catalogue().handlers):
            for one, words in known.items():
                if one == name:
                    return self.pick(words)
        return name

    def columns(self, key: str) -> tuple[str, ...]:
        """The headings of a table."""
        return tuple(self.say(key).split("|"))


@dataclass(frozen=True, slots=True)
class Page:
    """What a page shows: its template, its title, its tables, and whatever else it says."""

    template: str
    title: str
    sheets: Sequence[Sheet] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of somebody for a page."""

    office: Office
    request: Request
    who: Principal = field(init=False)
    tongue: Tongue = field(init=False)
    _called: Called = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "who", principal_of(self.request.scope))
        object.__setattr__(self, "tongue", Tongue(language_asked(self.request), self.office))
        object.__setattr__(self, "_called", Called(self.office.engine))

    @property
    def now(self) -> int:
        """The data's clock (ms), or the wall's while no data has come."""
        wall = self.office.clock()
        return self.office.views.data_time(wall) or wall

    def covers(self, estate: str, place: str) -> bool:
        """Whether a place is theirs to look after."""
        return self.who.covers(self.office.cases.around.areas(estate, place))

    def link(self, path: str, **query: object) -> str:
        """An address of ours, in the language that was asked for."""
        is_chosen = "lang" in self.request.query_params
        return address(path, self.tongue.language if is_chosen else None, **query)

    def may(self, path: str, method: str = "GET") -> bool:
        """Whether they may ask for an address."""
        return may(self.who, path, method)

    def person(self, login: str | None) -> str:
        """What somebody is called, by login; the login itself where there is no such account."""
        return self._called.person(login)

    def party(self, ref: str) -> str:
        """What a reference is called; the reference without its kind where nobody has told."""
        kind, _, bare = ref.partition(":")
        if kind == "group":
            return self.tongue.group(bare)
        return self._called.party(ref) if ref else ""

    def answer(self, page: Page, form: str = "html") -> Response:
        """The page, or its tables as a file."""
        if form == "xlsx":
            name = f"{self.request.url.path.strip('/')}-{self.tongue.day(self.now)}.xlsx"
            self._write_down()
            safe = _NO_NAME.sub("-", name)
            headers = {"Content-Disposition": f'attachment; filename="{safe}"'}
            return StreamingResponse(written(page.sheets), media_type=MEDIA, headers=headers)
        template = templates(*PACKAGES).get_template(page.template)
        return HTMLResponse(template.render(self._context(page)), page.status)

    def _write_down(self) -> None:
        """That tables were taken out of the house, and which."""
        signed = Signed(self.who.login, "", self.office.clock())
        target = self.request.url.path[:TARGET_MAX]
        with writing(self.office.engine) as tx:
            append(
                tx, signed, [Said("tables.exported", target, self.request.url.query[:TARGET_MAX])]
            )

    def _menu(self, asked: bool) -> Row:
        language = self.tongue.language
        return in_row(menu(self.who, language, self.request.url.path, asked=asked), language)

    def _context(self, page: Page) -> dict[str, Any]:
        tongue, asked = self.tongue, self.request.query_params
        other = "en" if tongue.language == "zh" else "zh"
        own = {
            "t": tongue.say, "tongue": tongue, "lang": tongue.language, "link": self.link,
            "title": page.title, "sheets": page.sheets, "who": self.who, "may": self.may,
            "person": self.person, "own": own_page(self.who),
            "office": tongue.pick(self.office.settings.office),
            "printed": tongue.time(self.office.clock()), "data_at": tongue.time(self.now),
            "zone": zone_text(self.now, self.office.settings.zone),
            "nav": self._menu("lang" in asked),
            "here": self.request.url.path, "wrong": "", "done": "",
            "csrf": csrf_token(self.who.session) if self.who.session else "",
            "export": f"?{urlencode({**asked, 'format': 'xlsx'})}",
            "other": f"?{urlencode({**asked, 'lang': other})}",
        }  # fmt: skip
        return own | dict(page.more)
