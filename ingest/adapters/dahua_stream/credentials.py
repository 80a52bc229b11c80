"""What readers tell: who wanted to pass and what the device decided. Pure."""

from collections.abc import Mapping
from typing import Any

from ingest.adapters._dahua.access import DURESS_METHOD, method_of, reason_of
from ingest.adapters._dahua.vehicles import confidence_of
from ingest.adapters.dahua_stream.element import Element
from ingest.adapters.dahua_stream.reading import reading, state
from ingest.converters import said, whole
from ingest.message import Reading
from schemas.event_data import Direction

_GRANTED = frozenset({"1", "true", "open", "opened", "success"})
_DENIED = frozenset({"0", "false", "failed", "failure"})
_WAYS: dict[str, Direction] = {"Entry": "in", "Exit": "out"}


def access_control(element: Element) -> Reading:
    """`AccessControl`: granted or denied by `Status`; see `_decision` where there is none."""
    data = element.data
    if element.action in ("State", "Stop"):
        return state(element)
    user, card = said(data.get("UserID")), said(data.get("CardNo"))
    word = _decision(data)
    fields: dict[str, Any] = {
        "method": method_of(data.get("Method")),
        "reader": said(data.get("ReaderID")),
        "person": said(data.get("CardName")),
    }
    if word == "access.denied":
        fields["reason"] = reason_of(data.get("ErrorCode"), named=user is not None)
    return reading(
        element, word, subject=user or card, direction=_WAYS.get(said(data.get("Type")) or ""),
        confidence=confidence_of(data.get("Similarity")), fields=fields,
    )  # fmt: skip


def _decision(data: Mapping[str, Any]) -> str:
    """Without `Status` it is success, says the maker's HTTP API (3.87, section 12.1.9), where it
    tells the way of opening and no error; with neither somebody only tried.
    """
    method, error = whole(data.get("Method")), whole(data.get("ErrorCode"))
    told = str(data.get("Status")).strip().lower()
    silent = "Status" not in data and method is not None
    if told in _DENIED or (silent and error):
        return "access.denied"
    if method == DURESS_METHOD:
        return "access.duress"
    return "access.granted" if silent or told in _GRANTED else "access.presented"


def door_card(element: Element) -> Reading:
    """`DoorCard`: a card was held to the reader. What came of it is an event of its own."""
    card = said(element.data.get("Number"))
    return reading(element, "access.presented", subject=card, fields={"method": "card"})


def fingerprint(element: Element) -> Reading:
    """`FingerPrintCheck`: a finger by its number. -1 is an unknown finger.

    0 is a failed check in one bridge's manual and the first enrolled finger in another's code, so
    it says no more than that a finger was shown.
    """
    number = whole(element.data.get("FingerPrintID"))
    fields = {"method": "fingerprint"}
    if number is not None and number < 0:
        denied = {**fields, "reason": "unknown_credential"}
        return reading(element, "access.denied", fields=denied)
    finger = str(number) if number else None
    return reading(element, "access.presented", subject=finger, fields=fields)
