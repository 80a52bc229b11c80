"""What a card says."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from console.incidents import joined
from console.pages.cards import card, clock_text, date_text, safe_link
from console.words import Language
from schemas.alerts import Alert
from tests.console.samples import MINUTE, NINE, alert, camera, evidence, suppressed, words

ZONE = ZoneInfo("Asia/Shanghai")


def card_of(one: Alert, language: Language) -> dict[str, Any]:
    return card(joined(one.id, [one]), language, ZONE)


def test_a_card_in_both_languages() -> None:
    one = alert(severity="orange", delivery="push", handler="property")
    zh, en = card_of(one, "zh"), card_of(one, "en")
    assert (zh["level"], zh["level_word"], en["level_word"]) == ("orange", "橙", "Orange")
    assert (zh["title"], en["title"]) == ("门被强开", "door forced")
    assert (zh["where"], en["where"]) == ("北门人行门", "North Gate door")
    assert (zh["handler"], en["handler"]) == ("首办：物业", "First: Property")
    assert (zh["delivery_word"], en["delivery_word"]) == ("推送", "Push")
    assert (zh["at"], zh["opened_at"]) == ("09:00", NINE)


def test_tags_say_what_else_must_be_known() -> None:
    one = alert(silent_on_site=True, found_afterwards=True, cleared_at=NINE + MINUTE)
    assert card_of(one, "en")["tags"] == ["Silent on site", "Found afterwards", "Over at 09:01"]
    why = card_of(suppressed("s"), "zh")["tags"]
    assert why == ["已抑制：消防联动开门期间"]
    assert card_of(alert(), "en")["tags"] == []


def test_a_card_is_found_by_place_words_devices_and_cameras() -> None:
    one = alert(evidence=(evidence("open", "door.opened"),), cameras=(camera(),))
    found_by = card_of(one, "en")["found_by"]
    for text in ("north gate door", "door forced", "north-panel", "北门球机", "recording"):
        assert text in found_by


def test_a_card_of_several_speaks_as_the_gravest_and_is_found_by_any() -> None:
    first = alert("a", cleared_at=NINE, place_name=words("北门", "North Gate"))
    second = alert("b", incident="a", severity="red", delivery="push", opened_at=NINE + MINUTE)
    shown = card(joined("a", [second, first]), "en", ZONE)
    assert (shown["id"], shown["level"], shown["delivery"]) == ("a", "red", "push")
    assert (shown["tags"], shown["rings"]) == (["2 alerts"], 1)
    assert "north gate" in shown["found_by"]
    late = second.model_copy(update={"found_afterwards": True})
    quiet = card(joined("a", [late, first]), "zh", ZONE)
    assert (quiet["tags"], quiet["rings"]) == (["合并2条", "事后发现"], 0)


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
    assert safe_link(url) == (url if is_safe else None)
