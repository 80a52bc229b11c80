"""What a demonstration begins with: its register and its past, judged by the processors."""

from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from console.database import open_database
from console.outbox.notes import Note
from console.register.desk import Desk
from console.register.vault import Vault
from deploy.simulation.before import Before
from deploy.simulation.cottages import COTTAGES, DIFFERS, GUESTS, Daily
from deploy.simulation.estate import load_estate
from deploy.simulation.office import Past, enter_register
from deploy.simulation.people import FLOORS, HOMES_A_FLOOR
from deploy.simulation.register import Registry, flats
from deploy.simulation.stage import HOUR
from deploy.simulation.timeline import DEFAULT_DAY, Timeline
from ingest.key_file import load_keys
from processors.core.output import Output
from processors.core.replay import replay
from processors.rules.catalogue import only, rules_and_views
from schemas.events import Event, decode, make_event
from schemas.views import CareView, HomeView, VehiclesView, VisitorsView

LISTED = ("dwelling_unusual", "visitor_not_out", "welfare_silent")
VIEWS = ("homes", "care", "vehicles", "visitors")


class Begun(NamedTuple):
    before: Before
    notes: list[Note]
    again: list[Note]
    past: list[Event]


@cache
def beginning(seed: int) -> Before:
    timeline = Timeline.of_day(load_estate(), seed, DEFAULT_DAY)
    return Before(timeline.homes(), Daily(timeline.estate, seed, timeline.begins))


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Begun:
    folder: Path = tmp_path_factory.mktemp("office")
    before = beginning(1)
    keys = load_keys(folder / "master.key")
    engine = open_database(f"sqlite:///{folder / 'console.db'}")
    desk = Desk(engine, Vault(folder / "master.key"))
    registry = Registry(before.estate, before.homes, before.daily.begins)
    notes, again = (enter_register(desk, registry, before.daily.begins) for _ in range(2))
    engine.dispose()
    past = [event for raw in Past(before, keys).envelopes(notes) for event in decode(raw)]
    return Begun(before, notes, again, past)


@pytest.fixture(scope="module")
def judged(begun: Begun) -> Output:
    """An hour after the demonstration's beginning, with nothing read in it."""
    until = begun.before.daily.begins + HOUR
    tick = make_event(
        "clock.ticked", id="t", source=f"/{begun.before.estate.site.id}/gateway", time=until - 1,
        data={"device": "gateway", "place": begun.before.estate.site.id, "gateway": "gateway",
              "received_at": until - 1, "since": 0},
    )  # fmt: skip
    rules = only(rules_and_views(), [*LISTED, *VIEWS])
    return replay([*begun.past, tick], rules, until=until)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_flat_of_the_plan_is_registered_once(seed: int) -> None:
    before = beginning(seed)
    found = flats(before.estate, before.homes)
    assert len({flat.name for flat in found}) == len(found) == 16 * FLOORS * HOMES_A_FLOOR
    assert sum(flat.home is not None for flat in found) == len(before.homes)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whoever_lives_there_comes_in_by_the_flats_own_door(seed: int) -> None:
    before = beginning(seed)
    place = {door: before.estate.config.place_by_id[door].parent for door in before.estate.doors}
    for flat in flats(before.estate, before.homes):
        assert {place[person.door] for person in flat.people} <= {flat.place}


def test_every_kind_of_entry_is_there_and_entering_it_again_tells_nothing(begun: Begun) -> None:
    told = Counter(note.body["record"] for note in begun.notes)
    assert set(told) == {"dwelling", "credential", "permit", "pass", "away_note", "consent",
                         "works", "patrol"}  # fmt: skip
    assert told["pass"] == len(GUESTS)
    assert begun.again == []


def test_the_past_is_in_order_and_past(begun: Begun) -> None:
    assert all(
        one.data.received_at <= two.data.received_at + 1000 for one, two in pairwise(begun.past)
    )
    assert begun.past[0].type == "config.activated"
    assert begun.past[-1].at < begun.before.daily.begins
    assert len({event.id for event in begun.past}) == len(begun.past)


def test_the_past_says_nothing_of_devices_and_nothing_of_incidents(begun: Begun) -> None:
    assert {event.type for event in begun.past} == {
        "config.activated", "register.changed", "access.granted", "person.passed", "line.crossed",
        "plate.read", "vehicle.entered", "vehicle.exited",
    }  # fmt: skip


def test_homes_are_in_each_of_the_four_states(judged: Output) -> None:
    homes = [view for view in judged.views.values() if isinstance(view, HomeView)]
    counted = Counter(home.status for home in homes)
    assert counted["differs"] == DIFFERS
    assert {home.place for home in homes if home.status == "differs"} == {"cottages"}
    assert counted["in_use"] > 0.8 * len(homes)
    assert counted["seems_vacant"] >= 5
    assert counted["cannot_be_judged"] >= 3
    assert len(homes) == 16 * FLOORS * HOMES_A_FLOOR + len(COTTAGES)


def test_one_home_in_care_is_silent_and_one_away(judged: Output) -> None:
    care = Counter(view.state for view in judged.views.values() if isinstance(view, CareView))
    assert care == {"active": 4, "silent": 1, "away": 1}


def test_vehicles_are_inside_and_bays_free(judged: Output) -> None:
    (view,) = (one for one in judged.views.values() if isinstance(one, VehiclesView))
    assert view.free is not None
    assert min(view.inside, view.free) > 10
    assert view.registered > view.unregistered > 0


def test_visitors_are_inside_and_one_is_not_out(judged: Output) -> None:
    (view,) = (one for one in judged.views.values() if isinstance(one, VisitorsView))
    assert (view.inside, view.overdue_count) == (3, 2)


def test_what_is_to_be_looked_at_is_listed_and_no_more(judged: Output) -> None:
    listed = Counter(alert.rule for alert in judged.alerts.values())
    assert listed == {
        "dwelling_unusual": DIFFERS, "welfare_silent": 1, "visitor_not_out": 2,
        "works_under_way": 1,
    }  # fmt: skip
