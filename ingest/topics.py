"""MQTT topics: filters, and the topics we give out ourselves."""

PUSH_ROOT = "devices"
"""`devices/<device>/<make>` carries what the HTTP push receiver took in for a device."""


def matches(pattern: str, topic: str) -> bool:
    """Whether a topic falls under an MQTT filter with `+` and `#` (MQTT 5.0, section 4.7)."""
    if pattern == topic:
        return True
    wanted, given = pattern.split("/"), topic.split("/")
    for index, level in enumerate(wanted):
        if level == "#":
            return not (index == 0 and topic.startswith("$"))
        if index >= len(given) or level not in ("+", given[index]):
            return False
    return len(wanted) == len(given)


def push_topic(device: str, make: str) -> str:
    """The topic on which a device's HTTP pushes are published."""
    return f"{PUSH_ROOT}/{device}/{make}"


def push_device(topic: str) -> str | None:
    """The device a push topic names, or None if it is no push topic."""
    levels = topic.split("/")
    return levels[1] if len(levels) == 3 and levels[0] == PUSH_ROOT else None
