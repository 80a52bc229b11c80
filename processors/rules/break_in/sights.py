"""What is seen of a break-in: which reading is which step, when they suffice, and their words."""

from dataclasses import replace

from processors.core.patterns import Window
from processors.core.words import clock_text, span_words
from processors.rules.people import PERSON
from schemas.alerts import Alert, Evidence
from schemas.base import MS_PER_S, Words
from schemas.event_data import CameraData, DeviceTampered
from schemas.events import Event
from schemas.place import EstateConfig

SIGHTS = frozenset(
    {
        "motion.started",
        "zone.entered",
        "line.crossed",
        "object.seen",
        "face.seen",
        "device.tampered",
    }
)
LEAVING = frozenset({"vehicle.exited", "plate.read", "vehicle.seen"})
FORCED_STEPS = frozenset({"opened", "device_says_forced"})
MOVEMENT = frozenset({"motion.started", "zone.entered", "line.crossed"})
COARSE_MS = MS_PER_S
"""A camera says the same many times a second; once a second is remembered."""
SIGHTS_MAX = 20
PHRASES_MAX = 4


def sight_of(event: Event) -> str | None:
    """The step a reading is: motion, person or alarm_zone; None for what is neither."""
    data = event.data
    if isinstance(data, DeviceTampered):
        return None if data.zone is None else "alarm_zone"
    if not isinstance(data, CameraData):
        return None
    if data.object == PERSON or event.type == "face.seen":
        return "person"
    return "motion" if data.object is None and event.type in MOVEMENT else None


def is_leaving(event: Event) -> bool:
    """Whether a reading tells of a vehicle on its way out."""
    return event.type == "vehicle.exited" or event.data.direction == "out"


def forced_in(alert: Alert) -> Evidence | None:
    """The opening a forced door's alert is about; None where a cause explains it."""
    if alert.suppressed is not None:
        return None
    item = next((one for one in alert.evidence if one.step in FORCED_STEPS), None)
    return None if item is None else replace(item, step="forced")


def last_of(items: Window, step: str, device: str) -> Evidence | None:
    """What a device last told of a step."""
    return next((item for item in items if (item.step, item.device) == (step, device)), None)


def with_sight(seen: Window, last: Evidence | None, item: Evidence) -> Window:
    """The sights with another in the place of the last of its step and device."""
    others = tuple(one for one in seen if one is not last)
    return (*others[-SIGHTS_MAX + 1 :], item)


def complete(group: Window, devices_min: int) -> bool:
    """Whether a forced door, movement and a presence stand in it, from enough devices."""
    steps = {item.step for item in group}
    doors = {item.place for item in group if item.step == "forced"}
    moved = "motion" in steps or len(doors) > 1
    present = not steps.isdisjoint({"person", "alarm_zone"})
    enough = len({item.device for item in group}) >= devices_min
    return bool(doors) and moved and present and enough


def story_words(config: EstateConfig, story: Window) -> Words:
    """What happened in how long, who left, and what to do."""
    items = sorted(story, key=lambda item: (item.time, item.id))
    here = [item for item in items if item.step != "car_left"]
    cars = [_car(config, item) for item in items if item.step == "car_left"]
    span = span_words(here[-1].time - here[0].time)
    told = list(dict.fromkeys(_phrase(config, item) for item in here))[:PHRASES_MAX]
    left = Words(
        zh="".join(f"；{zh}" for zh, _ in cars),
        en="".join(f"; {en}" for _, en in cars),
    )
    return Words(
        zh=f"{span.zh}内：{'、'.join(zh for zh, _ in told)}{left.zh}。"
        "请立即出警，途中看录像，按屋内有人处置。首办：民警。",
        en=f"In {span.en}: {', '.join(en for _, en in told)}{left.en}. Go now, check the "
        "recording on the way, and act as if somebody were inside. First: police.",
    )


PHRASES = {
    "motion": ("有移动", "movement"),
    "person": ("画面见人", "a person on camera"),
    "alarm_zone": ("报警防区触发", "an alarm zone tripped"),
}


def _phrase(config: EstateConfig, item: Evidence) -> tuple[str, str]:
    if item.step != "forced":
        return PHRASES[item.step]
    node = config.place_by_id.get(item.place)
    name = Words(zh=item.place, en=item.place) if node is None else node.name
    return f"{name.zh}无授权打开", f"{name.en} opened without a grant"


def _car(config: EstateConfig, item: Evidence) -> tuple[str, str]:
    gate = next((node for node in config.lineage(item.place) if node.kind == "gate"), None)
    name = config.place_name(item.place) if gate is None else gate.name
    when = clock_text(item.time, config.timezone)
    return f"{when}未登记车由{name.zh}驶出", f"an unregistered vehicle left by {name.en} {when}"
