"""Photos lose what tells where they were taken, and nothing of the picture."""

import pytest

from console.phone.images import PHOTO_BYTES_MAX, NoPhoto, stripped
from tests.console.phone.pictures import (
    EXIF,
    FRAME,
    GPS,
    JPEG,
    ORIENTATION,
    PNG,
    SCAN,
    TABLE,
    WEBP,
    segment,
)


@pytest.mark.parametrize(("photo", "ending"), [(JPEG, "jpg"), (PNG, "png"), (WEBP, "webp")])
def test_where_it_was_taken_goes_and_once_stripped_it_stays_the_same(
    photo: bytes, ending: str
) -> None:
    assert GPS in photo
    clean, name = stripped(photo)
    assert name == ending
    assert GPS not in clean
    assert stripped(clean) == (clean, ending)


def test_a_jpeg_keeps_its_picture_and_how_it_was_held() -> None:
    clean, _ = stripped(JPEG)
    assert clean.endswith(TABLE + FRAME + SCAN + b"\xff\xd9")
    assert ORIENTATION in clean


@pytest.mark.parametrize(("told", "kept"), [(1, False), (3, True), (8, True), (9, False)])
def test_only_an_orientation_that_turns_is_kept(told: int, kept: bool) -> None:
    little = b"II\x2a\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00"
    exif = b"Exif\x00\x00" + little + told.to_bytes(2, "little") + bytes(6)
    clean, _ = stripped(b"\xff\xd8" + segment(0xE1, exif) + TABLE + SCAN + b"\xff\xd9")
    assert (b"Exif" in clean) is kept
    assert (ORIENTATION[:-4] in clean) is kept


def test_a_colour_profile_stays() -> None:
    profile = segment(0xE2, b"ICC_PROFILE\x00\x01\x01colours")
    clean, _ = stripped(b"\xff\xd8" + profile + TABLE + SCAN + b"\xff\xd9")
    assert profile in clean


def test_a_webp_says_no_more_that_it_has_metadata() -> None:
    clean, _ = stripped(WEBP)
    assert clean[20] == 0
    assert int.from_bytes(clean[4:8], "little") == len(clean) - 8
    assert b"frame" in clean


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "photo_none"), (b"<svg/>", "photo_none"), (b"MZ" + bytes(99), "photo_none"),
        (b"\xff\xd8\xff" + bytes(PHOTO_BYTES_MAX), "photo_large"), (JPEG[:-60], "photo_broken"),
        (b"\xff\xd8\xff\xe1\x00\x00", "photo_broken"), (b"\xff\xd8\xff", "photo_broken"),
        (PNG[:-4], "photo_broken"), (PNG[:60], "photo_broken"), (WEBP[:-9], "photo_broken"),
        (b"RIFF\xff\xff\x00\x00WEBP", "photo_broken"),
    ],
)  # fmt: skip
def test_what_is_no_whole_photo_is_refused(content: bytes, word: str) -> None:
    with pytest.raises(NoPhoto, match=word):
        stripped(content)


@pytest.mark.parametrize("photo", [JPEG, PNG, WEBP, b"\xff\xd8" + segment(0xE1, EXIF[:20]) + SCAN])
def test_whatever_is_cut_off_is_a_photo_or_refused(photo: bytes) -> None:
    for end in range(len(photo)):
        try:
            stripped(photo[:end])
        except NoPhoto:
            continue
