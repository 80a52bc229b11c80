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


@pytest.mark.parametrize(
    ("whole", "lost"),
    [("鄂FA1238", "FA1238"), ("鄂AD12345", "AD12345"), ("粤B12345D", "B12345D")],
)
def test_a_plate_that_lost_its_province_character_is_one_apart(whole: str, lost: str) -> None:
    assert len(set(masked(skeleton(whole))) & set(masked(skeleton(lost)))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("鄂AD12345", "鄂AD12346"),  # new energy, 8 characters
        ("鄂A1234警", "鄂A1239警"),  # police
        ("鄂A临1234", "鄂A临1239"),  # temporary
        ("WJ京0123X", "WJ京0129X"),  # armed police
    ],
)
def test_plates_of_every_kind_are_compared_place_by_place(one: str, other: str) -> None:
    assert len(set(masked(skeleton(one))) & set(masked(skeleton(other)))) == 1
    assert not set(masked(skeleton(one))) & set(masked(skeleton(other[:-1])))


def test_no_plate_has_no_forms() -> None:
    assert masked("") == ()
