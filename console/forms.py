"""The plain pages before the office: log in, change the password. No script, one style."""

import html
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from fastapi import Request
from starlette.responses import HTMLResponse

from console.icon import ICON_LINK
from console.words import LANGUAGES, Language, say

_PAGE = """<!doctype html><html lang="{lang}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>{icon}
<style>body{{font:16px/1.6 system-ui,sans-serif;background:#eef1f5;color:#16202c;display:grid;
place-items:center;min-height:90vh;margin:0}}main{{background:#fff;padding:28px 32px;
border-radius:6px;box-shadow:0 1px 4px #0003;width:min(28rem,94vw);box-sizing:border-box}}
h1{{font-size:20px;margin:0 0 12px}}label{{display:block;margin-top:8px}}
input,button{{font:inherit;width:100%;box-sizing:border-box;padding:8px 10px;min-height:46px;
margin-top:4px}}
button{{background:#12406b;color:#fff;border:0;border-radius:4px;margin-top:12px}}
small{{color:#4b5a6a}}b{{color:#b3261e}}details{{margin-top:20px}}summary{{cursor:pointer;
min-height:44px;line-height:44px}}</style>
<main><h1>{title}</h1><b role="alert">{wrong}</b>{body}</main></html>"""

LANGUAGE_COOKIE = "sc_language"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form: its name, the word that labels it, its type, what browsers fill."""

    name: str
    word: str
    kind: str = "text"
    fills: str = "off"
    required: bool = True


def language_of(request: Request) -> Language:
    """The language that was chosen, else what the browser asks for; Chinese where it asks none."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    for language in LANGUAGES:
        if chosen == language:
            return language
    return tongue_of(request.headers.get("accept-language", ""))


def language_asked(request: Request) -> Language:
    """The language that the address asks for with `?lang=`, else as `language_of`."""
    wanted = request.query_params.get("lang")
    return next((known for known in LANGUAGES if known == wanted), language_of(request))


def address(path: str, language: Language | None = None, **query: object) -> str:
    """An address of ours; `language` goes along where the page itself was asked for in one."""
    told = {name: value for name, value in query.items() if value not in (None, "")}
    if language is not None:
        told["lang"] = language
    return f"{quote(path)}?{urlencode(told)}" if told else quote(path)


def tongue_of(accepted: str) -> Language:
    """The language that an `Accept-Language` asks for first."""
    return "en" if accepted.lower().startswith("en") else "zh"


def form(action: str, fields: Iterable[Field], button: str, language: Language) -> str:
    """A form whose fields and button are named by words of the page."""
    rows = "".join(_field(field, language) for field in fields)
    submit = f"<button>{say(button, language)}</button>"
    return f'<form method="post" action="{action}">{rows}{submit}</form>'


def _field(field: Field, language: Language) -> str:
    required = " required" if field.required else ""
    label = html.escape(say(field.word, language))
    return (
        f'<label>{label}<input name="{field.name}" type="{field.kind}" '
        f'autocomplete="{field.fills}"{required}></label>'
    )


def hidden(name: str, value: str) -> str:
    """A field that people do not see."""
    return f'<input type="hidden" name="{name}" value="{html.escape(value)}">'


@dataclass(frozen=True, slots=True)
class Wrong:
    """What was wrong with what somebody sent, and the status that says so."""

    said: str
    status: int


def page(title: str, body: str, language: Language, wrong: Wrong | None = None) -> HTMLResponse:
    """A whole page; `title` is a plain text, `body` is HTML."""
    said = html.escape(wrong.said) if wrong else ""
    text = _PAGE.format(
        lang=language, title=html.escape(title), icon=ICON_LINK, wrong=said, body=body
    )
    return HTMLResponse(text, wrong.status if wrong else 200)
