"""The plain pages: one template engine that escapes all it is given, forms that prove their page.

No script anywhere; what devices and people typed is text and never markup.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Annotated, Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from fastapi import Depends, HTTPException, Request
from jinja2 import Environment, FunctionLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from console.accounts.principal import Principal
from console.accounts.sessions import csrf_token
from console.forms import language_of
from console.guard import is_csrf_token, principal_of
from console.menu import menu
from console.settings import ConsoleSettings
from console.words import LANGUAGES, Language, Texts, pick
from schemas.base import MS_PER_S, format_instant

FORM_MAX = 64


@cache
def texts() -> Texts:
    """The words of this package."""
    return Texts("console.privacy")


def _template(name: str) -> str:
    return files("console.privacy").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _engine() -> Environment:
    engine = Environment(
        loader=FunctionLoader(_template), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    engine.filters |= {"iso": format_instant, "local": _local}
    engine.globals |= {"act": act_word, "bearer": bearer_word}
    return engine


def _local(at: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(at / MS_PER_S, zone):%Y-%m-%d %H:%M}"


def act_word(act: str, language: Language) -> str:
    """What an act of the audit log is called; itself where nobody gave it a name."""
    try:
        return texts().template(f"act_{act}", language)
    except KeyError:
        return act


def bearer_word(name: str, language: Language) -> str:
    """What a role is called; a team is called by its own name."""
    try:
        return texts().template(f"role_{name}", language)
    except KeyError:
        return name


@dataclass(frozen=True, slots=True)
class Given:
    """What a form says: a value by name, or all values of a name."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """The first value, without blanks around it; empty where there is none."""
        return (self.values.get(name) or ("",))[0].strip()

    def all(self, name: str) -> tuple[str, ...]:
        """All values that say something."""
        return tuple(one.strip() for one in self.values.get(name, ()) if one.strip())


@dataclass(frozen=True, slots=True)
class Asking:
    """Who looks at a page, and in which language."""

    who: Principal
    language: Language
    path: str
    is_chosen: bool = False

    def t(self, key: str, **values: object) -> str:
        """A text of this package. Raises KeyError for one that it has not."""
        return texts().say(key, self.language, **values)


def _language(request: Request) -> Language:
    wanted = request.query_params.get("lang", "")
    return next((known for known in LANGUAGES if known == wanted), language_of(request))


def _asking(request: Request) -> Asking:
    return Asking(principal_of(request.scope), _language(request), request.url.path,
                  "lang" in request.query_params)  # fmt: skip


async def _given(request: Request) -> Given:
    """What a form says, if its page is our own; its size is bounded by the guard."""
    body = (await request.body()).decode(errors="replace")
    try:
        given = Given(parse_qs(body, keep_blank_values=True, max_num_fields=FORM_MAX))
    except ValueError as error:
        raise HTTPException(422, "too many fields") from error
    who = principal_of(request.scope)
    if who.session is not None and not is_csrf_token(who, given.get("csrf")):
        raise HTTPException(403, "this form is of another session; open the page again")
    return given


Page = Annotated[Asking, Depends(_asking)]
Form = Annotated[Given, Depends(_given)]


@dataclass(frozen=True, slots=True)
class Pages:
    """Draws the pages of one office."""

    settings: ConsoleSettings

    def draw(
        self, asking: Asking, template: str, status: int = 200, **values: Any
    ) -> Response:  # fmt: skip
        """A page; `wrong` among the values is what was wrong with what somebody sent."""
        session = asking.who.session
        known = {
            "t": asking.t, "lang": asking.language, "path": asking.path, "who": asking.who,
            "csrf": csrf_token(session) if session else "", "wrong": None,
            "nav": menu(asking.who, asking.language, asking.path, asked=asking.is_chosen),
            "office": pick(self.settings.office, asking.language), "zone": self.settings.zone,
        }  # fmt: skip
        text = _engine().get_template(template).render(known | values)
        return HTMLResponse(text, status)


def style() -> bytes:
    """The one style of these pages."""
    return files("console.privacy").joinpath("style.css").read_bytes()
