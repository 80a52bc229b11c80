"""A watch entry is in force only with a case, a basis, two people and an end; each estate is told
in its own references.
"""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from console.accounts.tables import ACCOUNTS, TEAMS
from console.audit.chain import Signed
from console.audit.log import newest, verify
from console.outbox.notes import event_of
from console.outbox.store import OutboxStore, know_estates
from console.register.office import RegisterOffice
from console.register.planning import Conflict, Refused
from console.watch.bearers import names_to_choose
from console.watch.desk import WatchWanted, state_of
from console.watch.entries import SPAN_MAX_MS, WatchProposal, clear_value, is_same_person
from console.watch.telling import standing, welcome
from schemas.event_data import WatchChanged
from schemas.events import Event
from tests.console.desks import DAY, ESTATE, KEYS, outbox_of, whole_database
from tests.console.samples import NINE

LIN, WU = Signed("lin", "seen at the scene", NINE), Signed("wu", "file read", NINE + 1000)
PLATE = WatchProposal(
    looks_for="plate", value="苏E·0F96D", case_number="A-118", basis="case_vehicle",
    severity="red", owner="lin", roles=("police", "station"), valid_to=NINE + 7 * DAY,
)  # fmt: skip
ESTATES = ("hillside", ESTATE)


@pytest.fixture
def office(register: RegisterOffice) -> RegisterOffice:
    """An office whose outbox writes to two estates."""
    with register.engine.begin() as tx:
        know_estates(tx, ESTATES, NINE)
    return register


def proposal(**given: Any) -> WatchProposal:
    return WatchProposal(**PLATE.model_dump() | given)


def told(office: RegisterOffice) -> list[Event]:
    waiting = OutboxStore(office.engine).stamp({}, NINE)
    return [event_of(one.note, one.stamped_at or 0, one.sequence) for one in waiting]


def in_force(office: RegisterOffice, **given: Any) -> str:
    name = str(office.watch.propose(proposal(**given), LIN)["id"])
    office.watch.approve(name, "wu", WU)
    return name


def test_nobody_is_told_before_a_second_person_approved(office: RegisterOffice) -> None:
    row = office.watch.propose(PLATE, LIN)
    assert state_of(row, NINE) == "proposed"
    assert told(office) == []
    row = office.watch.approve(row["id"], "wu", WU)
    assert state_of(row, NINE) == "in_force"
    assert [event.estate for event in told(office)] == sorted(ESTATES)


def test_an_entry_for_the_city_has_the_references_of_each_estate(office: RegisterOffice) -> None:
    name = in_force(office)
    for event in told(office):
        data = event.data
        assert isinstance(data, WatchChanged)
        assert data.plate == KEYS.estate(event.estate).plate("苏E0F96D")
        assert event.subject == data.plate.ref
        assert (data.entry, data.case_number, data.severity) == (name, "A-118", "red")
        assert (data.owner, data.approver, data.roles) == ("lin", "wu", ("police", "station"))
        assert (data.valid_from, data.valid_to) == (NINE, NINE + 7 * DAY)


def test_an_entry_of_one_estate_is_told_there_alone(office: RegisterOffice) -> None:
    in_force(office, estate=ESTATE, looks_for="credential", value="0012ab", basis="missing")
    (event,) = told(office)
    assert event.estate == ESTATE
    assert event.subject == KEYS.estate(ESTATE).credential("0012AB")


@pytest.mark.parametrize("approver", ["lin", " LIN ", "Ｌin", ""])
def test_the_owner_cannot_approve(office: RegisterOffice, approver: str) -> None:
    name = office.watch.propose(PLATE, LIN)["id"]
    with pytest.raises(Refused, match="second person"):
        office.watch.approve(name, approver, WU)
    assert told(office) == []


def test_whoever_entered_it_cannot_approve_under_another_name(office: RegisterOffice) -> None:
    name = office.watch.propose(PLATE, WU)["id"]
    with pytest.raises(Refused, match="another must"):
        office.watch.approve(name, "wu", WU)
    assert state_of(office.watch.entry(name), NINE) == "proposed"


def test_an_entry_is_approved_once_and_in_time(office: RegisterOffice) -> None:
    name = in_force(office)
    with pytest.raises(Conflict, match="this one is in_force"):
        office.watch.approve(name, "wu", WU)
    late = office.watch.propose(proposal(case_number="A-119"), LIN)["id"]
    with pytest.raises(Conflict, match="this one is over"):
        office.watch.approve(late, "wu", Signed("wu", "late", NINE + 8 * DAY))
    with pytest.raises(Conflict, match="version 1 by now, not 3"):
        office.watch.approve(late, "wu", WU, version=3)
    with pytest.raises(KeyError):
        office.watch.approve("nobody", "wu", WU)


def test_the_end_is_told_where_the_entry_was(office: RegisterOffice) -> None:
    name = in_force(office)
    office.watch.end(name, Signed("lin", "found", NINE + 2000))
    office.watch.end(name, Signed("lin", "found", NINE + 3000))
    changes = [event.data for event in told(office)]
    assert [data.change for data in changes if isinstance(data, WatchChanged)] == [
        "set", "set", "ended", "ended",
    ]  # fmt: skip
    assert state_of(office.watch.entry(name), NINE) == "ended"


def test_a_proposal_that_is_taken_back_was_never_told(office: RegisterOffice) -> None:
    name = office.watch.propose(PLATE, LIN)["id"]
    office.watch.end(name, WU)
    assert told(office) == []
    with pytest.raises(Conflict, match="this one is ended"):
        office.watch.approve(name, "wu", WU)


def test_one_case_looks_for_a_thing_once(office: RegisterOffice) -> None:
    first = office.watch.propose(PLATE, LIN)["id"]
    with pytest.raises(Conflict, match=first):
        office.watch.propose(proposal(value="苏e 0f96d"), LIN)
    office.watch.end(first, WU)
    assert office.watch.propose(PLATE, Signed("lin", "again", NINE + 5))["id"] != first


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"valid_to": NINE + SPAN_MAX_MS + 1}, "at most 30 days"),
        ({"valid_from": NINE - DAY, "valid_to": NINE + 30 * DAY}, "at most 30 days"),
        ({"valid_to": NINE}, "over already"),
        ({"valid_from": NINE + 2 * DAY, "valid_to": NINE + DAY}, "over already"),
    ],
)
def test_an_entry_ends_within_thirty_days(
    office: RegisterOffice, given: dict[str, int], fault: str
) -> None:
    with pytest.raises(Refused, match=fault):
        office.watch.propose(proposal(**given), LIN)
    assert office.watch.propose(proposal(valid_to=NINE + SPAN_MAX_MS), LIN)["version"] == 1


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"case_number": " "}, "case_number"),
        ({"basis": "suspicion"}, "basis"),
        ({"owner": " "}, "owner"),
        ({"roles": ()}, "roles"),
        ({"roles": (" ",)}, "roles"),
        ({"value": "--"}, "is no plate"),
        ({"looks_for": "face", "value": "7"}, "looks for a plate"),
        ({"looks_for": "iris"}, "looks_for"),
        ({"severity": "yellow"}, "severity"),
    ],
)
def test_an_entry_without_what_the_law_asks_cannot_be_made(
    given: dict[str, Any], fault: str
) -> None:
    with pytest.raises(ValidationError, match=fault):
        proposal(**given)


@pytest.mark.parametrize(
    ("roles", "fault"),
    [
        (
            ("police", "anybody"),
            "'anybody' is no role or team .* police, supervisor, empty, station",
        ),
        (("property",), "'property' is no role or team"),
        (("supervisor",), "nobody who sees police cases bears 'supervisor'"),
        (("empty",), "nobody who sees police cases bears 'empty'"),
    ],
)
def test_hits_go_to_names_that_somebody_bears(
    office: RegisterOffice, roles: tuple[str, ...], fault: str
) -> None:
    with office.engine.begin() as tx:
        tx.execute(TEAMS.insert().values(id="empty", name="x", role="police", areas='["*"]'))
    with pytest.raises(Refused, match=fault):
        office.watch.propose(proposal(roles=roles), LIN)
    assert office.watch.listed(WatchWanted(), 9) == []


def test_an_entry_whose_people_have_left_is_not_put_in_force(office: RegisterOffice) -> None:
    name = office.watch.propose(proposal(roles=("station",)), LIN)["id"]
    with office.engine.begin() as tx:
        assert names_to_choose(tx) == ["police", "station"]
        tx.execute(ACCOUNTS.update().values(disabled_at=NINE))
        assert names_to_choose(tx) == []
    with pytest.raises(Refused, match="nobody who sees police cases bears 'station'"):
        office.watch.approve(name, "wu", WU)
    assert told(office) == []


def test_new_estates_are_told_what_holds_everywhere(office: RegisterOffice) -> None:
    city = in_force(office)
    in_force(office, estate=ESTATE, case_number="A-119")
    office.watch.propose(proposal(case_number="A-120"), LIN)
    before = len(outbox_of(office.engine))
    with office.engine.begin() as tx:
        new = know_estates(tx, [ESTATE, "seaside"], NINE)
        welcome(tx, new, NINE + 5000, office.vault)
    notes = outbox_of(office.engine)[before:]
    assert [(note.estate, note.key) for note in notes] == [("seaside", f"watch/{city}")]


@pytest.mark.parametrize(("at", "count"), [(NINE + DAY, 2), (NINE + 7 * DAY, 0)])
def test_what_is_in_force_is_announced(office: RegisterOffice, at: int, count: int) -> None:
    in_force(office)
    in_force(office, estate=ESTATE, case_number="A-119")
    ended = in_force(office, case_number="A-120")
    office.watch.end(ended, WU)
    office.watch.propose(proposal(case_number="A-121"), LIN)
    with office.engine.connect() as connection:
        notes = standing(connection, ESTATE, at, office.vault)
        elsewhere = standing(connection, "hillside", at, office.vault)
    assert (len(notes), len(elsewhere)) == (count, min(count, 1))
    assert {note.body["change"] for note in notes} <= {"set"}


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (WatchWanted(), 3),
        (WatchWanted(estate="hillside"), 2),
        (WatchWanted(case_number="A-119"), 1),
        (WatchWanted(standing_at=NINE + DAY), 2),
    ],
)
def test_entries_are_listed(office: RegisterOffice, wanted: WatchWanted, count: int) -> None:
    in_force(office)
    in_force(office, estate=ESTATE, case_number="A-119")
    ended = in_force(office, case_number="A-120")
    office.watch.end(ended, WU)
    assert len(office.watch.listed(wanted, 9)) == count


def test_what_is_looked_for_is_sealed_and_every_step_is_written_down(
    office: RegisterOffice,
) -> None:
    name = in_force(office)
    told(office)
    assert "0F96D" not in whole_database(office.engine)
    assert clear_value(office.watch.entry(name), KEYS) == "苏E·0F96D"
    assert [(one.version, one.change, one.who) for one in office.watch.history(name)] == [
        (1, "proposed", "lin"),
        (2, "approved", "wu"),
    ]
    assert [link.act for link in newest(office.engine, 9)] == ["watch.approved", "watch.proposed"]
    assert verify(office.engine)[1] is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Li", " li ", True), ("李雷", "李 雷", True), ("li", "lin", False), ("ＬＩ", "li", True)],
)
def test_a_name_is_the_same_however_it_is_written(one: str, other: str, same: bool) -> None:
    assert is_same_person(one, other) is same


Act = Callable[[RegisterOffice, str], object]


@pytest.mark.parametrize(
    "act",
    [
        lambda office, name: office.watch.approve(name, "wu", WU),
        lambda office, name: office.watch.end(name, WU),
    ],
)
def test_an_act_that_fails_changes_nothing(office: RegisterOffice, act: Act) -> None:
    name = in_force(office)
    before = whole_database(office.engine)
    office.vault._keys = None
    office.vault.path.unlink()
    with pytest.raises(Exception, match=r"no master key|only a proposed"):
        act(office, name)
    assert whole_database(office.engine) == before
