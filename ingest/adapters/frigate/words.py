"""What Frigate says in one word or number on a topic of its own, and its two JSON states."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ingest.adapters.frigate.kinds import kind_of
from ingest.converters import epoch_time, lenient_json, number, said, text_of
from ingest.message import Message, Picture, PictureKind, Reading, Unreadable
from ingest.pictures import is_picture
from schemas.event_data import Scalar

_SHOWN: Mapping[str, PictureKind] = {
    "person": "person", "face": "face", "vehicle": "vehicle", "license_plate": "plate",
}  # fmt: skip


def _word(message: Message, words: Sequence[str]) -> str:
    text = text_of(message.payload).strip()
    if text not in words:
        raise Unreadable(f"{text[:40]!r} is none of {', '.join(words)}", "$")
    return text


def _state(device: str | None, state: Mapping[str, Scalar], native: str) -> list[Reading]:
    """States carry no time, and a new subscriber hears them all at once: the key parts them."""
    return [
        Reading(
            "device.state_reported", device, channel=device, native=native, key=native,
            fields={"state": dict(state)},
        )
    ]  # fmt: skip


def availability(message: Message, prefix: str) -> list[Reading]:
    """Frigate itself: its greeting, its goodbye (`stopped`), its last will (`offline`)."""
    word = _word(message, ("online", "offline", "stopped"))
    kind = "device.online" if word == "online" else "device.offline"
    return [Reading(kind, prefix, native=word)]


def motion(message: Message, camera: str | None) -> list[Reading]:
    """Motion in the picture, with 30 s of quiet before it is said to be over."""
    kind = "motion.started" if _word(message, ("ON", "OFF")) == "ON" else "motion.ended"
    return [Reading(kind, camera, channel=camera, native="motion")]


def review_status(message: Message, camera: str | None) -> list[Reading]:
    """How serious what a camera sees is just now; the review item itself comes on `reviews`."""
    word = _word(message, ("NONE", "DETECTION", "ALERT"))
    return _state(camera, {"review_status": word}, "review_status")


def role_status(message: Message, camera: str, role: str) -> list[Reading]:
    """The health of one of a camera's streams (audio, detect, record).

    A camera has gone when what is analysed of it has; its other streams only add a state.
    """
    word = _word(message, ("online", "offline", "disabled"))
    if role != "detect" or word == "disabled":
        return _state(camera, {f"status_{role}": word}, f"status/{role}")
    return [Reading(f"device.{word}", camera, channel=camera, native="status/detect")]


def audio(message: Message, camera: str, kind: str) -> list[Reading]:
    """A sound of a kind (ON or OFF) or a level in numbers; what people say is not passed on."""
    if kind == "transcription":
        return []
    if kind in ("dBFS", "rms"):
        level = number(text_of(message.payload))
        if level is None:
            raise Unreadable(f"{text_of(message.payload)[:40]!r} is no number", "$")
        return _state(camera, {f"audio_{kind}": level}, f"audio/{kind}")
    heard = _word(message, ("ON", "OFF")) == "ON"
    return _state(camera, {f"audio_{kind}": heard}, f"audio/{kind}")


def classified(message: Message, camera: str, model: str) -> list[Reading]:
    """The class a state model (say, of a gate) now sees; an empty payload takes it back."""
    word = said(text_of(message.payload))
    return _state(camera, {model: word}, f"classification/{model}")


def switch(message: Message, device: str, what: Sequence[str]) -> list[Reading]:
    """How something is set."""
    text = text_of(message.payload).strip()
    if len(text) > 80 or text.startswith("{"):
        raise Unreadable("is no setting: one word or number is expected", "$")
    return _state(device, {"_".join(what): text}, "/".join(what))


def snapshot(message: Message, camera: str, label: str) -> list[Reading]:
    """The best picture of an object so far: maybe old, and never a happening.

    Frigate cuts it out around the object unless it is told otherwise. An empty payload takes back
    the one that the broker kept.
    """
    if not message.payload:
        return []
    if not is_picture(message.payload):
        raise Unreadable("is no picture", "$")
    shown = Picture(f"{label}.jpg", _SHOWN.get(kind_of(label) or "", "scene"), message.payload)
    (reading,) = _state(camera, {"snapshot": label}, f"{label}/snapshot")
    return [replace(reading, pictures=(shown,))]


def count(message: Message, where: str | None, label: str | None) -> list[Reading]:
    """How many of a label a camera or zone holds now."""
    text = text_of(message.payload).strip()
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise Unreadable(f"{text[:40]!r} is no count", "$")
    fields = {"object": kind_of(label), "count": int(text)}
    return [
        Reading("object.counted", where, channel=where, native=label, key=label, fields=fields)
    ]  # fmt: skip


def stats(message: Message, prefix: str) -> list[Reading]:
    """Frigate's own health, at an interval (60 s by default)."""
    data = lenient_json(message.payload)
    service = data.get("service") if isinstance(data, dict) else None
    if not isinstance(service, dict):
        raise Unreadable("has no service, which Frigate's statistics always have", "$.service")
    state = {"uptime_s": number(service.get("uptime")), "version": said(service.get("version"))}
    at = service.get("last_updated")
    time = None if at is None else epoch_time(at, "$.service.last_updated")
    return [
        Reading("device.state_reported", prefix, time, native="stats", fields={"state": state})
    ]  # fmt: skip


def activity(message: Message, prefix: str) -> list[Reading]:
    """What each camera sees and is set to, told to whoever asks."""
    data = lenient_json(message.payload)
    if not isinstance(data, dict) or not all(isinstance(cam, dict) for cam in data.values()):
        raise Unreadable("is no object of cameras", "$")
    return [
        reading
        for camera, seen in data.items()
        for reading in _state(camera, _camera_state(seen), "camera_activity")
    ]


def _camera_state(seen: Mapping[str, object]) -> dict[str, Scalar]:
    objects = seen.get("objects")
    state: dict[str, Scalar] = {"objects": len(objects) if isinstance(objects, list) else None}
    if isinstance(moving := seen.get("motion"), bool):
        state["motion"] = moving
    return state
