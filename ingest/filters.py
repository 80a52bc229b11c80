"""Which MQTT filters a gateway subscribes to. Pure."""

from collections.abc import Iterable
from functools import lru_cache

from ingest.topics import matches


def covers(wide: str, narrow: str) -> bool:
    """Whether every topic under the filter `narrow` also falls under `wide`."""
    if wide == narrow:
        return True
    above, below = wide.split("/"), narrow.split("/")
    for index, level in enumerate(above):
        if level == "#":
            return not (index == 0 and below[0].startswith("$"))
        if index >= len(below) or below[index] == "#":
            return False
        if level not in ("+", below[index]):
            return False
    return len(above) == len(below)


def reduce_filters(filters: Iterable[str]) -> tuple[str, ...]:
    """The filters without those that another one covers, sorted.

    Some brokers hand a message over once for each filter it falls under.
    """
    known = sorted(set(filters))
    return tuple(f for f in known if not any(o != f and covers(o, f) for o in known))


def with_prefixes(filters: Iterable[str], prefixes: Iterable[str]) -> tuple[str, ...]:
    """Each filter under each prefix (`estate-a/` before `frigate/#`)."""
    return tuple(prefix + pattern for prefix in prefixes for pattern in filters)


def without_prefix(topic: str, prefixes: Iterable[str]) -> str:
    """The topic as adapters and the site file know it: without the gateway's own prefix."""
    for prefix in _longest_first(tuple(prefixes)):
        if topic.startswith(prefix) and matches(prefix.rstrip("/") + "/#", topic):
            return topic[len(prefix) :]
    return topic


@lru_cache
def _longest_first(prefixes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(filter(None, prefixes), key=len, reverse=True))
