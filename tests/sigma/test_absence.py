"""`absent`: A, and no B within the timespan."""

import pytest

from processors.core.machine import Output
from processors.core.replay import replay
from processors.core.rule import rule_set
from processors.rules.catalogue import SHIPPED, load
from schemas.events import Event
from tests.core.make import T0, config, event
from tests.sigma.make import END, alerts, at, document, opened, rule

BOTH = {"opened": {"type": "door.opened"}, "closed": {"type": "door.closed"}}
TOLD = {"type": "absent", "rules": ["opened", "closed"], "group-by": ["place"]}
OPEN, CLOSE = "door.opened", "door.closed"


def log(*what: tuple[float, str], place: str = "d1") -> list[Event]:
    return [at(word, time, place) for time, word in what]


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ([(0, OPEN)], [60]),
        ([(0, OPEN), (60, CLOSE)], []),
        ([(0, OPEN), (60.001, CLOSE)], [60]),
        ([(0, OPEN), (30, OPEN), (70, CLOSE)], [60]),
        ([(0, OPEN), (30, CLOSE), (31, OPEN)], [91]),
        ([(0, CLOSE)], []),
        ([(0, OPEN), (70, CLOSE), (80, OPEN)], [60, 140]),
    ],
)
def test_no_end_within_the_time(what: list[tuple[float, str]], found: list[float]) -> None:
    assert opened(document(BOTH, TOLD), log(*what)) == found


def test_the_end_elsewhere_is_no_end() -> None:
    assert opened(document(BOTH, TOLD), [*log((0, OPEN)), *log((1, CLOSE), place="d2")]) == [60]


def test_its_end_clears_the_alert_and_is_part_of_it() -> None:
    (alert,) = alerts(document(BOTH, TOLD), log((0, OPEN), (90, CLOSE)))
    assert [(item.step, item.time - T0) for item in alert.evidence] == [
        ("opened", 0), ("closed", 90_000),
    ]  # fmt: skip
    assert (alert.cleared_at or 0) - T0 == 90_000
    assert set(alert.steps) == {"opened", "closed"}


def test_without_an_end_the_alert_ends_after_its_time() -> None:
    (alert,) = alerts(document(BOTH, TOLD, **{"clear-after": "1h"}), log((0, OPEN)))
    assert (alert.cleared_at or 0) - T0 == 60_000 + 3_600_000


def test_renewed_the_wait_begins_with_each_further_reading() -> None:
    plain = document(BOTH, TOLD | {"renew": True})
    assert opened(plain, log((0, OPEN), (30, OPEN))) == [90]
    assert opened(plain, log((0, OPEN), (30, OPEN), (80, CLOSE))) == []


GATE = {"in": {"type": "plate.read"}, "out": {"type": "plate.read"}}
STAY = {"type": "absent", "rules": ["in", "out"], "group-by": ["plate"]}


def read(*times: float) -> list[Event]:
    return [at("plate.read", time, "gate", subject="car") for time in times]


def test_one_reader_for_both_ways_begins_and_ends_in_turn() -> None:
    plain = document(GATE, STAY)
    assert opened(plain, read(0, 50)) == [], "it has left, and its leaving begins nothing"
    assert opened(plain, read(0, 50, 100)) == [160]
    assert opened(plain, read(0, 500)) == [60]
    assert opened(plain, read(0, 500, 600, 700)) == [60, 660]


def test_silence_is_a_wait_that_each_reading_renews() -> None:
    plain = document(GATE, STAY | {"renew": True})
    assert opened(plain, read(0, 50, 100, 150)) == [210]


def missing(start_s: float, end_s: float) -> Event:
    since, until = (T0 + round(at_s * 1000) for at_s in (start_s, end_s))
    return event("clock.ticked", end_s, "e", gap_from=since, gap_until=until)


def judged(*extra: Event) -> Output:
    rules = rule_set([rule(document(BOTH, TOLD))])
    return replay([*log((0, OPEN)), *extra], rules, until=END)


def test_absence_over_a_gap_is_not_judged_and_said_so() -> None:
    out = judged(missing(20, 40))
    assert out.alerts == {}
    assert [(m.step, m.reason) for m in out.near_misses] == [
        ("opened", "not judged: input was missing")
    ]


def test_a_gap_elsewhere_matters_not() -> None:
    assert len(judged(missing(61, 90)).alerts) == 1
    assert len(judged(missing(-30, 0)).alerts) == 1


def test_what_came_before_a_gap_counts_no_more_after_it() -> None:
    out = judged(missing(20, 40), *log((100, CLOSE)))
    assert out.alerts == {}


NAME = {"zh": "名", "en": "Name"}
DEVICES = [
    {"id": f"r{n}", "name": NAME, "place": f"d{n}", "kind": "reader", "heartbeat_s": 10}
    for n in (1, 2, 3)
]
DEVICES[0]["parent"] = "r3"
SITE = config(
    places=[{"id": f"d{n}", "kind": "door", "name": NAME} for n in (1, 2, 3)], devices=DEVICES
)


def with_outage(plain: dict[str, object], device: str, place: str) -> Output:
    """A door opens, is not closed within an hour, and a device is silent for some minutes."""
    rules = rule_set([load(SHIPPED / "device_lost"), rule(plain)])
    beats = [
        event("device.heartbeat", 10 * n, f"d{number}", device=f"r{number}")
        for number in (1, 2, 3)
        for n in range(400)
        if device != f"r{number}" or not 60 <= n <= 90
    ]
    told = {"hash": SITE.digest, "config": SITE.model_dump(mode="json")}
    log = [event("config.activated", 0, "e", **told), at(OPEN, 5, place, device="r1"), *beats]
    return replay(log, rules, until=T0 + 3_900_000)


HOUR = document(BOTH, TOLD | {"timespan": "1h"})
AT_D2 = document(
    BOTH | {"closed": {"type": "door.closed", "place": "d2"}},
    {"type": "absent", "rules": ["opened", "closed"], "timespan": "1h"},
)
ANYWHERE = document(BOTH, {"type": "absent", "rules": ["opened", "closed"], "timespan": "1h"})


@pytest.mark.parametrize(
    ("plain", "device", "judged"),
    [
        (HOUR, "r1", False),
        (HOUR, "r2", True),
        (HOUR, "r3", False),
        (AT_D2, "r2", False),
        (AT_D2, "r1", True),
        (ANYWHERE, "r1", True),
    ],
)
def test_while_its_own_device_is_away_absence_is_not_judged(
    plain: dict[str, object], device: str, judged: bool
) -> None:
    out = with_outage(plain, device, "d1")
    assert any(alert.rule == "device_lost" for alert in out.alerts.values())
    assert any(alert.rule == "own" for alert in out.alerts.values()) is judged
    missed = [miss.reason for miss in out.near_misses if miss.rule == "own"]
    assert missed == ([] if judged else ["not judged: input was missing"])
