"""A headline comes apart into title and detail; any other text is shown whole."""

import pytest

from console.headline import detail_of, title_of
from tests.console.samples import alert, words


def test_title_and_detail_of_a_headline() -> None:
    one = alert()
    assert title_of(one) == words("门被强开", "door forced")
    assert detail_of(one) == words(
        "无授权也无出门请求，门已开。查看录像。",
        "Open with no grant and no exit request. Look at the recording.",
    )


def test_a_place_with_commas_and_colons_does_not_end_up_in_the_detail() -> None:
    text = "Red, duress: Hall B, west: door 3, 02:14. Code used: 14, door open."
    assert detail_of(alert(reason=words("红·胁迫｜a｜b｜c", text))) == words(
        "b｜c", "Code used: 14, door open."
    )


@pytest.mark.parametrize("text", ["", "no headline", "红·只有标题", "Red, no time: place. Words."])
def test_another_form_is_shown_whole_under_the_rules_id(text: str) -> None:
    one = alert(reason=words(text, text))
    assert detail_of(one) == words(text, text)
    assert title_of(one) == words("door_forced", "door_forced")
