from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.gateway.journal import LINES_MAX, Journal, JournalTaken
from ingest.gateway.receipts import ACKNOWLEDGED_KEPT, Receipt, Receipts, digest_of


def receipt(name: str, packet: int, at: int) -> Receipt:
    return Receipt(digest_of("t", name.encode()), packet, at)


def heard(receipts: Receipts | Journal, *names: str, at: int = 100) -> list[Receipt]:
    found = [receipt(name, index + 1, at + index) for index, name in enumerate(names)]
    receipts.heard(found)
    return found


def first(receipts: Receipts, name: str, packet: int = 1, *, duplicate: bool = False) -> int | None:
    found = receipts.first(digest_of("t", name.encode()), packet, duplicate=duplicate)
    return found.at if found else None


def test_what_was_not_acknowledged_gets_its_first_receipt_back() -> None:
    receipts = Receipts()
    heard(receipts, "a", "b", "c")
    receipts.acknowledge(1)
    receipts.resumed(session_present=True)

    assert (first(receipts, "b"), first(receipts, "c")) == (101, 102)


def test_it_gets_it_back_once() -> None:
    receipts = Receipts()
    heard(receipts, "a")
    receipts.resumed(session_present=True)

    assert (first(receipts, "a"), first(receipts, "a")) == (100, None)


def test_equal_messages_get_theirs_in_order() -> None:
    receipts = Receipts()
    heard(receipts, "on", "on")
    receipts.resumed(session_present=True)

    assert (first(receipts, "on"), first(receipts, "on")) == (100, 101)


def test_without_its_session_nothing_comes_again() -> None:
    receipts = Receipts()
    heard(receipts, "a")
    receipts.resumed(session_present=False)

    assert first(receipts, "a", duplicate=True) is None


def test_on_a_standing_connection_nothing_comes_again() -> None:
    receipts = Receipts()
    heard(receipts, "on")

    assert first(receipts, "on") is None


def test_a_lost_acknowledgement_needs_the_brokers_mark() -> None:
    receipts = Receipts()
    heard(receipts, "on")
    receipts.acknowledge(1)
    receipts.resumed(session_present=True)

    assert first(receipts, "on") is None
    assert first(receipts, "on", packet=9, duplicate=True) is None
    assert first(receipts, "on", packet=1, duplicate=True) == 100


def test_after_the_queue_is_through_all_is_new() -> None:
    receipts = Receipts()
    heard(receipts, "on")
    receipts.resumed(session_present=True)
    receipts.settle()

    assert first(receipts, "on", duplicate=True) is None


def test_a_second_loss_in_the_middle_forgets_nothing() -> None:
    receipts = Receipts()
    heard(receipts, "a", "b", "c")
    receipts.resumed(session_present=True)
    assert first(receipts, "a") == 100
    receipts.heard([receipt("a", 1, 100)])
    receipts.resumed(session_present=True)

    assert [first(receipts, name) for name in "abc"] == [100, 101, 102]


def test_the_acknowledged_are_bounded() -> None:
    receipts = Receipts()
    heard(receipts, *map(str, range(ACKNOWLEDGED_KEPT + 10)))
    receipts.acknowledge(ACKNOWLEDGED_KEPT + 10)

    assert len(receipts.acknowledged) == ACKNOWLEDGED_KEPT


def test_topic_and_content_tell_messages_apart() -> None:
    assert len({digest_of("a", b"b"), digest_of("ab", b""), digest_of("a", b"c")}) == 3


def test_a_killed_gateway_finds_its_receipts_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "r")
    heard(journal, "a", "b", "c")
    journal.acknowledge(1)
    journal.close()

    again = Journal(tmp_path / "r")
    again.resumed(session_present=True)
    assert [first(again.receipts, name) for name in "abc"] == [None, 101, 102]


def test_corrections_are_kept_with_a_receipt(tmp_path: Path) -> None:
    kept = Receipt("d", 1, 100, {"/lakeside/gate-1": -240_000})
    journal = Journal(tmp_path / "r")
    journal.heard([kept])
    journal.close()

    again = Journal(tmp_path / "r")
    again.resumed(session_present=True)
    assert again.receipts.first("d", 1, duplicate=False) == kept


def test_a_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "r")
    heard(journal, "a", "b")
    journal.close()
    whole = (tmp_path / "r").read_bytes()
    (tmp_path / "r").write_bytes(whole[:-9])

    again = Journal(tmp_path / "r")
    again.resumed(session_present=True)
    assert [first(again.receipts, name) for name in "ab"] == [100, None]


def test_two_gateways_of_one_name_do_not_share_a_folder(tmp_path: Path) -> None:
    first = Journal(tmp_path / "r")
    with pytest.raises(JournalTaken, match="SC_GATEWAY"):
        Journal(tmp_path / "r")

    first.close()
    Journal(tmp_path / "r").close()


def test_receipts_are_for_their_owner_alone(tmp_path: Path) -> None:
    Journal(tmp_path / "r").close()

    assert (tmp_path / "r").stat().st_mode & 0o777 == 0o600


def test_the_file_stays_small(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "r")
    for _ in range(LINES_MAX // 100 + 50):
        heard(journal, *map(str, range(100)))
        journal.acknowledge(100)

    assert len((tmp_path / "r").read_bytes().splitlines()) < LINES_MAX
    journal.close()


steps = st.lists(
    st.one_of(
        st.tuples(st.just("heard"), st.sampled_from("abc")),
        st.tuples(st.just("acknowledge"), st.integers(1, 3)),
        st.tuples(st.just("resumed"), st.booleans()),
        st.tuples(st.just("settle"), st.none()),
        st.tuples(st.just("again"), st.sampled_from("abc")),
    ),
    max_size=30,
)


@settings(max_examples=60)
@given(steps, st.data())
def test_a_kill_at_any_step_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, taken: list[tuple[str, object]], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("r") / "r"
    journal, model = Journal(path), Receipts()
    kills = data.draw(st.sets(st.integers(0, len(taken))))
    for at, (step, value) in enumerate(taken):
        if at in kills:
            journal.close()
            journal = Journal(path)
        match step, value:
            case "heard", str(name):
                for receipts in (journal, model):
                    receipts.heard([receipt(name, at, at)])
            case "again", str(name):
                for receipts in (journal, model):
                    _come_again(receipts, name, at)
            case "acknowledge", int(count):
                journal.acknowledge(count)
                model.acknowledge(count)
            case "resumed", bool(present):
                journal.resumed(session_present=present)
                model.resumed(session_present=present)
            case _:
                journal.settle()
                model.settle()
        assert _content(journal.receipts) == _content(model)
    journal.close()


def _come_again(receipts: Journal | Receipts, name: str, at: int) -> None:
    """What the worker does with a message: look for its first receipt, then keep one."""
    known = receipts.receipts if isinstance(receipts, Journal) else receipts
    digest = digest_of("t", name.encode())
    found = known.first(digest, at, duplicate=False)
    receipts.heard([Receipt(digest, at, found.at if found else at, repeat=found is not None)])


def _content(receipts: Receipts) -> list[list[tuple[str, int]]]:
    parts = (receipts.open, receipts.expected, receipts.acknowledged)
    return [[(found.digest, found.at) for found in part] for part in parts]
