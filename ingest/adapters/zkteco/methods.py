"""How somebody proved who they are: the numbers and bit rows of `verifytype`. Pure.

Access push, appendix 3. Attendance terminals of older firmware number otherwise (0 password,
2 card, 9 other), so what the two do not share stays unknown there.
"""

from schemas.event_data import Method

_SECURITY: dict[int, Method] = {
    1: "fingerprint", 2: "pin", 3: "pin", 4: "card", 15: "face", 25: "palm",
    **dict.fromkeys(
        (8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 20, 22, 23, 24, 26, 27, 28, 29), "combination"
    ),
}  # fmt: skip
_ATTENDANCE: dict[int, Method] = {
    1: "fingerprint", 3: "pin", 4: "card", 15: "face", 25: "palm",
    **dict.fromkeys((10, 11, 12, 16, 17, 18, 19, 20, 26, 27, 28, 29), "combination"),
}  # fmt: skip
_BITS: tuple[Method, ...] = (
    "unknown", "face", "palm", "palm", "fingerprint", "unknown", "unknown", "unknown", "unknown",
    "pin", "pin", "card", "qr", "unknown", "unknown", "unknown",
)  # fmt: skip
"""What each bit of the new 16-bit form means, from the right; bit 0 says that all are needed."""


def security_method(text: str | None) -> Method:
    """The method of a `verifytype`, as a number or as a row of bits."""
    if text and len(text) in (15, 16) and not text.strip("01"):
        return _of_bits(text)
    return _SECURITY.get(_number(text), "unknown")


def _of_bits(text: str) -> Method:
    used = [at for at, bit in enumerate(reversed(text)) if bit == "1" and at]
    return _BITS[used[0]] if len(used) == 1 else "combination" if used else "unknown"


def attendance_method(text: str | None) -> Method:
    """The method of the fourth column of an attendance line."""
    return _ATTENDANCE.get(_number(text), "unknown")


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 4 else -1
