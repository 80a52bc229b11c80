"""`config.activated`: the site as the processors see it, written into the log. Pure."""

from ingest.message import Message
from schemas.base import MS_PER_S
from schemas.events import Event, event_id, make_event
from schemas.place import EstateConfig

AGAIN_AFTER_MS = 24 * 3600 * MS_PER_S
"""Events are kept for seven days, so each day the log is told anew under which configuration it
stands; otherwise a gateway that runs for a month leaves a log that cannot be judged again."""


def config_event(config: EstateConfig, gateway: str, at: int) -> Event:
    """The event that makes a configuration hold from `at` on."""
    return make_event(
        "config.activated",
        id=event_id(config.estate, config.digest, at),
        source=f"/{config.estate}/{gateway}",
        time=at,
        data={
            "device": gateway,
            "place": config.estate,
            "received_at": at,
            "hash": config.digest,
            "config": config.model_dump(mode="json"),
            "gateway": gateway,
        },
    )


def changed(old: dict[str, EstateConfig], new: dict[str, EstateConfig]) -> list[EstateConfig]:
    """The estates of `new` that `old` did not have so."""
    return [
        config
        for estate, config in new.items()
        if estate not in old or old[estate].digest != config.digest
    ]


def is_own(message: Message) -> bool:
    """Whether a message is the product talking to itself (clocks), and no device's."""
    return message.topic.startswith("smart-community/")
