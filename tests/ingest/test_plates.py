import pytest

from schemas.plates import masked, normal_plate, skeleton


@pytest.mark.parametrize(
    ("written", "plate"),
    [
        ("鄂F·A1B28", "鄂FA1B28"),
        ("鄂f-a1b28", "鄂FA1B28"),
        (" 鄂Ｆ Ａ１Ｂ２８ ", "鄂FA1B28"),
        ("АВ123С", "AB123C"),  # Cyrillic letters
        ("ΑΒΕ123", "ABE123"),  # Greek letters
        ("粤B12345D", "粤B12345D"),
        ("WJ京・0123X", "WJ京0123X"),
        ("--", ""),
        ("", ""),
    ],
)
def test_a_plate_has_one_spelling(written: str, plate: str) -> None:
    assert normal_plate(written) == plate


@pytest.mark.parametrize(("one", "other"), ["O0", "D0", "Q0", "OD", "I1", "Z2", "S5", "B8"])
def test_confused_characters_have_one_skeleton(one: str, other: str) -> None:
    assert skeleton(f"A{one}7") == skeleton(f"A{other}7")


def test_characters_that_nobody_confuses_stay_apart() -> None:
    clear = "鄂ACEFGHJKLMNPRTUVWXY34679"

    assert skeleton(clear) == clear


def test_plates_that_differ_in_one_place_share_one_masked_form() -> None:
    assert len(set(masked("A12345")) & set(masked("A12945"))) == 1


@pytest.mark.parametrize("other", ["A12954", "A1234", "A123455"])
def test_plates_that_differ_in_more_share_none(other: str) -> None:
    assert not set(masked("A12345")) & set(masked(other))
