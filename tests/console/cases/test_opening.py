"""Alerts become cases, one an incident, and nothing comes twice."""

from console.batch import Batch
from console.cases.opening import case_id
from console.store import Store
from tests.console.cases.conftest import OpenWork, officer
from tests.console.cases.working import Work
from tests.console.lifecycle.samples import WANG
from tests.console.samples import MINUTE, NINE, alert, evidence, suppressed

WHO = officer()


def test_an_alert_opens_a_case(work: Work) -> None:
    work.take(alert(delivery="push", evidence=(evidence("open", "door.opened"),)))
    case = work.case()
    assert (case.state, case.kind, case.severity, case.handler) == (
        "waiting", "door_forced", "yellow", "police",
    )  # fmt: skip
    assert case.areas[:3] == ("north-door", "north-gate", "lakeside")
    assert (case.told_level, case.told_node) == ("police_office", "office-1")
    assert case.due_at == NINE + 5 * MINUTE
    (act,) = work.acts(WHO)
    assert (act.kind, act.target, act.by, act.version, act.to) == ("open", "a1", "system", 1, "a1")


def test_what_is_for_nobody_opens_none(work: Work) -> None:
    work.take(suppressed("s"), alert("n", delivery="statistic"))
    assert work.listed(WHO) == []
    work.take(alert("s", revision=1))
    assert work.listed(WHO) == ["s"]


def test_alerts_of_one_incident_are_one_case(work: Work) -> None:
    first = alert("first")
    work.take(first)
    work.take(alert("second", incident="first", severity="red", rule="break_in"))
    case = work.case("first")
    assert (case.version, case.severity, case.kind) == (2, "red", "break_in")
    assert work.listed(WHO) == ["first"]
    with work.engine.connect() as connection:
        reader = work.reader(connection, WHO)
        assert reader.alerts("first") == ["first", "second"]
        found = reader.case_of_alert("second")
    assert found is not None
    assert found.id == "first"


def test_the_incidents_later_alert_may_come_first(work: Work) -> None:
    work.take(alert("second", incident="first"))
    work.take(alert("first"))
    assert work.listed(WHO) == ["first"]
    assert [deed.kind for deed in work.deeds("first")] == ["open", "join"]


def test_told_twice_it_is_opened_once(work: Work) -> None:
    work.take(alert(), alert("a2", incident="a1"))
    work.take(alert(), alert("a2", incident="a1"))
    work.take(alert(revision=3, cleared_at=NINE + MINUTE))
    assert work.case().version == 2


def test_a_graver_revision_is_an_act(work: Work) -> None:
    work.take(alert(delivery="push"))
    work.act("accept", WANG)
    graver = alert(revision=1, severity="orange", delivery="push")
    work.take(graver, at=NINE + MINUTE)
    work.take(graver, at=NINE + 2 * MINUTE)
    case = work.case()
    assert (case.version, case.severity, case.state) == (3, "orange", "accepted")


def test_another_alert_opens_a_closed_case_again(work: Work) -> None:
    work.take(alert())
    work.act("close", WANG, verdict="false")
    work.take(alert("a2", incident="a1", delivery="push"), at=NINE + MINUTE)
    case = work.case()
    assert (case.state, case.verdict, case.delivery) == ("waiting", None, "list")


def test_what_was_found_afterwards_rings_nobody(work: Work) -> None:
    work.take(alert(delivery="push", found_afterwards=True))
    assert work.case().quiet == "afterwards"
    assert work.case().due_at == NINE + 240 * MINUTE


def test_watch_hits_and_duress_are_for_the_police_alone(work: Work) -> None:
    work.take(alert("d", rule="duress", severity="red", also=("property",)))
    work.take(alert("w", rule="watchlist_hit", roles=("police",)))
    assert work.case("d-police").parties == ("group:police",)
    assert work.case("d-police").police_only
    assert work.case("w-police").named_roles == ("police",)


def test_duress_is_never_grouped(work: Work) -> None:
    duress = alert("d", rule="duress", severity="red", incident="a1")
    work.take(alert("a1", handler="property"), duress, alert("a2", incident="a1"))
    work.take(alert("x", incident="d"))
    assert set(work.listed(WHO)) == {"a1", "d-police", "d"}
    assert [deed.kind for deed in work.deeds("d-police")] == ["open"]
    assert not work.case("a1").police_only


def test_two_consoles_on_one_database_open_it_once(open_work: OpenWork) -> None:
    one, other = open_work(), open_work()
    alerts = [alert(f"a{n}", incident="a0" if n % 2 else "") for n in range(6)]
    one.take(*alerts)
    other.take(*alerts)
    assert one.listed(WHO) == other.listed(WHO)
    versions = {name: one.case(name).version for name in one.listed(WHO)}
    assert versions == {"a0": 4, "a2": 1, "a4": 1}


def test_alerts_of_an_older_version_get_their_cases(work: Work) -> None:
    kept = [alert("old"), alert("gone", cleared_at=NINE), suppressed("quiet")]
    Store(work.engine).write(Batch(alerts=kept))
    assert work.office.adopt(NINE) == 1
    assert work.office.adopt(NINE) == 0
    assert work.listed(WHO) == ["old"]
    assert work.case("old").quiet == "afterwards"


def test_a_case_is_named_by_its_incident() -> None:
    assert case_id(alert("a"), police_only=False) == "a"
    assert case_id(alert("b", incident="a"), police_only=False) == "a"
    assert case_id(alert("b", incident="a"), police_only=True) == "b-police"
