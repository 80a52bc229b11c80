"""The menu of all pages: what somebody may open, in their language. Pure; from the one table.

A page at a desk shows it in one row of a screen 1366 wide: the first of it, then all others under
one word.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from console.accounts.principal import Principal
from console.rights import may
from console.words import Language, say

PAGES = (
    "/", "/homes", "/gates", "/vehicles", "/unjudged", "/visits", "/handover", "/figures",
    "/quality", "/wall", "/register", "/watch", "/requests", "/rights", "/audit", "/roster",
    "/channels", "/accounts", "/bases", "/kept", "/m", "/me",
)  # fmt: skip
ROW_MAX = 9
"""Links that fit beside the office's name in either language."""


@dataclass(frozen=True, slots=True)
class Link:
    """One page that somebody may open; `is_here`: the page that shows the menu is of it."""

    path: str
    word: str
    href: str
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The menu as one row. `here` is the word of the page that shows it, if that is in `more`."""

    first: tuple[Link, ...]
    more: tuple[Link, ...]
    word: str
    here: str = ""


def in_row(links: Sequence[Link], language: Language) -> Row:
    """The menu cut to one row; a row is not cut for a single link."""
    shown = ROW_MAX if len(links) > ROW_MAX + 1 else len(links)
    first, more = tuple(links[:shown]), tuple(links[shown:])
    here = next((link.word for link in more if link.is_here), "")
    return Row(first, more, say("menu_more", language), here)


def menu(who: Principal, language: Language, here: str, *, asked: bool = False) -> list[Link]:
    """What somebody may open. `asked`: the language stands in the address, and goes along."""
    return [
        Link(path, say(f"menu_{path[1:] or 'office'}", language),
             _href(path, language, asked=asked), _is_here(path, here))
        for path in PAGES
        if may(who, path) and not (path == "/" and who.role == "resident")
    ]  # fmt: skip


def own_page(who: Principal) -> str:
    """Where somebody finds what is their own: password, sessions, language."""
    return "/m/me" if who.role == "resident" else "/me"


def _is_here(path: str, here: str) -> bool:
    return path == here or (path not in ("/", "/m") and here.startswith(f"{path}/"))


def _href(path: str, language: Language, *, asked: bool) -> str:
    if path == "/":
        return "/" if language == "zh" else "/en"
    return f"{path}?{urlencode({'lang': language})}" if asked else path
