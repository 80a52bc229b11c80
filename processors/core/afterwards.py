"""What a log would have raised had everything in it come in time.

The live path sets aside what comes too late. Here the same log is judged twice, side by side,
without those events and with them: what only the second judgement knows was found afterwards. Until
the first late event the two are one, and judged as one; then one goes on as after a restart. An
alert that the first knows as well was raised live, or will be; so neither a log that begins in the
middle of things nor one that is still being written makes a difference.

A log may hold a week. It is held packed (`kept`), and of its ticks only the times are: a plain tick
tells a rule nothing, and of several in a row the first says all that they do.
"""

import sys
import zlib
from collections import Counter, defaultdict, deque
from collections.abc import Container, Iterable
from typing import NamedTuple

from processors.core.estate import GAPS_MAX, new_estate
from processors.core.gaps import Arrivals, Gap, gap_of
from processors.core.hearing import hear
from processors.core.kept import BEGINNING, KEPT_MAX, Kept, Times
from processors.core.machine import Machine
from processors.core.replay import Run, alerts_in_order
from processors.core.rule import OLD_NEWS_MS, RuleSet
from schemas.alerts import Alert
from schemas.event_data import ClockTicked, ConfigActivated
from schemas.events import Event, decode_line, order_key
from schemas.place import EstateConfig

LET_GO_EVERY = 1000
Mark = tuple[str, int]
"""One hearing of an event: its id and when it was received."""


class Log(NamedTuple):
    """One estate's events in the order they were written, and which of them came too late.

    `late` holds the same events once more; `known` the ids of alerts that have been told.
    """

    events: Iterable[Event]
    late: Iterable[Event]
    known: Container[str] = frozenset()


class Judgement(NamedTuple):
    """What was found, by opening time.

    Where the log was too long to be held, it was judged from `whole_from` (ms) on; `left_out` late
    events before that were not judged.
    """

    alerts: list[Alert]
    whole_from: int | None = None
    left_out: int = 0


def found_afterwards(log: Log, rules: RuleSet) -> list[Alert]:
    """The alerts that only the late events make, by opening time; they ring nobody.

    For a log that is in memory already, so that nothing bounds it.
    """
    hearings = Hearings(sys.maxsize)
    for event in log.late:
        hearings.late(event)
    for event in log.events:
        hearings.heard(event)
    return [alert for alert in hearings.judge(rules).alerts if alert.id not in log.known]


class Hearings:
    """A log as it is read: first all that came too late, then everything as it was written.

    A second hearing of an event changes nothing, but that one that came in time is not late.
    """

    def __init__(self, most: int = KEPT_MAX) -> None:
        """`most` bounds the events held of the log, and of the late ones."""
        self._most, self._forgotten = most, 0
        self._marks: Counter[Mark] = Counter()
        self._late_ids: set[str] = set()
        self._again: Counter[Mark] = Counter()
        self._late, self._kept = Kept(most), Kept(most)
        self._ticks: dict[str, Times] = defaultdict(Times)
        self._arrivals = Arrivals()
        self._gaps: deque[tuple[Event, Gap]] = deque(maxlen=GAPS_MAX)
        self._configs: dict[str, tuple[str, tuple[int, int, int, str], bytes]] = {}

    def late(self, event: Event) -> None:
        """One that came too late."""
        self._marks[_mark(event)] += 1
        self._late_ids.add(event.id)
        self._late.add(event)
        if len(self._late_ids) > 2 * self._most:
            self._forget()

    def _forget(self) -> None:
        """What was too much to hold lies before the span that is judged."""
        left = {name for name in self._late_ids if name in self._late}
        self._forgotten += len(self._late_ids) - len(left)
        self._late_ids = left
        self._marks = Counter({m: times for m, times in self._marks.items() if m[0] in left})

    def heard(self, event: Event) -> None:
        """One as it was written, in time or late. What is late must be known before."""
        gap = self._arrivals.follow(event)
        if event.id in self._late_ids:
            self._again[_mark(event)] += 1
            gap = gap_of(event)
        elif _is_plain_tick(event):
            self._ticks[event.estate].add(event.at)
            return
        self._keep(event, gap)

    def _keep(self, event: Event, gap: Gap | None) -> None:
        if not self._kept.add(event):
            return
        if gap is not None:
            self._gaps.append((event, gap))
        data = event.data
        if isinstance(data, ConfigActivated):
            line = zlib.compress(event.to_json())
            self._configs[event.id] = (event.estate, order_key(event), line)

    @property
    def held(self) -> int:
        """How many events are held, without plain ticks."""
        return len(self._kept)

    def judge(self, rules: RuleSet) -> Judgement:
        """Judge what was heard, once."""
        for event in self._late.in_order():
            self._keep(event, gap_of(event))
        whole_from = max(self._late.whole_from, self._kept.whole_from)
        late = self._never_in_time()
        twice = _Twice(rules, self._first_configs(whole_from), self._ticks, late)
        gaps = [(event, gap) for event, gap in self._gaps if event.at >= whole_from]
        gaps.sort(key=lambda told: order_key(told[0]))
        judged = twice.judge(self._kept, whole_from, gaps)
        if whole_from == BEGINNING:
            return Judgement(judged)
        return Judgement(judged, whole_from, self._forgotten + len(late) - twice.late_judged)

    def _never_in_time(self) -> set[str]:
        """The late events that were never judged in time.

        One that came in time and again long after is late only in its second hearing. Both may
        carry one time of receipt, so hearings are counted.
        """
        in_time = {mark[0] for mark, times in self._again.items() if times > self._marks[mark]}
        return self._late_ids - in_time

    def _first_configs(self, whole_from: int) -> dict[str, EstateConfig]:
        """As what stands at the beginning says: the last before it, or else the first announced."""
        first: dict[str, tuple[tuple[int, int, int, str], bytes]] = {}
        for estate, key, line in sorted(self._configs.values(), key=lambda known: known[1]):
            if estate not in first or key[0] < whole_from:
                first[estate] = (key, line)
        told = {name: decode_line(zlib.decompress(line)) for name, (_, line) in first.items()}
        return {
            name: EstateConfig.model_validate(event.data.config)
            for name, event in told.items()
            if isinstance(event.data, ConfigActivated)
        }


class _Twice:
    """Both judgements of a log, told event by event; `late` goes into the second alone.

    `_without` holds the first judgement of the estates of which the two have parted.
    """

    def __init__(
        self, rules: RuleSet, configs: dict[str, EstateConfig], ticks: dict[str, Times],
        late: set[str],
    ) -> None:  # fmt: skip
        self._machine, self._configs, self._ticks = Machine(rules), configs, ticks
        self._late = late
        self._whole: dict[str, Run] = {}
        self._without: dict[str, Run] = {}
        self._known: set[str] = set()
        self._found: dict[str, Alert] = {}
        self.late_judged = 0

    def judge(self, kept: Kept, whole_from: int, gaps: Iterable[tuple[Event, Gap]]) -> list[Alert]:
        """The alerts of the second that the first has not."""
        for event, gap in gaps:
            if event.id in self._late:
                self._part(event.estate)
                self._of(event.estate).estate.note_gap(gap)
            else:
                for run in self._both(event.estate):
                    run.estate.note_gap(gap)
        for ticks in self._ticks.values():
            ticks.begin(whole_from)
        for number, event in enumerate(kept.in_order()):
            self._step(event)
            if number % LET_GO_EVERY == 0:
                for run in self._both(event.estate):
                    run.let_go()
        for name in sorted({*self._whole, *self._ticks}):
            self._end(name)
        only = [alert for name, alert in self._found.items() if name not in self._known]
        return alerts_in_order(_as_found(alert) for alert in only)

    def _of(self, estate: str) -> Run:
        found = self._whole.get(estate)
        if found is None:
            fresh = new_estate(estate, self._configs.get(estate))
            found = self._whole[estate] = Run(self._machine, fresh)
        return found

    def _both(self, estate: str) -> tuple[Run, ...]:
        """The runs of an estate: of the whole log, and once it has parted, without what is late."""
        whole, without = self._of(estate), self._without.get(estate)
        return (whole,) if without is None else (whole, without)

    def _part(self, estate: str) -> None:
        if estate not in self._without:
            self._without[estate] = self._of(estate).parted()

    def _step(self, event: Event) -> None:
        name, is_late = event.estate, event.id in self._late
        if is_late:
            self.late_judged += 1
            self._part(name)
        whole, *without = runs = self._both(name)
        for run in runs if is_late else ():
            hear(run.estate, event)
        if name in self._ticks:
            self._tick(runs, self._ticks[name].first_before(event.at))
        whole.take(event)
        for run in () if is_late else without:
            run.take(event)
        self._compare(name)

    @staticmethod
    def _tick(runs: Iterable[Run], at: int | None) -> None:
        if at is not None:
            for run in runs:
                run.tick(at)

    def _end(self, estate: str) -> None:
        runs = self._both(estate)
        if (ticks := self._ticks.get(estate)) is not None and ticks.last is not None:
            self._tick(runs, ticks.first_before(ticks.last))
            self._tick(runs, ticks.last)
        for run in runs:
            run.end()
        self._compare(estate)

    def _compare(self, estate: str) -> None:
        """Only what the second alone has said so far is held."""
        whole, without = self._of(estate), self._without.get(estate)
        told = whole.told()
        self._known.update(alert.id for alert in (told if without is None else without.told()))
        for alert in told:
            if alert.id in self._known:
                self._found.pop(alert.id, None)
            else:
                self._found[alert.id] = alert


def _is_plain_tick(event: Event) -> bool:
    """Whether a tick says nothing but that time went on."""
    tick = event.data
    if not isinstance(tick, ClockTicked) or tick.gap_until is not None:
        return False
    return tick.received_at - event.at <= OLD_NEWS_MS


def _mark(event: Event) -> Mark:
    return event.id, event.data.received_at


def _as_found(alert: Alert) -> Alert:
    delivery = "list" if alert.delivery == "push" else alert.delivery
    return alert.model_copy(update={"found_afterwards": True, "delivery": delivery})
