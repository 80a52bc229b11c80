"""What somebody who sees a case is shown of its acts. Pure.

Staff are shown all of them. Whoever reported something follows its way, and reads what was said to
them and what they said themselves; the office's own words, names and moves stay in the office.
"""

from console.accounts.principal import Principal
from schemas.acts import Act, ActKind

RESIDENT_ACTS: frozenset[ActKind] = frozenset(
    ("file", "accept", "assign", "arrive", "handle", "mediate", "feed_back", "rate", "close",
     "return", "remind")
)  # fmt: skip
"""The way of a report, as whoever reported it follows it."""
RESIDENT_WORDS: frozenset[ActKind] = frozenset(("file", "feed_back"))
"""The acts whose words and photos are for whoever reported; the others' stay in the office."""


def sees_act(who: Principal, act: Act) -> bool:
    """Whether an act is shown to somebody who sees its case."""
    return who.role != "resident" or act.kind in RESIDENT_ACTS


def sees_words(who: Principal, act: Act) -> bool:
    """Whether the words and photos of an act are shown to somebody who sees its case."""
    return who.role != "resident" or act.kind in RESIDENT_WORDS or act.by == who.login


def shown_act(who: Principal, act: Act) -> Act | None:
    """An act as it is shown to somebody who sees its case; None for one that is not.

    What is left out is empty: who did it and to whom it was given, the words, photos and number.
    """
    if not sees_act(who, act):
        return None
    if who.role != "resident":
        return act
    hidden: dict[str, object] = {"to": "", "number": ""}
    if act.by != who.login:
        hidden["by"] = ""
    if not sees_words(who, act):
        hidden |= {"why": "", "pictures": ()}
    return act.model_copy(update=hidden)
