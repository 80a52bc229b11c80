"""Somebody stood before a gate: `RecPush`, `VerifyPush`, and the QR code shown to it. Pure."""

from typing import Any

from ingest.adapters.facegate.fields import Fields
from ingest.converters import share
from ingest.message import Reading
from schemas.event_data import DeniedReason, Method

_METHODS: dict[int | None, Method] = {1: "face", 2: "id_card", 3: "combination"}
_ALLOWED, _REFUSED, _NOT_REGISTERED = 1, 2, 3
_BLOCK_LIST = 1
_MANUAL = 2


def recognised(operator: str, fields: Fields) -> Reading:
    """The reading of a comparison; what came of it stands in `VerifyStatus`.

    A status that is not in the protocol's list (22 on one firmware: still open) says only that
    somebody showed a face.
    """
    status = fields.number("verifystatus")
    reason = _reason(status, fields)
    kind = "access.granted" if status == _ALLOWED else (
        "access.denied" if reason is not None else "access.presented"
    )  # fmt: skip
    told: dict[str, Any] = {"method": _method(fields)}
    return Reading(
        kind, time=fields.time(), subject=person_of(fields),
        sequence=fields.number("recordid", "nrecordindex", "snaporrecordid"),
        confidence=share(fields.text("similarity1", "similarity", "score"), 100),
        replayed=replayed(operator, fields),
        native=f"{operator}, VerifyStatus {status}", pictures=fields.pictures("face"),
        fields=told if reason is None else told | {"reason": reason},
    )  # fmt: skip


def _reason(status: int | None, fields: Fields) -> DeniedReason | None:
    if status == _NOT_REGISTERED:
        return "unknown_credential"
    if status == _REFUSED:
        return "blocked" if fields.number("persontype") == _BLOCK_LIST else "unknown"
    return None


def _method(fields: Fields) -> Method:
    return _METHODS.get(fields.number("verifytype", "verfytype"), "face")


def person_of(fields: Fields) -> str | None:
    """Who it is, as the estate numbers people; else as the gate does. Names are never taken."""
    return fields.identity("customid", "customizeid", "personuuid", "personid")


def replayed(operator: str, fields: Fields) -> bool:
    """Whether the gate sends an old record: kept while there was no line, or asked for by hand.

    `Sendintime` is 1 for a record sent in time. `PushType` 2 marks a push by hand over MQTT; over
    HTTP it stands in every record, and there only `ManualPushID` tells.
    """
    in_time = fields.number("sendintime")
    by_hand = fields.number("manualpushid") or (
        fields.number("pushtype") == _MANUAL and operator in ("RecPush", "StrSnapPush")
    )
    return bool(by_hand) or in_time not in (None, 1)


def qr_code(operator: str, fields: Fields) -> Reading:
    """A QR code was held before the gate; its text is a credential and so the subject."""
    return Reading(
        "access.presented", time=fields.time(), subject=fields.text("qrcodeinfo", "qrcode"),
        native=operator, fields={"method": "qr"},
    )  # fmt: skip
