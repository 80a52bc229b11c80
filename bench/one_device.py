"""A site of one registered device, as nearly all devices are registered."""

from collections.abc import Iterable
from typing import Any

NAME = {"zh": "苑", "en": "Court"}


def site_of_one(device: str, adapter: str, topics: Iterable[str] = ()) -> dict[str, Any]:
    """The site file as JSON, which is YAML too: a reader of this adapter at the one door.

    `topics` are those it speaks on beside its own push topic.
    """
    door = {"id": "gate-door", "kind": "door", "name": NAME}
    reader = {"id": device, "adapter": adapter, "place": "gate-door", "kind": "reader"}
    estate = {"id": "north-court", "name": NAME, "timezone": "Asia/Shanghai", "places": [door]}
    return {"version": 1, "estates": [estate | {"devices": [reader | {"topics": sorted(topics)}]}]}
