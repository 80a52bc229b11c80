"""What is known of devices and inputs."""

import pytest

from console.batch import SeenView
from console.devices import Views
from schemas.views import View, view_key
from tests.console.samples import MINUTE, NINE, device, gateway_input, rule, words


def views_of(*known: View, written_at: int = NINE) -> Views:
    views = Views()
    views.take({view_key(view): SeenView(view, written_at) for view in known})
    return views


def test_health_counts_states_and_names_those_in_trouble_the_lost_first() -> None:
    health = views_of(
        device("a"),
        device("b", skew_s=-31.0),
        device("c", state="lost", not_judged=("door_forced", "door_held")),
        device("d", state="unknown", last_seen=None),
        device("e", state="lost", skew_s=90.0, not_judged=("door_forced",)),
    ).health(skew_warn_s=30)
    assert (health.online, health.lost, health.unknown, health.skewed) == (2, 2, 1, 2)
    assert [one.device for one in health.troubled] == ["c", "e", "b"]
    assert health.not_judged == {"door_forced": 2, "door_held": 1}
    assert not health.all_well


@pytest.mark.parametrize(("skew_s", "is_off"), [(None, False), (29.9, False), (-30.0, True)])
def test_a_clock_is_off_from_the_limit_on_either_side(skew_s: float | None, is_off: bool) -> None:
    health = views_of(device(skew_s=skew_s)).health(skew_warn_s=30)
    assert health.all_well is not is_off


def test_a_view_taken_back_is_forgotten() -> None:
    views = views_of(device(), gateway_input())
    views.take({
        "device/lakeside/north-panel": SeenView(None, NINE),
        "input/lakeside": SeenView(None, NINE),
    })  # fmt: skip
    assert not views.devices
    assert views.data_time(NINE) is None


def test_names_come_from_views_and_fall_back_on_ids() -> None:
    views = views_of(device(), rule())
    assert views.device_name("lakeside", "north-panel").zh == "北门门禁"
    assert views.device_name("lakeside", "other") == words("other", "other")
    assert views.place_name("lakeside", "north-gate").en == "North Gate"
    assert views.place_name("hillside", "north-gate") == words("north-gate", "north-gate")
    assert views.titles["door_forced"].en == "door forced"


def test_the_datas_clock_is_the_newest_tick_and_never_runs_far_ahead_of_it() -> None:
    views = views_of(
        gateway_input("a", ticked_at=NINE), gateway_input("b", ticked_at=NINE - MINUTE)
    )
    assert views.data_time(NINE) == NINE
    assert views.data_time(NINE + 400) == NINE + 400
    assert views.data_time(NINE + MINUTE) == NINE + 1000
    assert views.data_time(NINE - 5) == NINE


def test_silence_is_that_of_the_quietest_input() -> None:
    views = views_of(gateway_input("a"), written_at=NINE)
    assert views.silent_ms(NINE + 10) == 10
    views.take({"input/b": SeenView(gateway_input("b"), NINE - MINUTE)})
    assert views.silent_ms(NINE + 10) == MINUTE + 10
    assert Views().silent_ms(NINE) is None
