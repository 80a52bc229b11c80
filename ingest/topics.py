"""MQTT topics: filters, and the topics we give out ourselves."""

PUSH_ROOT = "devices"
"""`devices/<device>/<make>` carries what the bridge took in for a device; a further level tells
what stood in the URL alone.
"""
RELAY = "relay/"
"""Before the topic of a message that the bridge sent on with QoS 1 because it answers for it. It is
taken off again before adapters and site see the topic.
"""


TOPIC_REMEMBERED_MAX = 256
"""Characters of a topic that caches keep; a device may write 65,535 and so fill them with noise."""


def matches(pattern: str, topic: str) -> bool:
    """Whether a topic falls under an MQTT filter with `+` and `#` (MQTT 5.0, section 4.7)."""
    if pattern == topic:
        return True
    if topic.startswith("$") and pattern[:1] in ("+", "#"):
        return False  # the broker's own topics are taken in by name only
    wanted, given = pattern.split("/"), topic.split("/")
    for index, level in enumerate(wanted):
        if level == "#":
            return True
        if index >= len(given) or level not in ("+", given[index]):
            return False
    return len(wanted) == len(given)


def push_topic(device: str, make: str, table: str | None = None) -> str:
    """The topic on which a device's HTTP pushes are published.

    `table` is what only the URL says, for a make whose bodies do not say what they are.
    """
    return f"{PUSH_ROOT}/{device}/{make}" + (f"/{table}" if table else "")


def push_device(topic: str) -> str | None:
    """The device a push topic names, or None if it is no push topic."""
    levels = topic.split("/")
    return levels[1] if len(levels) >= 3 and levels[0] == PUSH_ROOT else None
