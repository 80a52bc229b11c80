"""The plain pages: one template engine that escapes all it is given, forms that prove their page.

No script anywhere; what devices and people typed is text and never markup.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.resources import files
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from jinja2 import Environment
from starlette.responses import HTMLResponse, Response

from console.accounts.principal import Principal
from console.accounts.sessions import csrf_token
from console.forms import address, language_asked
from console.guard import principal_of
from console.menu import in_row, menu, own_page
from console.revealing import reason_words
from console.settings import ConsoleSettings
from console.templates import templates
from console.wall_clock import local, zone_text
from console.words import Language, Texts, pick
from schemas.base import format_instant
from schemas.place import EstateConfig

BECAUSE = (
    "because_own", "because_pass", "because_phone", "because_handling", "because_period",
)  # fmt: skip
"""What the console itself writes down as a reason."""
_HASH = re.compile(r"[0-9a-f]{24,}")


@cache
def texts() -> Texts:
    """The words of this package."""
    return Texts("console.privacy")


@cache
def _engine() -> Environment:
    engine = templates("console.privacy")
    engine.filters |= {"iso": format_instant, "local": _shown}
    engine.globals |= {
        "act": act_word, "bearer": bearer_word, "because": because, "short": shortened,
    }  # fmt: skip
    return engine


def _shown(at: int, zone: ZoneInfo) -> str:
    return f"{local(at, zone):%Y-%m-%d %H:%M}"


def act_word(act: str, language: Language) -> str:
    """What an act of the audit log is called; itself where nobody gave it a name."""
    try:
        return texts().template(f"act_{act}", language)
    except KeyError:
        return act


def because(why: str, language: Language) -> str:
    """Why something was done: what the console itself says, and a chosen reason, by its word."""
    reason, _, rest = why.partition(": ")
    known = reason_words(language)
    if rest and reason in known:
        return texts().say("because_of", language, reason=known[reason], why=rest)
    own = (key for key in BECAUSE if texts().say(key, "en") == why)
    key = next(own, "")
    return texts().say(key, language) if key else why


def shortened(text: str) -> str:
    """A text whose hashes are cut: whole they stand in the table that is taken out."""
    return _HASH.sub(lambda found: f"{found[0][:12]}…", text)


def bearer_word(name: str, language: Language) -> str:
    """What a role is called; "" for a team, which is called by its own name."""
    try:
        return texts().template(f"role_{name}", language)
    except KeyError:
        return ""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who looks at a page, and in which language."""

    who: Principal
    language: Language
    path: str
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_chosen(self) -> bool:
        """Whether the address itself asks for the language, so that it goes along."""
        return "lang" in self.query

    def link(self, path: str, **query: object) -> str:
        """An address of ours, in the language that was asked for."""
        return address(path, self.language if self.is_chosen else None, **query)

    @property
    def other(self) -> str:
        """The same page in the other language."""
        rest = {name: value for name, value in self.query.items() if name != "lang"}
        return address(self.path, "en" if self.language == "zh" else "zh", **rest)

    def t(self, key: str, **values: object) -> str:
        """A text of this package. Raises KeyError for one that it has not."""
        return texts().say(key, self.language, **values)


def _asking(request: Request) -> Asking:
    return Asking(
        principal_of(request.scope), language_asked(request), _page_of(request),
        dict(request.query_params),
    )  # fmt: skip


def _page_of(request: Request) -> str:
    """The address of the page that is shown: an act on something is answered by its page."""
    path = request.url.path
    is_act = request.method == "POST" and path.count("/") > 1
    return path.rpartition("/")[0] if is_act else path


Page = Annotated[Asking, Depends(_asking)]


@dataclass(frozen=True, slots=True)
class Pages:
    """Draws the pages of one office. `clock`: the time (ms); `config_of`: what the site says of an
    estate, if anything.
    """

    settings: ConsoleSettings
    clock: Callable[[], int]
    config_of: Callable[[str], EstateConfig | None] = lambda estate: None

    def draw(
        self, asking: Asking, template: str, status: int = 200, **values: Any
    ) -> Response:  # fmt: skip
        """A page; `wrong` among the values is what was wrong with what somebody sent."""
        session = asking.who.session
        links = menu(asking.who, asking.language, asking.path, asked=asking.is_chosen)
        known = {
            "t": asking.t, "lang": asking.language, "link": asking.link, "other": asking.other,
            "who": asking.who,
            "csrf": csrf_token(session) if session else "", "wrong": None,
            "nav": in_row(links, asking.language), "own": own_page(asking.who),
            "office": pick(self.settings.office, asking.language), "zone": self.settings.zone,
            "zone_name": zone_text(self.clock(), self.settings.zone),
            "estate_name": partial(self.estate_name, asking.language),
        }  # fmt: skip
        text = _engine().get_template(template).render(known | values)
        return HTMLResponse(text, status)

    def estate_name(self, language: Language, estate: str) -> str:
        """What people call an estate; its id where nobody has told another name."""
        config = self.config_of(estate)
        return estate if config is None else pick(config.name, language)


def style() -> bytes:
    """The one style of these pages."""
    return files("console.privacy").joinpath("style.css").read_bytes()
