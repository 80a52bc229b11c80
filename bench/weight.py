"""What state weighs in memory: the live objects, as Python keeps them."""

import sys
from collections.abc import Iterable
from typing import Any

from processors.core.partition import Partition

A_KEY_MAX = 1536
"""The bar in bytes a key (own judgement)."""
WHOLE = (str, bytes, int, float, bool, type(None), type)
"""What has no parts."""


def weight(roots: Iterable[Any]) -> int:
    """Bytes of everything reachable, each object once; classes and functions left out."""
    seen: set[int] = set()
    total, todo = 0, list(roots)
    while todo:
        thing = todo.pop()
        if id(thing) in seen or isinstance(thing, type) or callable(thing):
            continue
        seen.add(id(thing))
        total += sys.getsizeof(thing)
        todo += _parts(thing)
    return total


def _parts(thing: Any) -> list[Any]:
    if isinstance(thing, WHOLE):
        return []
    if isinstance(thing, dict):
        return [*thing.keys(), *thing.values()]
    if isinstance(thing, list | tuple | set | frozenset):
        return list(thing)
    names = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
    parts = [getattr(thing, name) for name in names if hasattr(thing, name)]
    if hasattr(thing, "__dict__"):
        parts.append(vars(thing))
    return parts


def weigh(partition: Partition) -> int:
    """What the estates hold for their keys: records, deadlines, open alerts, ids, gaps."""
    return sum(
        weight((e.records, e.unread, e.deadlines, e.open_alerts, e.gaps, e.strands, e.order.seen))
        for e in partition.estates.values()
    )
