"""The invented make of this estate's barrier controllers and people counters: plain JSON.

Its adapter is `deploy/simulation/adapters/riverside_gate`, written as an operator would, without
Python.
"""

import orjson

from deploy.simulation.wire import Telling

_WORDS = {
    "barrier.opened": "arm_up",
    "barrier.closed": "arm_down",
    "loop.occupied": "loop_on",
    "loop.cleared": "loop_off",
    "vehicle.entered": "through",
    "vehicle.exited": "through",
    "person.passed": "person",
    "device.heartbeat": "alive",
}
_WAYS = {"vehicle.entered": "in", "vehicle.exited": "out"}


def told(telling: Telling) -> tuple[str, bytes]:
    """The topic and payload of a fact; what does not apply is left out."""
    fact = telling.fact
    body = {
        "ctl": telling.device.ids[0],
        "ev": _WORDS[fact.type],
        "ts": fact.at,
        "no": fact.sequence,
        "lane": None if fact.channel is None else int(fact.channel),
        "dir": fact.direction or _WAYS.get(fact.type),
        "plate": fact.subject,
    }
    kept = {name: value for name, value in body.items() if value is not None}
    return telling.device.topics[0], orjson.dumps(kept)
