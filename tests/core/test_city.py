"""Across estates: no order of arrival, no repetition and no restart changes what is told."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from processors.core.city import KEPT, City, plate_and_day
from processors.rules.catalogue import city_rules
from schemas.alerts import Alert
from schemas.sightings import Sighting
from schemas.topics import SIGHTING_LIFE_MS
from tests.core.sightings import T, city, contents, sighting, told

ESTATES = st.sampled_from(["lake", "river", "hill", "new"])
HOURS_S = 40 * 3600


@st.composite
def readings(draw: st.DrawFn, plates: Sequence[str], count: int) -> list[Sighting]:
    """Readings of some plates over two days, close together now and then."""
    found: list[Sighting] = []
    at = draw(st.integers(0, HOURS_S))
    for _ in range(draw(st.integers(2, count))):
        at += draw(st.sampled_from([1, 20, 59, 60, 61, 300, 431, 432, 433, 1200, 9000]))
        more = {"confidence": draw(st.sampled_from([None, 0.95, 0.95, 0.5]))}
        late = draw(st.sampled_from([0, 0, 0, 30, 90]))
        seen = sighting(draw(ESTATES), at, draw(st.sampled_from(plates)), **more)
        found.append(seen.model_copy(update={"received_at": seen.time + late * 1000}))
    return found


@settings(max_examples=300)
@given(seen=readings(("A1238", "AI238", "K7704"), KEPT), data=st.data())
def test_any_order_and_any_repetition(seen: list[Sighting], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(seen), max_size=6))
    shuffled = data.draw(st.permutations([*seen, *again]))
    assert contents(told(*shuffled)) == contents(told(*seen))


@settings(max_examples=200)
@given(seen=readings(("A1238",), 40), data=st.data())
def test_many_sightings_each_overtaken_by_a_few(seen: list[Sighting], data: st.DataObject) -> None:
    """However many there are: each may come after a few that happened later."""
    ranks = [data.draw(st.integers(0, KEPT - 2)) + number for number in range(len(seen))]
    arriving = [one for _, one in sorted(zip(ranks, seen, strict=True), key=lambda r: r[0])]
    steady = [one.model_copy(update={"confidence": None, "received_at": one.time}) for one in seen]
    by_id = {one.id: one for one in steady}
    assert contents(told(*(by_id[one.id] for one in arriving))) == contents(told(*steady))


@settings(max_examples=150)
@given(seen=readings(("A1238", "AI238"), 12), cut=st.integers(0, 12), data=st.data())
def test_a_restart_says_the_same_again(seen: list[Sighting], cut: int, data: st.DataObject) -> None:
    """Whoever reads the log from its beginning says what was said, message by message."""
    log = data.draw(st.permutations(seen))
    first, second = city(), city()
    before = [alert for one in log[:cut] for alert in first.take(one, 0)]
    again = [second.take(one, 0) for one in log]
    assert [a for alerts in again[:cut] for a in alerts] == before
    after = [alert for one in log[cut:] for alert in first.take(one, 0)]
    assert [a for alerts in again[cut:] for a in alerts] == after


def one_alert(*seen: Sighting) -> Alert:
    (alert,) = told(*seen).values()
    return alert


def test_one_alert_a_plate_and_day_about_the_first_pair() -> None:
    alert = one_alert(
        sighting("lake", 0), sighting("river", 300), sighting("lake", 600), sighting("river", 900)
    )
    assert [item.id for item in alert.evidence] == ["lake-0-A1238", "river-300-A1238"]
    assert (alert.estate, alert.place, alert.opened_at) == ("river", "east-in", T + 300_000)
    assert (alert.revision, alert.severity, alert.delivery) == (1, "orange", "push")


def test_an_earlier_pair_that_comes_later_takes_its_place() -> None:
    alert = one_alert(
        sighting("lake", 600), sighting("river", 900), sighting("river", 300), sighting("lake", 0)
    )
    assert [item.id for item in alert.evidence] == ["lake-0-A1238", "river-300-A1238"]
    assert alert.revision > 1


def test_the_nearest_of_several_before_is_the_evidence() -> None:
    alert = one_alert(sighting("river", 100), sighting("lake", 0), sighting("lake", 90))
    assert [item.id for item in alert.evidence] == ["lake-90-A1238", "river-100-A1238"]


def test_the_next_day_is_another_alert() -> None:
    day = 24 * 3600
    found = told(*(sighting(e, at) for at in (0, day) for e in ("lake", "river")))
    assert len(found) == 2
    assert len({alert.key for alert in found.values()}) == 2


def test_midnight_is_that_of_the_estate() -> None:
    before_midnight = 6 * 3600 - 60
    seen = sighting("lake", before_midnight), sighting("river", before_midnight + 120)
    alone = one_alert(*seen)
    assert alone.key == plate_and_day(seen[1]) != plate_and_day(seen[0])


def test_the_id_says_nothing_of_who_came_first() -> None:
    one = one_alert(sighting("lake", 0), sighting("river", 60))
    other = one_alert(sighting("river", 30), sighting("lake", 90))
    assert one.id == other.id


def test_evidence_of_the_other_estate_says_where_it_was() -> None:
    alert = one_alert(sighting("lake", 0, sealed={"subject": "v1.x"}), sighting("river", 60))
    first, second = alert.evidence
    assert (first.estate, first.place_name and first.place_name.zh) == ("lake", "翠湖苑东门入口")
    assert (second.estate, second.place_name) == (None, None)
    assert first.sealed == {"subject": "v1.x"}
    assert (first.subject, alert.subject) == ("lake-own-A1238", "river-own-A1238")
    assert set(alert.steps) == {item.step for item in alert.evidence}


def test_no_key_of_the_city_stands_in_an_alert() -> None:
    text = one_alert(sighting("lake", 0), sighting("river", 60)).model_dump_json()
    assert "bones-" not in text
    assert "city-A1238" not in text


def test_old_news_ring_nobody() -> None:
    late = T + 60_000 + 61_000
    for seen in (
        (sighting("lake", 0), sighting("river", 60, received_at=late)),
        (sighting("lake", 0, received_at=late), sighting("river", 60)),
        (sighting("lake", 0, replayed=True), sighting("river", 60)),
    ):
        alert = one_alert(*seen)
        assert (alert.found_afterwards, alert.delivery) == (True, "list")
    in_time = one_alert(sighting("lake", 0, received_at=T + 120_000), sighting("river", 60))
    assert (in_time.found_afterwards, in_time.delivery) == (False, "push")


def test_what_rings_goes_before_what_is_listed() -> None:
    doubtful = sighting("lake", 0, confidence=0.5), sighting("river", 60)
    alert = one_alert(*doubtful, sighting("lake", 120))
    assert [item.id for item in alert.evidence] == ["river-60-A1238", "lake-120-A1238"]
    assert alert.delivery == "push"


def test_a_reading_heard_again_is_the_one_heard_first() -> None:
    again = sighting("lake", 0, received_at=T + 500_000)
    for order in ((sighting("lake", 0), again), (again, sighting("lake", 0))):
        assert not one_alert(*order, sighting("river", 60)).found_afterwards


def test_memory_of_a_plate_is_bounded_and_shared_by_look_alikes() -> None:
    one = city()
    for at in range(0, 5000, 50):
        one.take(sighting("lake", at), 0)
        one.take(sighting("lake", at, "AI238"), 0)
    assert one.held == KEPT
    assert len(one.plates) == 1


def test_it_is_the_last_that_are_remembered() -> None:
    seen = [sighting("lake", at) for at in range(0, 50 * KEPT, 50)]
    alert = one_alert(*seen, sighting("river", 50 * KEPT))
    assert alert.evidence[0].id == seen[-1].id


def test_no_key_lives_for_longer_than_a_day() -> None:
    one = city()
    one.take(sighting("lake", 0), written_at=1_000)
    assert one.take(sighting("river", 60), written_at=2_000)
    one.forget(written_before=1_001)
    assert one.held == 1
    (alert,) = one.take(sighting("lake", 70), written_at=3_000)
    assert alert.revision == 1, "what was told of a forgotten key is forgotten too"
    one.forget(written_before=3_001 + SIGHTING_LIFE_MS)
    assert one.plates == {}
    assert "bones" not in repr(one)


def test_without_rules_nothing_is_told() -> None:
    empty = City([])
    assert not empty.take(sighting("lake", 0), 0)
    assert not empty.take(sighting("river", 1), 0)
    assert [rule.id for rule, _ in city_rules({})] == ["cloned_plate"]
