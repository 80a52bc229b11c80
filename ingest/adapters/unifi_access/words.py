"""The words of UniFi Access: ways to prove oneself, refusals, ends of a call. Pure."""

from schemas.event_data import DeniedReason, Direction, Method

_METHODS: tuple[tuple[str, Method], ...] = (
    ("LICENSE_PLATE", "plate"), ("PLATE", "plate"), ("FACE", "face"), ("PIN", "pin"),
    ("QR", "qr"), ("NFC", "card"), ("TOUCH_PASS", "card"), ("WALLET", "card"),
    ("MOBILE", "bluetooth"), ("BT", "bluetooth"), ("BLUETOOTH", "bluetooth"),
    ("WAVE", "bluetooth"), ("PALM", "palm"), ("FINGER", "fingerprint"), ("REMOTE", "remote"),
    ("CALL", "remote"), ("API", "remote"), ("REX", "button"), ("BUTTON", "button"),
)  # fmt: skip
_REASONS: tuple[tuple[str, DeniedReason], ...] = (
    ("unknown", "unknown_credential"), ("unassigned", "unknown_credential"),
    ("invalid pin", "wrong_pin"), ("expired", "expired"), ("schedule", "wrong_time"),
    ("time", "wrong_time"), ("deactivated", "blocked"), ("disabled", "blocked"),
    ("suspended", "blocked"), ("lockdown", "mode"), ("emergency", "mode"),
    ("permission", "no_permission"), ("unauthorized", "no_permission"),
    ("policy", "no_permission"),
)  # fmt: skip
_RESULTS = {
    "access": "access.granted", "access granted": "access.granted", "success": "access.granted",
    "blocked": "access.denied", "access denied": "access.denied", "denied": "access.denied",
    "fail": "access.denied", "failed": "access.denied", "incomplete": "access.presented",
}  # fmt: skip
DOORBELL = "BUTTON_DOOR_BELL"
"""A ring is logged like an opening, with this as what proved it."""

CALL_ENDS: dict[int, bool | str] = {
    105: False, 106: "rejected", 107: "unlocked", 108: False, 400: "answered elsewhere",
}  # fmt: skip
"""Reason codes of a call's end: False where nobody took it, else what somebody did."""


def method_of(provider: str | None) -> Method:
    """The method of a credential provider or authentication type."""
    name = (provider or "").upper()
    return next((method for sign, method in _METHODS if sign in name), "unknown")


def reason_of(text: str | None) -> DeniedReason:
    """Why somebody was refused, by the English text of the message."""
    told = (text or "").lower()
    return next((reason for sign, reason in _REASONS if sign in told), "unknown")


def result_of(result: str | None) -> str | None:
    """The type of an attempt by its result, without the reason behind it; None for another."""
    told = (result or "").strip().lower()
    return _RESULTS.get(told) or _RESULTS.get(told.partition(" /")[0].partition(" (")[0])


def direction_of(way: str | None) -> Direction | None:
    """In or out by the reader's side."""
    told = (way or "").strip().lower()
    return "in" if told in ("entry", "in") else "out" if told in ("exit", "out") else None
