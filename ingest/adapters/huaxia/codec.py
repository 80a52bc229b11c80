"""Huaxia Zhixin cameras, HTTP POST modes 2 and 5, to readings. Pure.

A form, url-encoded or multipart, texts in UTF-8 or GBK. `type` says what it is: `online` a result,
`offline` one that was kept while the server was away, `heartbeat`, `ioinput`. Known from public
integrations that name the fields; no captured body.
"""

from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from ingest.adapters._parking.words import colour, links, plate_text, rated
from ingest.converters import epoch_time, flag, said, text_of, whole
from ingest.message import Message, Picture, Reading, Unreadable
from ingest.multipart import parts
from ingest.pictures import named_or_carried
from schemas.event_data import Direction

_WAYS: Mapping[str, Direction] = {"in": "in", "out": "out"}
_INPUTS = {"on": "input.activated", "off": "input.cleared",
           "1": "input.activated", "0": "input.cleared"}  # fmt: skip
_URL_ALPHABET = str.maketrans("-_.", "+/=")
"""Mode 5 writes these three for `+`, `/` and `=`, which a form would change."""

FIELDS_MAX = 100
Form = Mapping[str, str]


def decode(message: Message) -> list[Reading]:
    """The reading of one form. Raises Unreadable."""
    form = _form(message.payload)
    kind = said(form.get("type"))
    device = said(form.get("cam_id"))  # never cam_ip: an address belongs to many cameras
    if kind in ("online", "offline"):
        return [_result(form, device, replayed=kind == "offline")]
    if kind == "heartbeat":
        return [Reading("device.heartbeat", device, native=kind)]
    if kind == "ioinput":
        return [_input(form, device)]
    if kind is not None and kind.startswith("rs485"):
        return []
    raise Unreadable(f"type {kind!r} is none of online, offline, heartbeat, ioinput", "type")


def _form(payload: bytes) -> dict[str, str]:
    if payload[:2] == b"--":
        return {part.name: text_of(part.body).strip() for part in parts(payload) if part.name}
    pairs = payload.strip().split(b"&", FIELDS_MAX)
    if len(pairs) > FIELDS_MAX:
        raise Unreadable(f"has more than {FIELDS_MAX} fields", "$")
    split = (pair.partition(b"=") for pair in pairs)
    return {_text(name): _text(value) for name, _, value in split}


def _text(value: bytes) -> str:
    value = value.replace(b"+", b" ")
    plain = unquote_to_bytes(value) if b"%" in value else value
    return plain.decode("ascii") if plain.isascii() else text_of(plain)


def _result(form: Form, device: str | None, *, replayed: bool) -> Reading:
    """A read plate. `vdc_type` is the lane the camera is set to watch."""
    plate = plate_text(form.get("plate_num"))
    genuine = flag(form.get("plate_val"))
    return Reading(
        type="vehicle.seen" if plate is None else "plate.read",
        device=device,
        time=epoch_time(form["start_time"], "start_time") if form.get("start_time") else None,
        subject=plate,
        direction=_WAYS.get(form.get("vdc_type", "").lower()),
        confidence=None if plate is None else rated(form.get("confidence")),
        replayed=replayed,
        native="/".join(filter(None, ("result", said(form.get("triger_type"))))),
        pictures=_pictures(form, plate),
        fields={
            "plate_colour": colour(form.get("plate_color")),
            "plate_type": "fake" if genuine is False else said(form.get("plate_type")),
            "vehicle_type": said(form.get("vehicle_type")),
            "vehicle_colour": colour(form.get("car_color")),
            "list_name": "allow" if flag(form.get("is_whitelist")) else None,
        },
    )


def _pictures(form: Form, plate: str | None) -> tuple[str | Picture, ...]:
    scene = named_or_carried(_standard(form.get("picture")), "scene", "scene")
    close_up = named_or_carried(_standard(form.get("closeup_pic")), "plate", "plate")
    found = (*scene, *close_up)
    paths = [picture for picture in found if isinstance(picture, str)]
    carried = [picture for picture in found if isinstance(picture, Picture)]
    return (*carried, *links(paths, plate))


def _standard(text: str | None) -> str | None:
    """A picture in the alphabet everybody reads. One with `/` or `+` is in it already."""
    if text is None or "://" in text[:32] or "+" in text or "/" in text:
        return text
    return text.replace(" ", "+").translate(_URL_ALPHABET)


def _input(form: Form, device: str | None) -> Reading:
    number, status = said(form.get("ionum")), said(form.get("iostatus"))
    word = _INPUTS.get((status or "").lower())
    if number is None or word is None:
        raise Unreadable(f"input {number!r} with status {status!r} is not known", "iostatus")
    digits = number.lower().removeprefix("io")
    channel = str(whole(digits)) if whole(digits) is not None else number
    time = epoch_time(form["start_time"], "start_time") if form.get("start_time") else None
    return Reading(word, device, time, channel, native=f"ioinput/{number}/{status}")
