"""The property everything rests on, with own rules that come, change and go in the log."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.core.replay import replay
from processors.core.rule import rule_set
from processors.rules.catalogue import load, rule_folders
from processors.sigma.compile import compile_document
from schemas.base import Words
from schemas.events import Event, event_id, make_event
from schemas.place import EstateConfig
from tests.core.live import Live, crashes
from tests.core.test_live_equals_backtest import (
    END,
    LATENESS_MS,
    START,
    WORDS,
    Arrival,
    paused,
    reading,
    records,
    tick,
)
from tests.sigma.make import document

SHIPPED = [load(folder) for folder in rule_folders() if folder.name in ("door_held", "door_forced")]
RULES = rule_set(SHIPPED, compile_document)
ESTATE = "east"
KINDS = {
    "denied": {"type": "access.denied"},
    "granted": {"type": "access.granted"},
    "opened": {"type": "door.opened"},
    "closed": {"type": "door.closed"},
}
BY_PLACE = {"group-by": ["place"]}


def own(name: str, told: dict[str, Any], *more: str, **fields: Any) -> dict[str, Any]:
    used = {kind: KINDS[kind] for kind in (*told["rules"], *more)}
    return document(used, told, id=name, **fields)


def often(at_least: int, **more: Any) -> dict[str, Any]:
    return {"type": "event_count", "rules": ["denied"], "condition": {"gte": at_least}, **more}


POOL = [
    [own("often", often(2, **BY_PLACE)), own("often", often(3, **BY_PLACE, timespan="120s")),
     own("often", often(2)), own("often", often(2, **BY_PLACE), **{"clear-after": "20s"}),
     own("often", often(2, without=["granted"], **BY_PLACE), "granted")],
    [own("few", often(2) | {"condition": {"lt": 2}, "timespan": "30s"}),
     own("few", often(2) | {"condition": {"eq": 2}, "timespan": "90s"})],
    [own("open", {"type": "absent", "rules": ["opened", "closed"], "timespan": "40s", **BY_PLACE}),
     own("open", {"type": "absent", "rules": ["opened", "closed"], "timespan": "15s", **BY_PLACE,
                  "renew": True}, **{"clear-after": "50s"})],
    [own("then", {"type": "temporal_ordered", "rules": ["denied", "opened", "closed"], **BY_PLACE}),
     own("then", {"type": "temporal", "rules": ["denied", "opened"], **BY_PLACE})],
]  # fmt: skip
"""By rule, what it may be; a rule may also not be there."""


def switched(at: int, rules: list[dict[str, Any]]) -> Arrival:
    config = EstateConfig(
        estate=ESTATE, name=Words(zh=ESTATE, en=ESTATE), operator_rules=tuple(rules)
    )
    data = {"device": "g", "place": ESTATE, "received_at": at, "gateway": "g",
            "hash": config.digest, "config": config.model_dump(mode="json")}  # fmt: skip
    event = make_event("config.activated", id=event_id(ESTATE, "config", at),
                       source=f"/{ESTATE}/g", time=at, data=data)  # fmt: skip
    return Arrival(at, event)


chosen = st.tuples(*(st.none() | st.sampled_from(variants) for variants in POOL))


@st.composite
def arrivals(draw: st.DrawFn) -> list[Arrival]:
    """What the doors of one estate say in five minutes, while its rules are switched."""
    found = [Arrival(at, tick(ESTATE, at)) for at in range(START, START + 420_000, 20_000)]
    for number in range(draw(st.integers(1, 40))):
        at = START + 500 * draw(st.integers(0, 600))
        door, word = draw(st.sampled_from(("d1", "d2"))), draw(st.sampled_from(WORDS))
        event = reading(ESTATE, word, door, at, number)
        delays = draw(st.lists(st.integers(0, LATENESS_MS), min_size=1, max_size=2))
        found += [Arrival(at + delay, event) for delay in delays]
    for at_s in (-1, *draw(st.lists(st.integers(1, 300), max_size=4, unique=True))):
        rules = [rule for rule in draw(chosen) if rule is not None]
        found.append(switched(START + 1000 * at_s, rules))
    return sorted(found, key=lambda arrival: arrival.at)


def live_alerts(
    found: list[Arrival], sizes: list[int], batch: int, crash_at: frozenset[int]
) -> Live:
    live = Live(RULES, crash_at=crash_at)
    live.run(records([arrival.event for arrival in found], sizes), batch)
    assert live.late == []
    return live


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    found=arrivals(),
    sizes=st.lists(st.integers(1, 7), min_size=1, max_size=3),
    batch=st.integers(1, 5),
    crash_at=crashes(40),
    pause=st.tuples(st.integers(0, 300), st.integers(0, 60)),
)
def test_live_equals_backtest(
    found: list[Arrival],
    sizes: list[int],
    batch: int,
    crash_at: frozenset[int],
    pause: tuple[int, int],
) -> None:
    expected = replay((arrival.event for arrival in found), RULES, until=END).alerts
    live = live_alerts(paused(found, *pause), sizes, batch, crash_at)
    assert {k: a.model_dump_json() for k, a in live.alerts.items()} == {
        k: a.model_dump_json() for k, a in expected.items()
    }


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(found=arrivals())
def test_shipped_rules_do_not_notice(found: list[Arrival]) -> None:
    """With and without own rules in the log the shipped ones say the same, but for the version."""
    bare = [_without_own(arrival.event) for arrival in found]
    told = replay((arrival.event for arrival in found), RULES, until=END).alerts
    alone = replay(bare, RULES, until=END).alerts
    shipped = {name: alert for name, alert in told.items() if RULES.by_id.get(alert.rule)}
    assert {name: alert.model_copy(update={"config": ""}) for name, alert in shipped.items()} == {
        name: alert.model_copy(update={"config": ""}) for name, alert in alone.items()
    }


def _without_own(event: Event) -> Event:
    if event.type != "config.activated":
        return event
    config = {**event.data.model_dump()["config"], "operator_rules": []}
    return event.model_copy(update={"data": event.data.model_copy(update={"config": config})})
