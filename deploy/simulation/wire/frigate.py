"""Frigate's tracked objects on `frigate/events`: new, update after update, end."""

import orjson

from deploy.simulation.stage import SECOND
from deploy.simulation.wire import Telling

TOPIC = "frigate/events"


def told(telling: Telling) -> tuple[str, bytes]:
    """The topic and payload of a fact about a tracked object."""
    fact = telling.fact
    began = fact.at if fact.began is None else fact.began
    ended = fact.type == "object.left"
    known = {
        "id": fact.fields["track"],
        "camera": fact.channel,
        "frame_time": fact.at / SECOND,
        "label": fact.fields["object"],
        "sub_label": None,
        "top_score": fact.confidence,
        "score": fact.confidence,
        "false_positive": False,
        "start_time": began / SECOND,
        "end_time": fact.at / SECOND if ended else None,
        "box": [412, 118, 498, 402],
        "area": 24424,
        "region": [320, 0, 720, 400],
        "stationary": False,
        "motionless_count": 0,
        "position_changes": 1,
        "current_zones": [] if ended else list(fact.fields["zones"]),
        "entered_zones": list(fact.fields["zones"]),
        "has_clip": True,
        "has_snapshot": True,
    }
    phase = "end" if ended else "new" if fact.at == began else "update"
    return TOPIC, orjson.dumps({"type": phase, "before": known, "after": known})
