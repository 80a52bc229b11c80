"""The seven checks, each on a device with nothing wrong and on ones with one thing wrong."""

import json
from dataclasses import replace

import pytest

from deploy.prove.checks import judge
from deploy.prove.clock import parted
from deploy.prove.findings import Checked, Finding, Grade, Verdict, verdict
from deploy.prove.setting import Setting
from deploy.prove.trial import Heard, Mark, Trial
from ingest.message import Message
from schemas.base import format_instant
from tests.prove.devices import AT, CATALOGUE, TOPIC, checked, finding, keys, says, swipes, trial

HOUR_S = 3600


def test_a_device_without_fault_is_understood() -> None:
    beats = [says(60 * number, ev="alive", no=None, card=None, way=None) for number in range(4)]
    old = says(140, clock_s=-1000, old=True)
    marks = [Mark("granted", AT - 900, AT), Mark("again", AT + 29_000, AT + 29_900),
             Mark("outage", AT + 91_000, AT + 119_000)]  # fmt: skip
    through_the_outage = says(120, clock_s=-2)
    heard = [*swipes(4), through_the_outage, *beats, old]
    checks = judge(trial(heard, marks, more="heartbeat_s: 60"))
    assert {c.name: c.grade for c in checks if c.grade != "good"} == {}, checks
    assert verdict(checks) == "understood"


@pytest.mark.parametrize(
    ("grades", "wanted"),
    [
        ({"sample": "good", "clock": "good"}, "understood"),
        ({"sample": "good", "clock": "untried"}, "understood"),
        ({"sample": "good", "clock": "limit"}, "limits"),
        ({"sample": "good", "clock": "fault"}, "limits"),
        ({"sample": "limit", "clock": "good"}, "limits"),
        ({"sample": "fault", "clock": "good"}, "not_understood"),
        ({"sample": "untried"}, "not_understood"),
    ],
)
def test_the_verdict_is_that_of_the_samples_and_of_the_worst(
    grades: dict[str, Grade], wanted: Verdict
) -> None:
    checks = [Checked(name, (Finding(grade, "sample"),)) for name, grade in grades.items()]
    assert verdict(checks) == wanted


# Sample


def test_silence_is_not_understood() -> None:
    assert keys(trial([]), "sample") == ["heard_nothing"]
    assert verdict(judge(trial([]))) == "not_understood"


def test_what_is_read_is_counted() -> None:
    found = finding(trial(swipes(3)), "sample", "sample")
    assert found.said.en == "3 messages: 3 access.granted."


@pytest.mark.parametrize(
    ("bad", "good", "grade"), [(3, 0, "fault"), (3, 2, "fault"), (2, 3, "limit"), (0, 3, "good")]
)
def test_what_is_rejected_is_told_with_its_reason(bad: int, good: int, grade: Grade) -> None:
    heard = [*swipes(bad, ev="jammed"), *swipes(good)]
    check = checked(trial(heard), "sample")
    assert check.grade == grade
    if bad:
        assert "knows $.ev = 'jammed'" in " ".join(f.said.en for f in check.findings)


def test_a_device_that_stands_nowhere_is_told() -> None:
    strange = replace(trial([]), device="reader-9", heard=tuple(swipes(3)))
    other = tuple(Heard(replace(h.message, topic="made/up/reader-9/events")) for h in strange.heard)
    found = keys(replace(strange, heard=other), "sample")
    assert found == ["sample", "not_in_site"]
    assert "not_in_site" not in keys(replace(strange, heard=other, placed=False), "sample")


def test_another_device_on_its_topic_is_told() -> None:
    assert "others_speak" in keys(replace(trial(swipes(3)), device="reader-2"), "sample")


def test_a_passage_without_a_way_is_told_unless_the_site_says_it() -> None:
    heard = swipes(3, way=None)
    assert "no_direction" in keys(trial(heard), "sample")
    assert "no_direction" not in keys(trial(heard, more="direction: in"), "sample")


@pytest.mark.parametrize(
    ("event", "step", "key"),
    [
        ("pass", "granted", "granted_heard"), ("deny", "granted", "granted_otherwise"),
        ("pass", "again", "again_heard"), ("deny", "denied", "denied_heard"),
        ("pass", "denied", "denied_otherwise"),
    ],
)  # fmt: skip
def test_a_step_is_held_against_what_was_heard(event: str, step: str, key: str) -> None:
    mark = Mark(step, AT - 1000, AT)  # type: ignore[arg-type]
    assert key in keys(trial([says(0.5, ev=event)], [mark]), "sample")


@pytest.mark.parametrize("step", ["granted", "again", "denied"])
def test_a_step_of_which_nothing_is_heard_is_a_fault(step: str) -> None:
    mark = Mark(step, AT - 1000, AT)  # type: ignore[arg-type]
    tried = trial([says(11), says(-2), says(0.5, ev="alive")], [mark])
    assert finding(tried, "sample", f"{step}_unheard").grade == "fault"


# Duplicate


def test_a_message_that_says_number_or_time_is_known_again() -> None:
    assert checked(trial(swipes(3)), "duplicate").grade == "good"


def test_a_message_that_says_neither_is_a_new_one() -> None:
    tried = trial([*swipes(2), says(90, at=None, no=None), says(99, at=None, no=None)])
    found = finding(tried, "duplicate", "resend_is_new")
    assert (found.grade, found.values) == ("limit", {"messages": 2, "of": 4})


def test_a_resend_in_the_recording_is_counted() -> None:
    again = says(30)
    tried = trial([*swipes(3), Heard(replace(again.message, received_at=AT + 40_000))])
    assert finding(tried, "duplicate", "came_again").values == {"events": 1}


def test_two_swipes_that_share_an_id_are_a_fault() -> None:
    marks = [Mark("granted", AT - 1000, AT), Mark("again", AT + 20_000, AT + 21_000)]
    same = json.loads(says(0.5).message.payload)
    one = says(0.5, **same)
    other = says(21.5, **same)
    assert "two_swipes_one_id" in keys(trial([one, other], marks), "duplicate")
    assert "two_swipes_one_id" not in keys(trial([one, says(21.5)], marks), "duplicate")


def test_heartbeats_alone_say_nothing_of_duplicates() -> None:
    assert keys(trial([says(0, ev="alive", at=None)]), "duplicate") == ["no_happening"]


# Clock and zone


@pytest.mark.parametrize(
    ("clock_s", "key"),
    [
        (0, "clock_right"), (1.9, "clock_right"), (-90, "clock_behind"), (90, "clock_ahead"),
        (-400, "clock_unusable"), (-400 * 86_400, "clock_unusable"),
        (8 * HOUR_S, "clock_right"), (8 * HOUR_S - 90, "clock_behind"),
    ],
)  # fmt: skip
def test_the_clock_is_measured_without_its_zone(clock_s: float, key: str) -> None:
    assert keys(trial(swipes(clock_s=clock_s)), "clock") == [key]


def test_few_readings_measure_nothing() -> None:
    assert keys(trial(swipes(2)), "clock") == ["clock_few"]


def test_a_backlog_measures_nothing() -> None:
    heard = [says(300, clock_s=-30 * number, no=number) for number in range(1, 8)]
    assert keys(trial(heard), "clock") == ["clock_wanders"]


def test_a_device_without_time_is_told() -> None:
    assert keys(trial(swipes(at=None)), "clock") == ["no_clock"]


def test_a_recording_without_receipts_cannot_be_compared() -> None:
    heard = [replace(one, timed=False) for one in swipes()]
    assert keys(trial(heard), "clock") == ["no_receipts"]
    assert keys(trial(heard), "zone") == ["zone_untried"]


def test_old_news_measures_no_clock() -> None:
    assert keys(trial(swipes(clock_s=-9000, old=True)), "clock") == ["no_happening"]


@pytest.mark.parametrize(
    ("hours", "key"), [(0, "zone_right"), (-1, "zone_behind"), (5.75, "zone_ahead")]
)
def test_whole_quarters_of_an_hour_are_a_zone(hours: float, key: str) -> None:
    tried = trial(swipes(clock_s=hours * HOUR_S))
    assert keys(tried, "zone") == [key]
    if hours:
        assert finding(tried, "zone", key).values == {"hours": f"{abs(hours):g}"}


def test_a_known_fault_of_the_firmware_is_named() -> None:
    """Wall clock written where UTC should stand: eight hours ahead in Shanghai."""
    tried = trial(swipes(clock_s=8 * HOUR_S))
    found = finding(tried, "zone", "zone_fault")
    assert found.values["fault"] == "utc_is_local"
    assert found.mend is not None
    mended = trial(swipes(clock_s=8 * HOUR_S), more=f"clock_fault: {found.values['fault']}")
    assert keys(mended, "zone") == ["zone_right"]


def test_a_time_without_zone_needs_one() -> None:
    local = [says(30 * n, at=f"2026-03-01T08:00:{30 * n % 60:02}") for n in range(3)]
    lost = Setting("reader-1", CATALOGUE, None)
    tried = Trial("reader-1", tuple(local), lost.mappers())
    assert keys(tried, "zone") == ["zone_unknown"]
    assert keys(tried, "clock") == ["clock_unread"]
    assert keys(trial(local), "zone") == ["zone_right"]


@pytest.mark.parametrize(
    ("gap", "wanted"),
    [
        (0, (0, 0)), (500_000, (0, 500_000)), (900_000, (900_000, 0)),
        (-28_800_000 + 90_000, (-28_800_000, 90_000)), (1_350_000, (0, 1_350_000)),
        (200_000_000, (0, 200_000_000)),
    ],
)  # fmt: skip
def test_a_distance_is_parted_into_zone_and_rest(gap: int, wanted: tuple[int, int]) -> None:
    assert parted(gap) == wanted


# Replay


def test_marked_old_news_is_good_and_unmarked_is_a_limit() -> None:
    marked = trial([*swipes(), says(200, clock_s=-3000, old=True)])
    assert keys(marked, "replay") == ["old_marked"]
    unmarked = trial([*swipes(), says(200, clock_s=-3000)])
    assert keys(unmarked, "replay") == ["old_unmarked"]
    assert keys(trial(swipes()), "replay") == ["no_replay"]


def test_a_clock_that_is_wrong_is_no_old_news() -> None:
    assert keys(trial(swipes(clock_s=-3000)), "replay") == ["no_replay"]


def test_what_the_broker_keeps_is_told() -> None:
    kept = [Heard(replace(one.message, retained=True)) for one in swipes(2)]
    assert "retained" in keys(trial(kept), "replay")


# Outage


CUT = Mark("outage", AT + 10_000, AT + 60_000)


def test_what_comes_after_an_outage_was_kept() -> None:
    tried = trial([says(0), says(65, clock_s=-45)], [CUT])
    assert finding(tried, "outage", "outage_kept").values == {"events": 1}


def test_what_does_not_come_is_lost_even_if_the_device_goes_on() -> None:
    for heard in ([says(0)], [says(0), says(65)]):
        assert "outage_lost" in keys(trial(heard, [CUT]), "outage")


def test_missing_numbers_are_told() -> None:
    whole = trial([says(n, no=n) for n in (7, 8, 9, 10)])
    assert "numbers_whole" in keys(whole, "outage")
    holed = trial([says(n, no=n) for n in (7, 8, 11, 12)])
    assert finding(holed, "outage", "numbers_missing").values == {"missing": 2, "after": 8}


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ("", "heartbeat_unset"), ("heartbeat_s: 60", "heartbeat"),
        ("heartbeat_s: 20", "heartbeat_short"),
    ],
)  # fmt: skip
def test_heartbeats_are_held_against_the_site(more: str, key: str) -> None:
    beats = [says(60 * number, ev="alive") for number in range(4)]
    found = finding(trial(beats, more=more), "outage", key)
    assert found.values["every_s"] == 60


def test_a_heartbeat_that_is_expected_and_not_heard_is_told() -> None:
    mark = Mark("granted", AT - 1000, AT)
    assert "heartbeat_unheard" in keys(trial(swipes(), [mark], more="heartbeat_s: 60"), "outage")


# Latency


@pytest.mark.parametrize(("after_s", "key"), [(0.4, "quick"), (4.0, "slow")])
def test_the_wait_after_a_swipe_is_told(after_s: float, key: str) -> None:
    tried = trial([says(after_s)], [Mark("granted", AT - 2000, AT)])
    assert finding(tried, "latency", key).values == {"longest_s": f"{after_s:.1f}"}


def test_a_way_that_varies_beyond_the_lateness_is_told() -> None:
    steady = trial(swipes(clock_s=-1))
    assert keys(steady, "latency") == ["in_time"]
    varying = trial([says(30 * n, clock_s=-2.5 * (n % 3)) for n in range(9)])
    assert finding(varying, "latency", "late").values == {"spread_s": "5.0", "lateness_s": "3.0"}


def test_without_times_nothing_is_said_of_the_way() -> None:
    assert keys(trial(swipes(at=None)), "latency") == ["no_times"]


def test_a_message_that_nobody_can_read_breaks_no_check() -> None:
    for payload in (b"", b"\xff\xfe", b"[" * 10_000, b"{}"):
        judge(trial([Heard(Message(TOPIC, payload, AT))], [Mark("granted", AT, AT)]))
    assert format_instant(AT) == "2026-03-01T00:00:00.000Z"
