"""The oracle's table, as text."""

from collections.abc import Iterator

from bench.oracle.judge import Verdict
from bench.oracle.month import Month
from bench.oracle.score import PRECISION_MIN, RECALL_MIN, RuleScore, overall, score
from bench.oracle.truth import Expected
from bench.oracle.views import DAY_MS, homes_score, vehicles_score
from bench.oracle.writer import Writer
from processors.whatif.load import Load, load_of
from schemas.alerts import Alert
from schemas.base import format_instant

SHOWN = 12
HEAD = ("to find", "found", "recall", "alerts", "true", "precision", "told wrong")


def scores_of(month: Month, verdict: Verdict, writer: Writer) -> dict[str, RuleScore]:
    """The scores by situation of a month that has been played and judged."""
    alerts = [*verdict.alerts.values(), *verdict.afterwards]
    return score(alerts, month.expected, writer.names)


def load(month: Month, verdict: Verdict) -> Load:
    """What the month's alerts asked of people."""
    span, site = month.world.calendar, month.world.estate.site
    return load_of(verdict.alerts.values(), span.start, span.end, {site.id: site.timezone})


def print_table(month: Month, verdict: Verdict, writer: Writer, show: list[str]) -> None:
    """Everything measured; `show` names situations whose misses and false alerts are listed."""
    scores = scores_of(month, verdict, writer)
    print(f"{'situation':26}" + "".join(f"{word:>11}" for word in HEAD))
    for rule, found in scores.items():
        print(_row(rule, found))
    recall, precision = overall(scores.values())
    print(f"overall: recall {recall:.2%}, precision {precision:.2%}")
    for line in (*_load(month, verdict), *_views(month, verdict)):
        print(line)
    for rule in show:
        for line in _details(rule, scores[rule]):
            print(line)


def _row(rule: str, found: RuleScore) -> str:
    bad = found.recall < RECALL_MIN or found.precision < PRECISION_MIN or found.told_wrong
    cells = (
        f"{found.expected}", f"{found.found}", f"{found.recall:.0%}", f"{found.alerts}",
        f"{found.true}", f"{found.precision:.0%}", f"{found.told_wrong}",
    )  # fmt: skip
    return f"{rule:26}" + "".join(f"{cell:>11}" for cell in cells) + ("  <" if bad else "")


def _load(month: Month, verdict: Verdict) -> Iterator[str]:
    asked = load(month, verdict)
    yield (
        f"pushes a shift {asked.a_shift:.2f} (worst {asked.worst_shift}), a night not red "
        f"{asked.a_night_not_red:.2f}, property a day {asked.property_a_day:.2f}, "
        f"flood {asked.flood_share:.2%} {asked.faults()}"
    )
    a_second, per_key = verdict.events / max(1e-9, verdict.live_s), verdict.state_bytes
    yield (
        f"{verdict.events} events, {a_second:.0f}/s live with checkpoints, {verdict.late} late; "
        f"{verdict.keys} keys of {per_key / max(1, verdict.keys):.0f} bytes"
    )


def _views(month: Month, verdict: Verdict) -> Iterator[str]:
    calendar = month.world.calendar
    homes = homes_score(month.world.homes, verdict.views.values(), calendar.end)
    yield (
        f"homes: {homes.shown} shown, {homes.not_judged_share:.1%} cannot be judged, "
        f"{homes.right_share:.1%} of the others right"
    )
    for home, view in homes.wrong[:SHOWN]:
        yield (
            f"  {home.dwelling} is {home.truth} ({home.use}, {home.registered} registered), shown "
            f"{view.status} {view.differs or ''}, {view.nights} nights"
        )
    cars = vehicles_score(month.stage.inside, verdict.vehicles, calendar.start + DAY_MS)
    yield (
        f"vehicles: off by {cars.mean:.2%} in the mean, {cars.worst:.2%} at the worst "
        f"({cars.worst_shown} shown, {cars.worst_true} inside); "
        f"at the end {cars.shown_last} shown, {cars.true_last} inside"
    )


def _details(rule: str, found: RuleScore) -> Iterator[str]:
    yield f"== {rule}"
    for one in found.missed[:SHOWN]:
        yield f"  missed {_truth(one)}"
    for alert in found.false[:SHOWN]:
        yield f"  false  {_told(alert)}"
    for one, alert in found.odd[:SHOWN]:
        yield f"  odd    {_truth(one)} TOLD {_told(alert)}"


def _truth(one: Expected) -> str:
    span = f"{format_instant(one.began)}..{format_instant(one.until)[11:19]}"
    words = (span, *one.places[:1], one.subject, one.severity, one.delivery, one.handler)
    return " ".join(word for word in words if word)


def _told(alert: Alert) -> str:
    late = "afterwards" if alert.found_afterwards else ""
    words = (alert.place, alert.severity, alert.delivery, alert.handler, late)
    return f"{format_instant(alert.opened_at)} {' '.join(words)} {alert.reason.en[:170]}"
