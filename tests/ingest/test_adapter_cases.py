"""Every adapter's own cases, and that each adapter has enough of them."""

import json

import pytest

from ingest.catalogue import Adapter
from ingest.message import Rejected
from schemas.events import decode_line
from tests.ingest.cases import KNOWN, Case, adapters, cases, plain

ALL = cases()
EXPECTED = [case for case in ALL if (case.folder / "expected.json").is_file()]
REJECTED = [case for case in ALL if (case.folder / "rejected.json").is_file()]
TWINS = [case for case in ALL if "same_as" in case.spec]


def by_name(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", EXPECTED, ids=by_name)
def test_message_becomes_the_expected_events(case: Case) -> None:
    found = case.read()

    assert not isinstance(found, Rejected), found
    assert plain(found) == case.wanted("expected.json")


@pytest.mark.parametrize("case", REJECTED, ids=by_name)
def test_message_is_rejected_with_the_expected_reason(case: Case) -> None:
    found = case.read()

    assert isinstance(found, Rejected), plain(found)
    assert {"reason": found.reason, "path": found.path} == case.wanted("rejected.json")


@pytest.mark.parametrize("case", EXPECTED, ids=by_name)
def test_named_adapter_reads_the_same_as_the_chosen_one(case: Case) -> None:
    chosen, named = case.read(), case.read(case.adapter)

    assert not isinstance(chosen, Rejected)
    assert not isinstance(named, Rejected)
    assert plain(named) == plain(chosen)


@pytest.mark.parametrize("case", EXPECTED, ids=by_name)
def test_events_survive_the_wire(case: Case) -> None:
    found = case.read()

    assert not isinstance(found, Rejected)
    assert [decode_line(event.to_json()) for event in found] == found


@pytest.mark.parametrize("case", EXPECTED, ids=by_name)
def test_resend_has_the_same_ids(case: Case) -> None:
    first, again = case.read(), case.read()

    assert not isinstance(first, Rejected)
    assert not isinstance(again, Rejected)
    assert [event.id for event in first] == [event.id for event in again]


@pytest.mark.parametrize("case", EXPECTED, ids=by_name)
def test_readings_of_one_message_have_ids_of_their_own(case: Case) -> None:
    found = case.read()

    assert not isinstance(found, Rejected)
    assert len({event.id for event in found}) == len(found)


@pytest.mark.parametrize("case", TWINS, ids=by_name)
def test_other_form_of_one_reading_has_the_same_id(case: Case) -> None:
    other = next(c for c in ALL if c.name == f"{case.adapter}/{case.spec['same_as']}")
    here, there = case.read(), other.read()

    assert not isinstance(here, Rejected)
    assert not isinstance(there, Rejected)
    assert [event.id for event in here] == [event.id for event in there]


@pytest.mark.parametrize("case", ALL, ids=by_name)
def test_case_is_written_as_agreed(case: Case) -> None:
    assert case.spec.keys() <= KNOWN
    assert {"topic", "received_at"} <= case.spec.keys()
    assert len(case.spec.keys() & {"payload", "payload_base64", "payload_file"}) == 1
    assert ("expected.json" in names(case)) is not ("rejected.json" in names(case))


def names(case: Case) -> set[str]:
    return {file.name for file in case.folder.iterdir()}


def test_no_case_folder_is_left_out() -> None:
    """A folder under cases/ without a message.json would be a test that nobody runs."""
    on_disk = {
        f"{adapter.spec.name}/{folder.name}"
        for adapter in adapters()
        for folder in (adapter.folder / "cases").iterdir()
    }

    assert on_disk == {case.name for case in ALL}


@pytest.mark.parametrize("adapter", adapters(), ids=lambda adapter: adapter.spec.name)
def test_adapter_proves_itself(adapter: Adapter) -> None:
    """At least one message read, one rejected, and one that is told as a state or not at all."""
    own = cases([adapter])
    read = [json.dumps(case.wanted("expected.json")) for case in own]

    assert sum('"type"' in text for text in read) >= 2
    assert any(case.wanted("rejected.json") for case in own)


@pytest.mark.parametrize("adapter", adapters(), ids=lambda adapter: adapter.spec.name)
def test_adapter_has_a_readme_that_names_it(adapter: Adapter) -> None:
    text = (adapter.folder / "README.md").read_text(encoding="utf-8")

    assert f"`{adapter.spec.name}`" in text
    assert "## Blind spots" in text
