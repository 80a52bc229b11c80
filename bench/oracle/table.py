"""The oracle's table, as text."""

from bench.oracle.judge import Verdict
from bench.oracle.month import Month
from bench.oracle.score import PRECISION_MIN, RECALL_MIN, RuleScore, overall, score
from bench.oracle.truth import Expected
from bench.oracle.views import DAY_MS, homes_score, vehicles_score
from bench.oracle.writer import Writer
from processors.whatif.load import load_of
from schemas.alerts import Alert
from schemas.base import format_instant

SHOWN = 12


def print_table(month: Month, verdict: Verdict, writer: Writer, show: list[str]) -> None:
    """Everything measured; `show` names situations whose misses and false alerts are listed."""
    alerts = [*verdict.alerts.values(), *verdict.afterwards]
    scores = score(alerts, month.expected, writer.names)
    print(f"{'situation':26}{'to find':>8}{'found':>7}{'recall':>8}{'alerts':>8}{'true':>6}"
          f"{'precision':>10}{'told wrong':>11}")  # fmt: skip
    for rule, found in scores.items():
        bad = found.recall < RECALL_MIN or found.precision < PRECISION_MIN or found.told_wrong
        print(f"{rule:26}{found.expected:8}{found.found:7}{found.recall:8.0%}{found.alerts:8}"
              f"{found.true:6}{found.precision:10.0%}{found.told_wrong:11}{'  <' if bad else ''}")  # fmt: skip
    recall, precision = overall(scores.values())
    print(f"overall: recall {recall:.2%}, precision {precision:.2%}")
    _load(month, verdict)
    _views(month, verdict)
    for rule in show:
        _details(rule, scores[rule])


def _load(month: Month, verdict: Verdict) -> None:
    span, site = month.world.calendar, month.world.estate.site
    load = load_of(verdict.alerts.values(), span.start, span.end, {site.id: site.timezone})
    print(f"pushes a shift {load.a_shift:.2f} (worst {load.worst_shift}), a night not red "
          f"{load.a_night_not_red:.2f}, property a day {load.property_a_day:.2f}, flood "
          f"{load.flood_share:.2%}; {load.faults()}")  # fmt: skip
    per_key = verdict.state_bytes / max(1, verdict.keys)
    print(f"{verdict.events} events, {verdict.events / max(1e-9, verdict.live_s):.0f}/s live with "
          f"checkpoints, {verdict.late} late; {verdict.keys} keys of {per_key:.0f} bytes")  # fmt: skip


def _views(month: Month, verdict: Verdict) -> None:
    calendar = month.world.calendar
    homes = homes_score(month.world.homes, verdict.views.values(), calendar.end)
    if homes.shown:
        print(f"homes: {homes.shown} shown, {homes.not_judged_share:.1%} cannot be judged, "
              f"{homes.right_share:.1%} of the others right")  # fmt: skip
        for home, view in homes.wrong[:SHOWN]:
            print(f"  {home.dwelling} is {home.truth} ({home.use}, {home.registered}), shown "
                  f"{view.status} {view.differs or ''} nights {view.nights}")  # fmt: skip
    cars = vehicles_score(month.stage.inside, verdict.vehicles, calendar.start + DAY_MS)
    if cars.readings:
        print(f"vehicles: off by {cars.mean:.2%} in the mean, {cars.worst:.2%} at the worst; at the "
              f"end {cars.shown_last} shown, {cars.true_last} inside")  # fmt: skip


def _details(rule: str, found: RuleScore) -> None:
    print(f"== {rule}")
    for one in found.missed[:SHOWN]:
        print("  missed", _truth(one))
    for alert in found.false[:SHOWN]:
        print("  false ", _told(alert))
    for one, alert in found.odd[:SHOWN]:
        print("  odd   ", _truth(one), "TOLD", _told(alert))


def _truth(one: Expected) -> str:
    return (f"{format_instant(one.began)}..{format_instant(one.until)[11:19]} {one.places[0]} "
            f"{one.subject or ''} {one.severity or ''} {one.delivery or ''} {one.handler or ''}")  # fmt: skip


def _told(alert: Alert) -> str:
    return (f"{format_instant(alert.opened_at)} {alert.place} {alert.severity} {alert.delivery} "
            f"{alert.handler} {'AFTERWARDS ' if alert.found_afterwards else ''}"
            f"{alert.reason.en[:170]}")  # fmt: skip
