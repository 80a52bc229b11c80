"""What a card says."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from console.caseload import Held
from console.cases.opening import Opening
from console.cases.surroundings import Surroundings
from console.incidents import joined
from console.lifecycle.clocks import shipped_clocks
from console.lifecycle.facts import Deed
from console.lifecycle.procedure import Procedure
from console.lifecycle.table import shipped_table
from console.links import safe_link
from console.pages.cards import CardWriter, clock_text, date_text
from console.pages.saying import Saying
from console.words import Language
from schemas.alerts import Alert
from schemas.pictures import picture_link, picture_name
from tests.console.samples import MINUTE, NINE, alert, camera, evidence, words

ZONE = ZoneInfo("Asia/Shanghai")
PROCEDURE = Procedure(shipped_table(), shipped_clocks())


def writer(language: Language) -> CardWriter:
    return CardWriter(
        Saying(language), ZONE, PROCEDURE, lambda case: words(case.kind, case.kind),
        lambda ref: ref.partition(":")[2].title(),
    )  # fmt: skip


def held_of(*alerts: Alert, **given: Any) -> Held:
    facts = Opening(PROCEDURE, Surroundings()).facts(alerts[0])
    opened = Deed(kind="open", by="system", at=NINE, version=0, facts=facts)
    case = PROCEDURE.opened(alerts[0].id, opened)
    return Held(replace(case, **given), tuple(one.id for one in alerts))


def card_of(one: Alert, language: Language, **given: Any) -> dict[str, Any]:
    return writer(language).card(held_of(one, **given), joined(one.id, [one]))


def test_a_card_in_both_languages() -> None:
    one = alert(severity="orange", delivery="push", handler="property")
    zh, en = card_of(one, "zh"), card_of(one, "en")
    assert (zh["level"], zh["level_word"], en["level_word"]) == ("orange", "橙", "Orange")
    assert (zh["title"], en["title"]) == ("门被强开", "door forced")
    assert (zh["where"], en["where"]) == ("北门人行门", "North Gate door")
    assert (zh["state_word"], en["state_word"]) == ("待签收", "waiting to be accepted")
    assert (zh["at"], zh["opened_at"], zh["tree"]) == ("09:00", NINE, "property")
    assert (zh["due_at"], zh["overdue"], zh["over"]) == (NINE + 3 * MINUTE, False, False)


def test_who_has_it_is_named() -> None:
    assert card_of(alert(), "en", holder="wang")["who"] == "Wang"
    assert card_of(alert(), "en", holder="wang", assigned="team:night")["who"] == "Night"
    assert card_of(alert(), "en")["who"] == ""


def test_what_is_over_stands_last() -> None:
    stands, over = card_of(alert(), "en"), card_of(alert(severity="red"), "en", state="closed")
    assert (over["over"], over["rings"]) == (True, 0)
    assert stands["order"] < over["order"]


@pytest.mark.parametrize(
    ("given", "tag"),
    [
        ({"supervised": True}, "Supervised"),
        ({"reminded": 2}, "Reminded 2×"),
        ({"number": "A-1"}, "Passed to 110"),
        ({"shelved_until": NINE}, "Shelved until 03-01 09:00"),
        ({"quiet": "flood"}, "Gathered in a flood"),
    ],
)
def test_tags_say_what_became_of_it(given: dict[str, Any], tag: str) -> None:
    assert card_of(alert(), "en", **given)["tags"] == [tag]


def test_tags_say_what_else_must_be_known() -> None:
    one = alert(silent_on_site=True, found_afterwards=True, cleared_at=NINE + MINUTE)
    assert card_of(one, "en")["tags"] == ["Silent on site", "Found afterwards", "Over at 09:01"]
    assert card_of(alert(), "en")["tags"] == []


def test_a_card_is_found_by_place_words_devices_and_cameras() -> None:
    one = alert(evidence=(evidence("open", "door.opened"),), cameras=(camera(),))
    found_by = card_of(one, "en")["found_by"]
    for text in ("north gate door", "door forced", "north-panel", "北门球机"):
        assert text in found_by


def test_a_card_of_several_speaks_as_the_gravest_and_is_found_by_any() -> None:
    first = alert("a", cleared_at=NINE, place_name=words("北门", "North Gate"))
    second = alert("b", incident="a", severity="red", delivery="push", opened_at=NINE + MINUTE)
    held = held_of(first, second)
    shown = writer("en").card(held, joined("a", [second, first]))
    assert (shown["id"], shown["level"]) == ("a", "red")
    assert (shown["tags"], shown["rings"]) == (["2 alerts"], 1)
    assert "north gate" in shown["found_by"]
    late = second.model_copy(update={"found_afterwards": True})
    quiet = writer("zh").card(held, joined("a", [late, first]))
    assert (quiet["tags"], quiet["rings"]) == (["合并2条", "事后发现"], 0)


def test_what_rings_nobody_does_not_ring_here() -> None:
    red = alert(severity="red", delivery="push")
    assert card_of(red, "en")["rings"] == 1
    assert card_of(red, "en", quiet="shelf")["rings"] == 0


def test_a_case_whose_alerts_are_out_of_sight_speaks_for_itself() -> None:
    shown = writer("en").card(held_of(alert(severity="red")), None)
    assert (shown["level"], shown["title"], shown["where"]) == (
        "red", "door_forced", "North Gate door",
    )  # fmt: skip
    assert (shown["picture"], shown["wall"], shown["rings"]) == ("", True, 0)


def test_the_card_shows_the_picture_nearest_to_the_alert() -> None:
    names = [picture_name(text, "jpg") for text in (b"early", b"near", b"late")]
    steps = [
        evidence(str(n), "door.opened", after, pictures=(picture_link(name),))
        for n, (after, name) in enumerate(zip((-20, 3, 9), names, strict=True))
    ]
    one = alert("x y", evidence=(*steps, evidence("own", "door.opened", 0, pictures=("http://a",))))
    assert card_of(one, "en")["picture"] == f"/pictures/{names[1]}?alert=x%20y"
    assert card_of(alert(), "en")["picture"] == ""


def test_texts_of_devices_are_passed_on_as_they_are() -> None:
    bad = "<script>alert(1)</script>"
    assert card_of(alert(place_name=words(bad, bad)), "zh")["where"] == bad


def test_times_stand_on_the_offices_clock() -> None:
    assert clock_text(NINE, ZONE) == "09:00"
    assert clock_text(NINE + 999, ZONE, seconds=True) == "09:00:00"
    assert date_text(NINE, ZoneInfo("UTC")) == "03-01 01:00"


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        ("https://recorder/at/1", True),
        ("rtsp://recorder/1", True),
        ("HTTP://recorder/1", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//recorder/1", False),
        ("pictures/1.jpg", False),
        ("", False),
        (None, False),
    ],
)
def test_only_addresses_that_lead_somewhere_become_links(url: str | None, is_safe: bool) -> None:
    assert safe_link(url) == (url if is_safe else "")
