"""The seven checks. Each looks at a trial and answers what it found. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

from deploy.prove.clock import check_clock, check_zone
from deploy.prove.findings import Checked, Finding, Grade
from deploy.prove.trial import (
    NO_HAPPENING,
    PASSAGES,
    REFUSALS,
    StepName,
    Told,
    Trial,
    median,
    quantile,
)
from ingest.message import Rejected
from schemas.base import MS_PER_S
from schemas.events import Event
from schemas.site_faults import UNREGISTERED

WITHIN_MS = 10 * MS_PER_S
RESENT_AFTER_MS = 7 * MS_PER_S
OLD_FROM_MS = 300 * MS_PER_S
WHOLE_SECONDS_MS = MS_PER_S
"""Many makes write whole seconds; their readings differ by that much without any delay."""
SAMPLES_MIN = 3
SWIPES: tuple[tuple[StepName, frozenset[str]], ...] = (
    ("granted", PASSAGES), ("again", PASSAGES), ("denied", REFUSALS),
)  # fmt: skip
"""The steps in which somebody swipes, and what any one of which must be heard of it."""
SLOW_FROM_MS = 3 * MS_PER_S
"""From here on somebody who walks in is through before it is shown (our judgement)."""


def check_sample(trial: Trial) -> Iterator[Finding]:
    """Whether what it says is understood, and stands where it belongs."""
    if not trial.told:
        yield Finding("fault", "heard_nothing")
        return
    refused = Counter(t.result.reason for t in trial.told if isinstance(t.result, Rejected))
    types = Counter(event.type for event in trial.events)
    if refused.total() == len(trial.told):
        yield Finding("fault", "all_rejected", _refused(trial, refused))
        return
    if not types:
        yield Finding("fault", "nothing_told", {"messages": len(trial.told)})
        return
    told = ", ".join(f"{count} {word}" for word, count in types.most_common())
    yield Finding("good", "sample", {"messages": len(trial.told), "types": told})
    if refused:
        grade: Grade = "fault" if refused.total() * 2 > len(trial.told) else "limit"
        yield Finding(grade, "some_rejected", _refused(trial, refused))
    yield from _places(trial)
    yield from _swipes(trial)


def _refused(trial: Trial, refused: Counter[str]) -> dict[str, object]:
    why = "; ".join(f"{reason} ({count})" for reason, count in refused.most_common(3))
    return {"rejected": refused.total(), "messages": len(trial.told), "why": why}


def _places(trial: Trial) -> Iterator[Finding]:
    if not trial.placed:
        return
    strange = {event.data.device for event in trial.events if event.estate == UNREGISTERED}
    if strange:
        yield Finding("limit", "not_in_site", {"devices": ", ".join(sorted(strange))})
    others = {event.data.device for event in trial.events} - {trial.device} - strange
    if others:
        yield Finding("limit", "others_speak", {"devices": ", ".join(sorted(others))})
    blind = [e for e in trial.happenings if e.type in PASSAGES and e.data.direction is None]
    if blind:
        yield Finding("limit", "no_direction", {"events": len(blind)})


def _swipes(trial: Trial) -> Iterator[Finding]:
    """What each step of the walk must have caused."""
    for step, wanted in SWIPES:
        found = trial.during(step, WITHIN_MS)
        if found is None:
            continue
        heard = [event.type for event in found[1]]
        if not heard:
            yield Finding("fault", f"{step}_unheard")
        elif not wanted & set(heard):
            yield Finding("limit", f"{step}_otherwise", {"types": ", ".join(sorted(set(heard)))})
        else:
            yield Finding("good", f"{step}_heard")


def check_duplicate(trial: Trial) -> Iterator[Finding]:
    """Whether what is sent again is known again, and what is new is new."""
    telling = [t for t in trial.told if any(e.type not in NO_HAPPENING for e in t.events)]
    if not telling:
        yield Finding("untried", "no_happening")
        return
    new = sum(not _known_again(trial, told) for told in telling)
    if new:
        yield Finding("limit", "resend_is_new", {"messages": new, "of": len(telling)})
    else:
        yield Finding("good", "resend_is_known", {"messages": len(telling)})
    seen = Counter(event.id for event in trial.events if event.type not in NO_HAPPENING)
    if again := sum(count - 1 for count in seen.values()):
        yield Finding("good", "came_again", {"events": again})
    first, second = trial.during("granted", WITHIN_MS), trial.during("again", WITHIN_MS)
    if first and second and first[1] and not {e.id for e in second[1]} - {e.id for e in first[1]}:
        yield Finding("fault", "two_swipes_one_id")


def _known_again(trial: Trial, told: Told) -> bool:
    """Whether the message, heard again some seconds later, has the same ids."""
    message = told.heard.message
    later = trial.read(
        type(message)(message.topic, message.payload, message.received_at + RESENT_AFTER_MS)
    )
    again = [] if isinstance(later, Rejected) else later
    return _ids(told.events) == _ids(again)


def _ids(events: list[Event]) -> list[str]:
    return [event.id for event in events if event.type not in NO_HAPPENING]


def check_replay(trial: Trial) -> Iterator[Finding]:
    """Whether old news can be told from new, and what the broker keeps."""
    marked = [event for event in trial.happenings if event.data.replayed]
    gaps = trial.clock_gaps()
    usual = median(gaps) if gaps else 0
    old = sum(gap - usual > OLD_FROM_MS for gap in gaps)
    if old:
        yield Finding("limit", "old_unmarked", {"events": old})
    if marked:
        yield Finding("good", "old_marked", {"events": len(marked)})
    if kept := sum(event.data.retained for event in trial.happenings):
        yield Finding("limit", "retained", {"events": kept})
    if not (old or marked or kept):
        yield Finding("untried", "no_replay")


def check_outage(trial: Trial) -> Iterator[Finding]:
    """What is lost while it is cut off, and how one notices."""
    found = trial.during("outage", OLD_FROM_MS)
    if found is not None:
        mark, events = found
        after = [e for e in events if e.data.received_at >= mark.done]
        made = [e for e in after if e.data.time_from == "received" or e.at <= mark.done]
        yield (
            Finding("good", "outage_kept", {"events": len(made)})
            if made
            else Finding("limit", "outage_lost")
        )
    yield from _holes(trial)
    yield from _signs_of_life(trial)
    if found is None:
        yield Finding("untried", "no_outage")


def _holes(trial: Trial) -> Iterator[Finding]:
    """Numbers that a device counts and that never came."""
    numbers = sorted({e.data.sequence for e in trial.events if e.data.sequence is not None})
    if len(numbers) < SAMPLES_MIN:
        return
    missing = numbers[-1] - numbers[0] + 1 - len(numbers)
    if 0 < missing <= len(numbers):
        where = next(a for a, b in pairwise(numbers) if b - a > 1)
        yield Finding("limit", "numbers_missing", {"missing": missing, "after": where})
    elif missing == 0:
        yield Finding("good", "numbers_whole", {"first": numbers[0], "last": numbers[-1]})


def _signs_of_life(trial: Trial) -> Iterator[Finding]:
    beats = sorted(
        told.heard.message.received_at
        for told in trial.told
        if told.heard.timed and any(e.type == "device.heartbeat" for e in told.events)
    )
    if len(beats) < 2:
        if trial.heartbeat_s is not None and trial.live:
            yield Finding("limit", "heartbeat_unheard", {"heartbeat_s": trial.heartbeat_s})
        return
    every = max(1, round(median([b - a for a, b in pairwise(beats)]) / MS_PER_S))
    values: dict[str, object] = {"every_s": every, "heartbeat_s": trial.heartbeat_s or 0}
    if trial.heartbeat_s is None:
        yield Finding("limit", "heartbeat_unset", values)
    elif trial.heartbeat_s < every:
        yield Finding("limit", "heartbeat_short", values)
    else:
        yield Finding("good", "heartbeat", values)


def check_latency(trial: Trial) -> Iterator[Finding]:
    """How long it takes until a swipe is heard, and how much that varies."""
    delays = []
    for step, _ in SWIPES:
        found = trial.during(step, WITHIN_MS)
        if found is not None and found[1]:
            delays.append(max(0, found[1][0].data.received_at - found[0].done))
    if delays:
        slow = max(delays) > SLOW_FROM_MS
        values: dict[str, object] = {"longest_s": _seconds(max(delays))}
        yield Finding("limit" if slow else "good", "slow" if slow else "quick", values)
    gaps = trial.clock_gaps()
    if len(gaps) >= SAMPLES_MIN:
        spread = quantile(gaps, 0.95) - quantile(gaps, 0.05)
        values = {"spread_s": _seconds(spread), "lateness_s": _seconds(trial.lateness_ms)}
        late = spread > trial.lateness_ms + WHOLE_SECONDS_MS
        yield Finding("limit", "late", values) if late else Finding("good", "in_time", values)
    elif not delays:
        yield Finding("untried", "no_times")


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / MS_PER_S:.1f}"


CHECKS: dict[str, Callable[[Trial], Iterator[Finding]]] = {
    "sample": check_sample,
    "duplicate": check_duplicate,
    "clock": check_clock,
    "zone": check_zone,
    "replay": check_replay,
    "outage": check_outage,
    "latency": check_latency,
}


def judge(trial: Trial) -> list[Checked]:
    """All checks of a trial, in the order of the report."""
    return [Checked(name, tuple(check(trial))) for name, check in CHECKS.items()]
