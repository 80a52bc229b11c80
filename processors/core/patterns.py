"""Small pure windows that rules are built of: count, distinct, together, in order, absent.

The words are Sigma's (correlation specification 2.0: event_count, value_count, temporal,
temporal_ordered) plus `absent`, which Sigma lacks. A window is a tuple of evidence, oldest first;
`span_ms` is its length, both ends included.
"""

from collections.abc import Callable, Sequence

from schemas.alerts import Evidence

Window = tuple[Evidence, ...]
EMPTY: Window = ()


def slide(window: Window, item: Evidence, span_ms: int, keep: int = 50) -> Window:
    """The window after an item arrived: what is older than the span falls out."""
    since = item.time - span_ms
    kept = tuple(old for old in window if old.time >= since)
    return (*kept[-(keep - 1) :], item)


def event_count(window: Window, at_least: int) -> bool:
    """Whether so many readings stand in the window."""
    return len(window) >= at_least


def value_count(window: Window, value: Callable[[Evidence], object], at_least: int) -> bool:
    """Whether so many different values stand in the window; readings without one do not count."""
    return len({found for item in window if (found := value(item)) is not None}) >= at_least


def temporal(window: Window, steps: Sequence[str]) -> bool:
    """Whether every step was met in the window, in any order."""
    return set(steps) <= {item.step for item in window}


def temporal_ordered(window: Window, steps: Sequence[str]) -> bool:
    """Whether the steps were met one after the other; other readings may lie between."""
    wanted = iter(steps)
    step = next(wanted, None)
    for item in window:
        if item.step == step:
            step = next(wanted, None)
    return step is None


def absent(window: Window, step: str, since: int, until: int) -> bool:
    """Whether no reading of that step lies in [since, until]."""
    return not any(item.step == step and since <= item.time <= until for item in window)


def recent(times: tuple[int, ...], at: int, span_ms: int, keep: int = 50) -> tuple[int, ...]:
    """The times of the span that ends at `at`, with `at` itself: for "the third this week"."""
    kept = tuple(time for time in times if time > at - span_ms)
    return (*kept[-(keep - 1) :], at)
