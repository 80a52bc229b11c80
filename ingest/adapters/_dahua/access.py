"""How somebody opened a door, and why it stayed shut: the numbers of this make. Pure.

Method and error numbers as the Brazilian maker of the same terminals publishes them
(intelbras-caco-api.intelbras.com.br, "Parâmetros retornados"); 16 and 18 were seen in captures.
"""

from typing import Any

from ingest.converters import whole
from schemas.event_data import DeniedReason, Method

DURESS_METHOD = 13
_METHODS: dict[int, Method] = {
    0: "pin", 1: "card", 2: "combination", 3: "combination", 4: "remote", 5: "button",
    6: "fingerprint", 7: "combination", 8: "combination", 9: "combination", 11: "combination",
    13: "pin", 14: "qr", 15: "face", 17: "id_card", 18: "combination", 19: "bluetooth",
    20: "pin", 21: "pin", 22: "combination", 23: "combination", 24: "combination",
    25: "combination", 31: "combination", 32: "combination", 33: "combination",
    34: "combination", 38: "combination", 42: "remote", 43: "qr", 44: "face", 45: "id_card",
    46: "pin", 47: "qr",
}  # fmt: skip
_REASONS: dict[int, DeniedReason] = {
    17: "lost", 18: "no_permission", 19: "mode", 20: "expired", 21: "anti_passback", 22: "other",
    23: "mode", 24: "interlock", 25: "other", 32: "wrong_time", 33: "wrong_time",
    64: "wrong_pin", 65: "other", 66: "other", 67: "other",
}  # fmt: skip
_UNAUTHORIZED = 16


def method_of(number: Any) -> Method:
    """The method of a `Method` number; `unknown` for one the published table does not settle."""
    return _METHODS.get(_code(number), "unknown")


def reason_of(number: Any, *, named: bool) -> DeniedReason:
    """Why a door stayed shut, of an `ErrorCode`.

    16 says "unauthorized": a terminal sends it with no user for a face it does not know, so it
    means an unknown credential unless the message names (`named`) whose it is.
    """
    code = _code(number)
    if code == _UNAUTHORIZED:
        return "no_permission" if named else "unknown_credential"
    return _REASONS.get(code, "unknown")


def _code(number: Any) -> int:
    found = whole(number)
    return -1 if found is None else found
