"""Which of many MQTT filters a topic falls under, the narrowest first. Pure.

A city has tens of thousands of filters, and each topic is looked up among them; a tree by levels
costs as much as a topic has levels, whatever stands beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
Breadth = tuple[int, int, int, int]


@dataclass(slots=True)
class _Node(Generic[T]):
    below: "dict[str, _Node[T]]" = field(default_factory=dict)
    held: list[tuple[Breadth, T]] = field(default_factory=list)


class FilterTree(Generic[T]):
    """Filters, each with what it stands for."""

    def __init__(self) -> None:
        """No filter yet."""
        self._root: _Node[T] = _Node()
        self._count = 0

    def add(self, pattern: str, value: T) -> None:
        """Enter a filter; of two alike the first counts."""
        node = self._root
        for level in pattern.split("/"):
            node = node.below.setdefault(level, _Node())
        node.held.append((_breadth(pattern, self._count), value))
        self._count += 1

    def narrowest(self, topic: str) -> T | None:
        """What the narrowest filter over a topic stands for."""
        levels = topic.split("/")
        found = [held for node in _under(self._root, levels, 0) for held in node.held]
        return min(found, key=lambda held: held[0])[1] if found else None


def _under(node: _Node[T], levels: list[str], at: int) -> Iterator[_Node[T]]:
    """The nodes whose filter takes the topic in (MQTT 5.0, section 4.7)."""
    below = node.below
    # The broker's own topics are taken in by name only.
    open_to_all = at > 0 or not levels[0].startswith("$")
    if open_to_all and "#" in below:
        yield below["#"]
    if at == len(levels):
        yield node
        return
    if levels[at] in below and levels[at] != "#":
        yield from _under(below[levels[at]], levels, at + 1)
    if open_to_all and "+" in below and levels[at] != "+":
        yield from _under(below["+"], levels, at + 1)


def _breadth(pattern: str, order: int) -> Breadth:
    """How much a filter takes in: `#` before `+` before plain levels, few levels before many."""
    levels = pattern.split("/")
    return ("#" in levels, levels.count("+"), -len(levels), order)
