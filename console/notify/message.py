"""What a message says: number, level, kind, estate and a link, and nothing else. Pure.

It goes through other people's servers. Neither what a device sent nor what somebody typed goes into
it: the kind is the situation's own name, the estate's name is of the site file.
"""

import re
import unicodedata
from dataclasses import dataclass

from console.lifecycle.facts import Case
from console.words import Language, Texts, pick, severity_word
from schemas.alerts import Severity
from schemas.base import Words

NAME_MAX = 40
NUMBER_DIGITS = 8
_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9_-]")
_LEADS_SOMEWHERE = re.compile(r"[<>@#*`\[\]|\\]|://")
TEXTS = Texts("console.notify")


@dataclass(frozen=True, slots=True)
class Message:
    """The five things, and the language they are said in."""

    number: str
    level: Severity
    kind: str
    estate: str
    link: str
    language: Language

    @property
    def title(self) -> str:
        """Level, kind and estate in one line."""
        level = severity_word(self.level, self.language)
        said = {"level": level, "kind": self.kind, "estate": self.estate}
        return TEXTS.say("title", self.language, **said)

    @property
    def body(self) -> str:
        """Number and link."""
        return f"{TEXTS.say('number', self.language, number=self.number)}\n{self.link}"

    def plain(self) -> dict[str, str]:
        """As programs read it."""
        names = ("number", "level", "kind", "estate", "link")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Names:
    """What a kind and an estate are called."""

    kind: Words
    estate: Words


def message_of(case: Case, names: Names, link: str, language: Language) -> Message:
    """The message about a case. `link` has a `{case}` for the case's id."""
    name = _NOT_IN_AN_ID.sub("", case.id)[:64]
    return Message(
        number=name[:NUMBER_DIGITS], level=case.severity,
        kind=harmless(pick(names.kind, language)), estate=harmless(pick(names.estate, language)),
        link=link.replace("{case}", name), language=language,
    )  # fmt: skip


def harmless(text: str) -> str:
    """A name on one line, without what hides, turns or calls somebody, and not long."""
    visible = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    return " ".join(_LEADS_SOMEWHERE.sub(" ", visible).split())[:NAME_MAX]
