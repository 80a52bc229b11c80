"""What is entered in the register is kept, sealed, told to the log once, and remembered by whom."""

from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from console.audit.chain import Signed
from console.audit.log import newest, verify
from console.outbox.notes import event_of
from console.outbox.store import OutboxStore, know_estates, told_estates
from console.register.entries import (
    ConsentEntry,
    CredentialEntry,
    DwellingEntry,
    Entry,
    PermitEntry,
)
from console.register.kinds import KINDS
from console.register.office import RegisterOffice
from console.register.planning import Conflict, Refused
from console.register.retention import erase
from console.register.reveal import NoReason, TooOften
from console.register.sealing import unsealed
from console.register.shelf import Wanted, entry_of, history, listed
from console.register.telling import standing
from console.register.vault import NoKey, Vault
from console.settings import ConsoleSettings
from schemas.event_data import RegisterChanged
from schemas.events import Event, order_key
from tests.console.desks import (
    CARD,
    CLEAR,
    CONSENT,
    DAY,
    ESTATE,
    HOME,
    KEYS,
    ME,
    ONE_OF_EACH,
    PERMIT,
    VISIT,
    enter,
    opened,
    outbox_of,
    set_one,
    whole_database,
)
from tests.console.samples import NINE

SCOPE = KEYS.estate(ESTATE)


def told(office: RegisterOffice) -> list[Event]:
    """What the log will be told, as events."""
    with office.engine.begin() as tx:
        know_estates(tx, [ESTATE], NINE)
    waiting = OutboxStore(office.engine).stamp({}, NINE)
    return [event_of(one.note, one.stamped_at or 0, one.sequence) for one in waiting]


def data_of(event: Event) -> RegisterChanged:
    assert isinstance(event.data, RegisterChanged)
    return event.data


def row(office: RegisterOffice, kind: str, name: str) -> Any:
    with office.engine.connect() as connection:
        return entry_of(connection, KINDS[kind], name)


@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_is_kept_and_told_once(register: RegisterOffice, kind: str) -> None:
    (first,) = enter(register, kind, ONE_OF_EACH[kind])
    (again,) = enter(register, kind, ONE_OF_EACH[kind], at=NINE + 1000)
    assert (first.change, again.change) == ("added", "same")
    (event,) = told(register)
    assert (event.type, event.estate, event.time) == ("register.changed", ESTATE, NINE)
    assert (data_of(event).record, data_of(event).change) == (KINDS[kind].record, "set")
    assert row(register, kind, first.row["id"])["version"] == 1


def test_nothing_that_is_kept_holds_a_clear_value(register: RegisterOffice) -> None:
    for kind, entry in ONE_OF_EACH.items():
        set_one(register, kind, entry)
    told(register)
    everything = whole_database(register.engine).upper()
    assert [value for value in CLEAR if value in everything] == []


def test_events_carry_the_references_that_the_gateway_makes(desk: RegisterOffice) -> None:
    for kind in ("credentials", "permits", "passes", "consents"):
        set_one(desk, kind, ONE_OF_EACH[kind])
    card, permit, visit, consent = told(desk)
    assert card.subject == SCOPE.credential("0012AB ")
    assert permit.subject == SCOPE.plate("苏E0F96D").ref
    assert data_of(permit).holder == SCOPE.plate("苏E0F96D")
    assert data_of(visit).holder == SCOPE.plate("浙B·2Q8C5")
    assert consent.subject == SCOPE.credential("btn-7")


def test_a_permit_tells_all_that_rules_ask(desk: RegisterOffice) -> None:
    set_one(desk, "permits", PERMIT)
    (event,) = told(desk)
    data = data_of(event)
    assert (data.credential_class, data.stay_max_s) == ("courier", 900)
    assert (data.valid_from, data.valid_to) == (NINE - DAY, NINE + DAY)
    assert (data.device, data.place, data.gateway) == ("console", ESTATE, None)


def test_homes_and_works_tell_their_place(desk: RegisterOffice) -> None:
    set_one(desk, "dwellings", HOME)
    set_one(desk, "works", ONE_OF_EACH["works"])
    home, works = map(data_of, told(desk))
    assert (home.place, home.dwelling, home.use, home.people) == ("b3-u2", "3-2-1102", "own", None)
    assert (works.place, works.dwelling) == ("b3", None)


def test_a_plate_is_the_same_however_it_is_written(desk: RegisterOffice) -> None:
    set_one(desk, "permits", PERMIT)
    (again,) = enter(desk, "permits", PERMIT.model_copy(update={"plate": "苏e 0f96d"}))
    assert again.change == "same"


def test_a_change_has_its_version_and_its_history(register: RegisterOffice) -> None:
    name = set_one(register, "permits", PERMIT)
    later = Signed("officer wu", "her new shift", NINE + 5000)
    changed = PERMIT.model_copy(update={"stay_max_s": 1800})
    assert register.desk.set(KINDS["permits"], changed, later, version=1).change == "changed"
    with register.engine.connect() as connection:
        versions = history(connection, KINDS["permits"], name)
    assert [(v.version, v.change, v.who, v.why) for v in versions] == [
        (1, "added", "officer lin", "told at the desk"),
        (2, "changed", "officer wu", "her new shift"),
    ]
    assert [data_of(event).stay_max_s for event in told(register)] == [900, 1800]


def test_a_version_that_was_overtaken_is_refused(register: RegisterOffice) -> None:
    set_one(register, "permits", PERMIT)
    changed = PERMIT.model_copy(update={"stay_max_s": 1800})
    register.desk.set(KINDS["permits"], changed, ME, version=1)
    with pytest.raises(Conflict, match="version 2 by now, not 1"):
        register.desk.set(KINDS["permits"], PERMIT, ME, version=1)
    with pytest.raises(Conflict, match="version 0 by now, not 3"):
        register.desk.set(KINDS["dwellings"], HOME, ME, version=3)
    assert len(told(register)) == 2


def test_what_rules_cannot_see_is_kept_and_not_told(desk: RegisterOffice) -> None:
    set_one(desk, "permits", PERMIT)
    (planned,) = enter(desk, "permits", PERMIT.model_copy(update={"holder": "周二鸣"}))
    assert planned.change == "changed"
    assert len(told(desk)) == 1


def test_another_button_of_the_same_person_is_told(desk: RegisterOffice) -> None:
    set_one(desk, "consents", CONSENT)
    set_one(desk, "consents", CONSENT.model_copy(update={"number": "btn-9"}))
    assert [event.subject for event in told(desk)] == [
        SCOPE.credential("btn-7"), SCOPE.credential("btn-9"),
    ]  # fmt: skip


def test_the_end_is_told_with_the_beginning_it_is_known_by(register: RegisterOffice) -> None:
    name = set_one(register, "passes", VISIT)
    assert register.desk.end(KINDS["passes"], name, ME).change == "ended"
    assert register.desk.end(KINDS["passes"], name, ME).change == "same"
    begun, ended = map(data_of, told(register))
    assert (begun.change, ended.change) == ("set", "ended")
    assert begun.valid_from == ended.valid_from == NINE
    with pytest.raises(KeyError):
        register.desk.end(KINDS["passes"], "nobody", ME)


def test_two_changes_of_one_entry_never_share_a_time(desk: RegisterOffice) -> None:
    name = set_one(desk, "permits", PERMIT)
    desk.desk.end(KINDS["permits"], name, ME)
    begun, ended = told(desk)
    assert begun.time < ended.time


def test_what_was_ended_comes_back_only_if_that_is_said(register: RegisterOffice) -> None:
    name = set_one(register, "credentials", CARD)
    register.desk.end(KINDS["credentials"], name, ME)
    (left,) = enter(register, "credentials", CARD)
    assert left.change == "left"
    with pytest.raises(Conflict, match="revive"):
        register.desk.set(KINDS["credentials"], CARD, ME)
    rows = register.desk.rows(KINDS["credentials"], [CARD])
    (revived,) = register.desk.enter(KINDS["credentials"], rows, ME, revive=True)
    assert revived.change == "revived"
    assert row(register, "credentials", name)["ended_at"] is None
    assert [data_of(event).change for event in told(register)] == ["set", "ended", "set"]


def test_a_withdrawn_consent_comes_back_only_as_a_new_one(desk: RegisterOffice) -> None:
    kind = KINDS["consents"]
    name = set_one(desk, "consents", CONSENT)
    desk.desk.end(kind, name, Signed("officer lin", "withdrawn", NINE + DAY))
    with pytest.raises(Refused, match="withdrawn"):
        desk.desk.enter(kind, desk.desk.rows(kind, [CONSENT]), ME, revive=True)
    new = CONSENT.model_copy(update={"valid_from": NINE + 2 * DAY})
    (planned,) = desk.desk.enter(kind, desk.desk.rows(kind, [new]), ME, revive=True)
    assert planned.change == "revived"


def test_a_home_goes_on_by_the_consents_that_still_stand(register: RegisterOffice) -> None:
    other = CONSENT.model_copy(update={"person": "沈阿公", "number": "btn-8", "silent_max_s": 7200})
    name = set_one(register, "consents", CONSENT)
    set_one(register, "consents", other)
    register.desk.end(KINDS["consents"], name, ME)
    events = told(register)
    assert sorted(events, key=order_key) == events
    last = events[-2:]
    assert [data_of(event).change for event in last] == ["ended", "set"]
    assert data_of(last[1]).silent_max_s == 7200
    assert last[1].subject == SCOPE.credential("btn-8")


def test_all_rows_are_entered_or_none(register: RegisterOffice) -> None:
    rows = register.desk.rows(KINDS["credentials"], [CARD])
    broken = rows[0] | {"id": "other", "ref": None}
    with pytest.raises(Exception, match=r"(?i)not.null"):
        register.desk.enter(KINDS["credentials"], [*rows, broken], ME)
    assert outbox_of(register.engine) == []
    assert verify(register.engine)[0].sequence == 0
    assert row(register, "credentials", rows[0]["id"]) is None


def test_every_change_stands_in_the_audit_log(register: RegisterOffice) -> None:
    name = set_one(register, "credentials", CARD)
    enter(register, "credentials", CARD)
    register.desk.end(KINDS["credentials"], name, ME)
    links = newest(register.engine, 9)
    assert [(link.act, link.target, link.who) for link in links] == [
        ("credentials.ended", f"credentials/{name}", "officer lin"),
        ("credentials.added", f"credentials/{name}", "officer lin"),
    ]
    assert verify(register.engine)[1] is None


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), 3),
        (Wanted(estate="hillside"), 0),
        (Wanted(dwelling="3-2-1102"), 1),
        (Wanted(ref=SCOPE.plate("苏E0F96D").ref), 1),
        (Wanted(skeleton=SCOPE.plate("苏EDF96O").skeleton), 2),
        (Wanted(standing_at=NINE + 2 * DAY), 1),
    ],
)
def test_entries_are_found(register: RegisterOffice, wanted: Wanted, found: int) -> None:
    near = PERMIT.model_copy(update={"plate": "苏EOF96D"})
    home = {"plate": "苏E33333", "dwelling": "3-2-1102", "valid_to": None}
    for entry in (PERMIT, near, PERMIT.model_copy(update=home)):
        set_one(register, "permits", entry)
    with register.engine.connect() as connection:
        assert len(listed(connection, KINDS["permits"], wanted, 9)) == found
        assert len(listed(connection, KINDS["permits"], wanted, 1)) == min(found, 1)


def test_pages_follow_each_other(register: RegisterOffice) -> None:
    plates = [PERMIT.model_copy(update={"plate": f"苏E3333{n}"}) for n in range(5)]
    enter(register, "permits", *plates)
    ids: list[str] = []
    with register.engine.connect() as connection:
        while page := listed(connection, KINDS["permits"], Wanted(), 2, ids[-1] if ids else None):
            ids += [found["id"] for found in page]
    assert len(ids) == len(set(ids)) == 5


def test_clear_values_are_shown_for_a_reason_that_is_written_down(
    desk: RegisterOffice,
) -> None:
    name = set_one(desk, "permits", PERMIT)
    found = row(desk, "permits", name)
    asked = Signed("officer lin", "case 118", NINE)
    shown = desk.reveals.show(f"permits/{name}", asked, lambda: unsealed(found, KEYS))
    assert shown == {"plate": "苏E0F96D", "holder": "周一鸣"}
    (link,) = newest(desk.engine, 1)
    assert (link.act, link.target, link.why) == ("reveal", f"permits/{name}", "case 118")
    with pytest.raises(NoReason):
        desk.reveals.show("permits/x", Signed("officer lin", "  .", NINE), dict)


def test_nobody_sees_many_clear_values_in_an_hour(desk_settings: ConsoleSettings) -> None:
    told = desk_settings.model_copy(update={"reveals_per_hour": 2})
    with opened(told) as office:
        for at in (NINE, NINE + 1000):
            office.reveals.show("permits/1", Signed("lin", "case 118", at), dict)
        late = Signed("lin", "case 118", NINE + 2000)
        with pytest.raises(TooOften, match="2 clear values in an hour"):
            office.reveals.show("permits/1", late, lambda: pytest.fail("was shown"))
        office.reveals.show("permits/1", Signed("wu", "case 118", NINE + 2000), dict)
        next_hour = Signed("lin", "case 118", NINE + 3_601_000)
        office.reveals.show("permits/1", next_hour, dict)


def test_what_is_over_is_erased_after_its_period(register: RegisterOffice) -> None:
    name = set_one(register, "credentials", CARD)
    kept = set_one(register, "credentials", CARD.model_copy(update={"number": "7"}))
    set_one(register, "permits", PERMIT)
    register.desk.end(KINDS["credentials"], name, ME)
    waiting = OutboxStore(register.engine)
    with register.engine.begin() as tx:
        know_estates(tx, [ESTATE], NINE)
    waiting.sent(waiting.stamp({}, NINE), NINE)
    assert erase(register.engine, NINE + 30 * DAY, 30, 1095) == {}
    assert erase(register.engine, NINE + 32 * DAY, 30, 1095) == {"credentials": 1, "permits": 1}
    assert erase(register.engine, NINE + 32 * DAY, 30, 1095) == {}
    assert row(register, "credentials", name) is None
    assert row(register, "credentials", kept) is not None
    everything = whole_database(register.engine)
    assert SCOPE.credential("0012AB") not in everything
    assert SCOPE.plate("苏E0F96D").ref not in everything
    assert verify(register.engine)[1] is None
    assert any(link.act == "erased" for link in newest(register.engine, 9))


def test_a_log_is_told_all_that_stands_and_what_rules_still_ask_for(
    register: RegisterOffice,
) -> None:
    for kind, entry in ONE_OF_EACH.items():
        set_one(register, kind, entry)
    card = set_one(register, "credentials", CARD.model_copy(update={"number": "9", "holder": None}))
    register.desk.end(KINDS["credentials"], card, Signed("lin", "lost", NINE + 1000))
    at = NINE + 2 * DAY
    with register.engine.connect() as connection:
        notes = standing(connection, ESTATE, at)
        assert standing(connection, "hillside", at) == []
    found = [(n.body["record"], n.body.get("valid_to")) for n in notes]
    assert sorted(found[1:3]) == [("credential", NINE + 1000), ("credential", NINE + 90 * DAY)]
    assert [found[0], *found[3:]] == [
        ("dwelling", None),
        ("permit", NINE + DAY),
        ("pass", NINE + DAY),
        ("away_note", NINE + 7 * DAY),
        ("consent", None),
    ]
    assert {note.body["change"] for note in notes} == {"set"}
    assert {note.id for note in notes}.isdisjoint(n.id for n in outbox_of(register.engine))


def test_an_announcement_says_the_same_as_the_change(desk: RegisterOffice) -> None:
    set_one(desk, "permits", PERMIT)
    (note,) = outbox_of(desk.engine)
    with desk.engine.connect() as connection:
        (again,) = standing(connection, ESTATE, NINE)
    assert (again.subject, again.body) == (note.subject, orjson.loads(note.body))


def test_an_estate_is_known_from_its_first_note_on(register: RegisterOffice) -> None:
    store = OutboxStore(register.engine)
    set_one(register, "permits", PERMIT)
    assert store.unknown() == [ESTATE]
    assert store.stamp({}, NINE) == []
    with register.engine.begin() as tx:
        assert know_estates(tx, store.unknown(), NINE) == [ESTATE]
        assert know_estates(tx, [ESTATE], NINE) == []
        assert told_estates(tx) == [ESTATE]
    assert len(store.stamp({}, NINE)) == 1


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (lambda: PermitEntry(estate="a", plate="--", credential_class="tenant"), "is no plate"),
        (lambda: CredentialEntry(estate="a", number=" ", credential_class="tenant"), "at least 1"),
        (lambda: HOME.model_validate(HOME.model_dump() | {"use": "other"}), "use"),
        (lambda: DwellingEntry(estate="a/b", name="x", place="p", address="q"), "estate"),
        (lambda: VISIT.model_validate(VISIT.model_dump() | {"number": "1"}), "not both"),
        (lambda: VISIT.model_validate(VISIT.model_dump() | {"plate": None}), "not both"),
        (lambda: VISIT.model_validate(VISIT.model_dump() | {"valid_to": NINE}), "before it begins"),
        (lambda: ConsentEntry(**CONSENT.model_dump() | {"guardian": None}), "name the guardian"),
        (lambda: ConsentEntry(**CONSENT.model_dump() | {"given_by": "self"}), "name the guardian"),
    ],
)
def test_what_makes_no_sense_cannot_be_entered(entry: Any, fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        entry()


def test_there_is_no_consent_to_faces() -> None:
    """Welfare alone: a consent is a home's, and no field of any entry knows of a face."""
    assert ConsentEntry.model_fields["dwelling"].is_required()
    kinds = {kind.entry for kind in KINDS.values()}
    fields = {name for entry in kinds for name in entry.model_fields}
    assert not [name for name in fields if "face" in name or "template" in name]
    assert issubclass(ConsentEntry, Entry)


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda file: None, "no master key"),
        (lambda file: (file.write_bytes(bytes(range(32))), file.chmod(0o644)), "chmod 600"),
        (lambda file: (file.write_bytes(b"short"), file.chmod(0o600)), "restore it"),
    ],
)
def test_a_key_that_cannot_be_used_is_said_in_one_line(
    tmp_path: Any, make: Any, fault: str
) -> None:
    file = tmp_path / "master.key"
    make(file)
    with pytest.raises(NoKey, match=fault) as said:
        Vault(file).keys()
    assert "\n" not in str(said.value)
    assert not file.exists() or fault != "no master key"


def test_columns_of_refs_are_indexed(register: RegisterOffice) -> None:
    inspector = sa.inspect(register.engine)
    for table in ("credentials", "permits", "visitor_passes", "care_consents", "watch_entries"):
        assert any(found["column_names"] == ["ref"] for found in inspector.get_indexes(table))
