"""Plates as text: one spelling for what readers and people write, and the forms readers confuse.

Pure. Used by ingest for what cameras read and by the console for what people type, so that both
reach the same keyed references.
"""

import unicodedata

LOOK_ALIKES = str.maketrans(
    # Cyrillic, then Greek: capital letters that print like Latin ones. One maker's cameras send
    # plates with letters of another alphabet.
    "АВЕКМНОРСТУХІЈЅԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "ABEKMHOPCTYXIJSQWABEZHIKMNOPTYX",
)
CONFUSED = str.maketrans("ODQIZSB", "0001258")
"""What readers confuse: 0/O/D/Q, 1/I, 2/Z, 5/S, 8/B (see the situation `plate_mismatch`)."""


def normal_plate(text: str) -> str:
    """A plate in its one spelling: upper case, half width, Latin letters, no separators.

    The province character of a Chinese plate stays. A text that holds no letter and no digit
    (`--`, blanks) gives an empty string.
    """
    folded = unicodedata.normalize("NFKC", text).upper().translate(LOOK_ALIKES)
    return "".join(character for character in folded if character.isalnum())


def skeleton(plate: str) -> str:
    """A normal plate with every group of confused characters folded into one."""
    return plate.translate(CONFUSED)


def masked(bones: str) -> tuple[str, ...]:
    """The skeleton with one position left out at a time, in order.

    Two plates of one length that differ in one character agree in one of these. A plate without a
    province character may have lost it in the reading, so it has one form more, with it left out.
    """
    forms = tuple(f"{bones[:at]}?{bones[at + 1 :]}" for at in range(len(bones)))
    return (f"?{bones}", *forms) if bones[:1].isascii() and bones else forms
