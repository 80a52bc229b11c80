"""What is shown of each kind of act, by a table that stands here a second time."""

from typing import get_args

import pytest

from console.accounts.principal import ROLES, Principal
from console.cases.disclosure import shown_act
from schemas.acts import Act, ActKind
from tests.console.samples import NINE

UNSEEN = {"supervise", "extend", "assist", "transfer", "shelve", "judge", "open", "join", "climb",
          "unshelve", "review"}  # fmt: skip
SAID = {"file", "feed_back"}
FULL = {"why": "五楼的纸箱", "to": "person:zhao", "number": "2026-0042", "pictures": ("/p/1",)}


def made(kind: ActKind, by: str = "wang") -> Act:
    return Act(id="1", kind=kind, target="r1", by=by, at=NINE, **FULL)


def person(role: str) -> Principal:
    return Principal("sun", role, frozenset(), frozenset())  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", get_args(ActKind))
def test_staff_are_shown_every_act_whole(kind: ActKind) -> None:
    for role in set(ROLES) - {"resident"}:
        assert shown_act(person(role), made(kind)) == made(kind)


@pytest.mark.parametrize("kind", get_args(ActKind))
def test_residents_are_shown_the_way_and_what_was_said_to_them(kind: ActKind) -> None:
    shown = shown_act(person("resident"), made(kind))
    assert (shown is None) is (kind in UNSEEN)
    if shown is None:
        return
    assert (shown.by, shown.to, shown.number) == ("", "", "")
    said = (FULL["why"], FULL["pictures"]) if kind in SAID else ("", ())
    assert (shown.why, shown.pictures) == said


def test_residents_are_shown_their_own_words() -> None:
    shown = shown_act(person("resident"), made("remind", by="sun"))
    assert shown is not None
    assert (shown.by, shown.why, shown.to) == ("sun", FULL["why"], "")
