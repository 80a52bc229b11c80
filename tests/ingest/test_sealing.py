import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.sealing import MASTER_KEY_BYTES, Keys, SealError

KEYS = Keys(bytes(range(32)))
ESTATE = KEYS.estate("lakeside")


def test_a_pseudonym_names_its_key_and_hides_its_value() -> None:
    found = ESTATE.credential("0012345678")

    assert found == f"p1:{KEYS.key_id}:{found[-16:]}"
    assert "0012345678" not in found


def test_pseudonyms_agree_within_an_estate_alone() -> None:
    assert ESTATE.credential("77") == KEYS.estate("lakeside").credential(" 77 ")
    assert ESTATE.credential("77") != KEYS.estate("riverside").credential("77")
    assert ESTATE.credential("77") != Keys(bytes(range(1, 33))).estate("lakeside").credential("77")


def test_a_card_and_a_name_written_alike_stay_apart() -> None:
    assert ESTATE.credential("77") != ESTATE.person("77")


def test_spellings_of_one_plate_share_their_reference() -> None:
    assert ESTATE.plate("鄂F·A1B28") == ESTATE.plate("鄂FA1B28")


def test_a_misread_plate_shares_the_skeleton_but_not_the_reference() -> None:
    right, misread = ESTATE.plate("鄂FA1B28"), ESTATE.plate("鄂FAI828")

    assert right.skeleton == misread.skeleton
    assert right.ref != misread.ref
    assert right.masked == misread.masked


def test_the_city_has_references_of_its_own() -> None:
    assert KEYS.city.plate("鄂FA1B28").skeleton != ESTATE.plate("鄂FA1B28").skeleton


@given(st.text(), st.text())
def test_what_was_sealed_opens_again(value: str, context: str) -> None:
    assert ESTATE.unseal(ESTATE.seal(value, context), context) == value


def test_sealing_again_gives_the_same_text_and_elsewhere_another() -> None:
    assert ESTATE.seal("77", "a/subject") == ESTATE.seal("77", "a/subject")
    assert ESTATE.seal("77", "a/subject") != ESTATE.seal("77", "b/subject")
    assert ESTATE.seal("77", "a/subject") != ESTATE.seal("78", "a/subject")


def test_a_sealed_value_belongs_to_its_place_and_estate() -> None:
    sealed = ESTATE.seal("77", "a/subject")

    with pytest.raises(SealError, match="b/subject"):
        ESTATE.unseal(sealed, "b/subject")
    with pytest.raises(SealError):
        KEYS.estate("riverside").unseal(sealed, "a/subject")


def test_a_value_under_another_master_key_says_so() -> None:
    sealed = Keys(bytes(range(1, 33))).estate("lakeside").seal("77", "a")

    with pytest.raises(SealError, match=f"the key here is '{KEYS.key_id}'"):
        ESTATE.unseal(sealed, "a")


@pytest.mark.parametrize("at", range(4))
def test_a_changed_part_is_noticed(at: int) -> None:
    parts = ESTATE.seal("77", "a").split(".")
    parts[at] = parts[at][:-1] + ("A" if parts[at][-1] != "A" else "B")

    with pytest.raises(SealError):
        ESTATE.unseal(".".join(parts), "a")


@pytest.mark.parametrize("text", ["", "v1", "v1.a.b", f"v1.{KEYS.key_id}.@.@", "v2.a.b.c"])
def test_what_is_no_sealed_value_is_told(text: str) -> None:
    with pytest.raises(SealError):
        ESTATE.unseal(text, "a")


def test_a_short_nonce_is_told() -> None:
    short = base64.urlsafe_b64encode(b"short").decode().rstrip("=")

    with pytest.raises(SealError, match="nonce"):
        ESTATE.unseal(f"v1.{KEYS.key_id}.{short}.{short}", "a")


@pytest.mark.parametrize("master", [b"", b"short", bytes(MASTER_KEY_BYTES), bytes(range(33))])
def test_a_weak_master_key_is_refused(master: bytes) -> None:
    with pytest.raises(SealError):
        Keys(master)


def test_a_fingerprint_needs_the_key() -> None:
    assert len(ESTATE.fingerprint("id")) == 32
    assert ESTATE.fingerprint("id") != KEYS.estate("riverside").fingerprint("id")
