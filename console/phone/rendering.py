"""Pages from templates: escaped, packed, in the language that a phone asks for."""

import gzip
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from importlib.resources import files
from secrets import token_hex
from typing import Any, get_args

from fastapi import Request
from jinja2 import Environment
from markupsafe import Markup
from starlette.responses import Response

from console.accounts.principal import Principal
from console.accounts.sessions import csrf_token
from console.forms import LANGUAGE_COOKIE, language_of
from console.guard import principal_of
from console.headline import detail_of
from console.lifecycle.clocks import MINUTE_MS
from console.lifecycle.facts import Case
from console.lifecycle.table import FlowName
from console.menu import menu
from console.office import Office
from console.phone import times
from console.phone.times import TEXTS
from console.rest.answers import CaseAnswer
from console.rights import may
from console.templates import templates
from console.wall_clock import zone_text
from console.words import LANGUAGES, Language, handler_word, pick, severity_word
from schemas.acts import Verdict
from schemas.base import Words

COOKIE = LANGUAGE_COOKIE
LANGUAGE_AGE_S = 365 * 86_400
PACKED_FROM = 600
GZIP_LEVEL = 5
TYPES = {"phone.css": "text/css", "phone.js": "text/javascript"}
FOREVER = "private, max-age=31536000, immutable"
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
POLICE = "-police"
"""How the id of a case ends whose alert is for the police alone."""
DONE = ("passes", "aways", "consents", "ended", "codes")
WAYS = {"duty": "/roster", "rights": "/rights", "office": "/"}
"""Pages of other parts of the console that a phone's pages lead to, where they are there."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page: who, in which language, when (ms), and what the browser can take."""

    who: Principal
    language: Language
    now: int
    packed: bool = False
    has: str = ""
    done: str = ""

    def say(self, key: str, **values: object) -> str:
        """A text of the phone's pages."""
        return TEXTS.say(key, self.language, **values)


def visit_of(request: Request, now: int) -> Visit:
    """The visit that a request is."""
    chosen = request.cookies.get(COOKIE)
    language: Language = next((one for one in LANGUAGES if one == chosen), language_of(request))
    headers = request.headers
    return Visit(
        principal_of(request.scope), language, now, "gzip" in headers.get("accept-encoding", ""),
        headers.get("if-none-match", ""), request.query_params.get("done", "")[:40],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """What goes with a page: its status, a tag to ask again with, and what was wrong."""

    status: int = 200
    tag: str = ""
    wrong: str = ""


OK = Said()


@cache
def _templates() -> Environment:
    found = templates("console.phone")
    found.globals |= {"verdicts": VERDICTS, "new_key": lambda: token_hex(12)}
    return found


@cache
def asset(name: str) -> tuple[bytes, str]:
    """A file of ours, and the hash that its address carries."""
    content = files("console.phone").joinpath(name).read_bytes()
    return content, sha256(content).hexdigest()[:10]


class Pages:
    """Renders the pages of one office."""

    def __init__(self, office: Office) -> None:
        """Knows the office's name and wall clock."""
        self.office = office
        self._zone = office.settings.zone
        self._cards: dict[tuple[Language, str, int], Markup] = {}
        self._minute = 0

    def card(
        self, visit: Visit, case: Case, shown: Callable[[Case], CaseAnswer], text: str = ""
    ) -> Markup:
        """A case of a list; `text` is its report's. The same for all who see it, so it is written
        once in a minute.
        """
        minute = visit.now // MINUTE_MS
        if minute != self._minute:
            self._cards, self._minute = {}, minute
        key = (visit.language, case.id, case.version)
        card = self._cards.get(key)
        if card is None:
            template = _templates().get_template("card.html")
            detail = self._detail(case, text, visit.language)
            card = Markup(template.render(**self._words(visit), c=shown(case), detail=detail))
            self._cards[key] = card
        return card

    def _detail(self, case: Case, text: str, language: Language) -> str:
        """What happened, in a line: cases of one kind and place are told apart by it."""
        feed = self.office.feed
        incident = feed.incident(case.id)
        some = incident.alerts if incident else [feed.get(case.id.removesuffix(POLICE))]
        own = [one for one in some if one is not None and one.rule == case.kind]
        return times.in_a_line(pick(detail_of(own[0]), language) if own else text)

    def page(self, visit: Visit, template: str, said: Said = OK, **values: Any) -> Response:
        """A whole page."""
        typed = defaultdict(str, values.pop("typed", {}))
        html = (
            _templates()
            .get_template(template)
            .render(**self._common(visit), tag=said.tag, wrong=said.wrong, typed=typed, **values)
        )
        headers = {"Cache-Control": "private, no-cache"} if said.tag else {}
        if said.tag:
            headers["ETag"] = said.tag
        return packed(html.encode(), "text/html; charset=utf-8", visit, headers, said.status)

    def _common(self, visit: Visit) -> dict[str, Any]:
        who, language = visit.who, visit.language
        return self._words(visit) | {
            "raw": partial(TEXTS.template, language=language), "who": who,
            "done": self._done(visit), "blank": defaultdict(str),
            "csrf": csrf_token(who.session) if who.session else "",
            "zone": zone_text(visit.now, self._zone),
            "office": pick(self.office.settings.office, language),
            "pages": [one for one in menu(who, language, "/m") if one.path not in ("/m", "/me")],
            "ways": {name: _open_way(who, path) for name, path in WAYS.items()},
            "css": asset("phone.css")[1], "js": asset("phone.js")[1],
        }  # fmt: skip

    def _words(self, visit: Visit) -> dict[str, Any]:
        """How values are said in a language at an instant, whoever reads them."""
        language = visit.language
        return {
            "t": visit.say, "lang": language, "now": visit.now,
            "pick": lambda words: pick(words, language), "act": partial(self.act_word, language),
            "verdict": partial(self._verdict_word, language),
            "severity": lambda name: severity_word(name, language),
            "handler": lambda name: handler_word(name, language),
            "estate_name": lambda estate: pick(self.estate_name(estate), language),
            "place": lambda case: pick(self._place(case), language),
            "clock": lambda at: times.clock_text(at, visit.now, self._zone),
            "left": lambda at: times.left_text(at, visit.now, language),
            "ago": lambda at: times.span_text(max(0, visit.now - at), language),
            "span": lambda minutes: times.span_text(minutes * MINUTE_MS, language),
        }  # fmt: skip

    def _done(self, visit: Visit) -> str:
        """What was done, by the address that a form led to; "" for a word that is none of ours."""
        if visit.done in self.office.cases.procedure.table.acts:
            return self.act_word(visit.language, visit.done)
        key = visit.done
        return visit.say(key) if key in DONE else ""

    def estate_name(self, estate: str) -> Words:
        """An estate's name for people; its id where nobody has told."""
        config = self.office.cases.around.config(estate)
        return config.name if config else Words(zh=estate, en=estate)

    def _place(self, case: CaseAnswer) -> Words:
        """Where a case is; the estate by its own name, which is none of its places."""
        return self.estate_name(case.estate) if case.place == case.estate else case.place_name

    def act_word(self, language: Language, act: str, flow: FlowName = "alert") -> str:
        """What an act is called; the act itself where a newer version did it."""
        table = self.office.cases.procedure.table
        known = next((name for name in table.acts if name == act), None)
        return pick(table.act_words(flow, known), language) if known else act

    def _verdict_word(self, language: Language, verdict: Verdict) -> str:
        return pick(self.office.cases.procedure.table.verdicts[verdict], language)


def _open_way(who: Principal, path: str) -> str:
    """A page's path where it is there for somebody, else ""."""
    return path if may(who, path) else ""


def packed(
    content: bytes, kind: str, visit: Visit, headers: Mapping[str, str], status: int = 200
) -> Response:
    """An answer, compressed where the browser takes that and it is worth it.

    A page holds the session's token beside nothing that another site could choose: other sites'
    requests come without the session's cookie.
    """
    told = {**headers, "Vary": "Accept-Encoding, Accept-Language, Cookie"}
    if visit.packed and len(content) >= PACKED_FROM:
        content = gzip.compress(content, GZIP_LEVEL, mtime=0)
        told["Content-Encoding"] = "gzip"
    return Response(content, status, told, kind)
