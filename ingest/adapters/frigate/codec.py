"""Frigate over MQTT: the topic says what is told, a word or a JSON object tells it.

https://docs.frigate.video/integrations/mqtt lists the topics. The prefix (`frigate` by default) may
be any, so a topic is read behind the level that bears that name, or else behind its first level.
"""

from collections.abc import Callable, Mapping

from ingest.adapters.frigate.objects import event, json_object, review, trigger, update
from ingest.adapters.frigate.words import (
    activity,
    audio,
    availability,
    classified,
    count,
    motion,
    review_status,
    role_status,
    snapshot,
    stats,
    switch,
)
from ingest.converters import text_of
from ingest.message import Message, Reading, Unreadable
from ingest.pictures import is_picture

DEFAULT_PREFIX = "frigate"

Levels = tuple[str, ...]
_General = Callable[[Message, str], list[Reading]]

_GENERAL: Mapping[str, _General] = {
    "available": availability,
    "events": event,
    "reviews": review,
    "tracked_object_update": update,
    "triggers": trigger,
    "stats": stats,
    "camera_activity": activity,
}
_QUIET = frozenset(
    {"restart", "onConnect", "model_state", "job_state", "embeddings_reindex_progress",
     "birdseye_layout", "audio_detections", "audio_transcription_state", "notification_test"}
)  # fmt: skip
"""Commands to Frigate, and talk between it and its own page: understood, and nothing to tell."""

_COMMANDS = frozenset({"set", "ptz", "suspend"})
_OWN = frozenset({"notifications", "profile"})
"""Where a camera's name stands elsewhere, these stand for Frigate itself."""


def decode(message: Message) -> list[Reading]:
    """The readings of one message. Raises Unreadable."""
    if not message.topic:
        return _without_topic(message)
    prefix, levels = split_topic(message.topic)
    if not levels:
        raise Unreadable("the topic ends at its prefix; Frigate says nothing there", "topic")
    if len(levels) > 1:
        return _of_camera(message, prefix, levels)
    if levels[0] in _QUIET:
        return []
    read = _GENERAL.get(levels[0])
    if read is None:
        raise Unreadable(f"{levels[0]!r} is none of Frigate's topics", "topic")
    return read(message, prefix)


def split_topic(topic: str) -> tuple[str, Levels]:
    """The prefix of a topic and the levels behind it."""
    levels = topic.strip("/").split("/")
    end = levels.index(DEFAULT_PREFIX) + 1 if DEFAULT_PREFIX in levels else 1
    return "/".join(levels[:end]), tuple(levels[end:])


def _of_camera(message: Message, prefix: str, levels: Levels) -> list[Reading]:
    """What is told of one camera or zone: its name is the first level."""
    camera, rest = levels[0], levels[1:]
    if rest[-1] in _COMMANDS:
        return []
    match rest:
        case ("motion",):
            return motion(message, camera)
        case ("review_status",):
            return review_status(message, camera)
        case ("status", role):
            return role_status(message, camera, role)
        case ("audio", kind) if kind != "state":
            return audio(message, camera, kind)
        case ("classification", model):
            return classified(message, camera, model)
        case (*what, "state"):
            return switch(message, prefix if camera in _OWN else camera, what or [camera])
        case ("notifications", "suspended") | ("ptz_autotracker", "active"):
            return switch(message, camera, rest)
        case (label, "snapshot"):
            return snapshot(message, camera, label)
        case (label,):
            return count(message, camera, label)
        case (label, "active"):
            return count(message, camera, f"active_{label}")
    raise Unreadable(f"{'/'.join(levels)!r} is none of Frigate's topics", "topic")


def _without_topic(message: Message) -> list[Reading]:
    """A payload of which somebody says that it is Frigate's, but not where it was heard.

    Only words that Frigate says in one sense are read: `online`, `offline` and `stopped` of itself,
    `ON` and `OFF` of motion (elsewhere they are settings, which are no news), and a bare count.
    """
    if is_picture(message.payload):
        return []
    text = text_of(message.payload).strip()
    if text.startswith("{"):
        return _by_shape(message, DEFAULT_PREFIX)
    if text in ("online", "offline", "stopped"):
        return availability(message, DEFAULT_PREFIX)
    if text in ("ON", "OFF"):
        return motion(message, None)
    if text in ("NONE", "DETECTION", "ALERT"):
        return review_status(message, None)
    if text.isascii() and text.isdigit():
        return count(message, None, None)
    raise Unreadable(f"{text[:40]!r} is no word of Frigate's; say the topic it came on", "$")


def _by_shape(message: Message, prefix: str) -> list[Reading]:
    """A JSON object heard nobody knows where: what it holds says which topic it can only be of."""
    data = json_object(message)
    after = data.get("after")
    if isinstance(after, dict):
        return (review if "severity" in after else event)(message, prefix)
    if {"name", "camera", "event_id"} <= data.keys():
        return trigger(message, prefix)
    if isinstance(data.get("service"), dict):
        return stats(message, prefix)
    if isinstance(data.get("type"), str):
        return update(message, prefix)
    raise Unreadable("has neither after, type, event_id nor service; say the topic it came on", "$")
