"""`register import` and its neighbours, as they are typed in; and that a list read twice says
nothing new, in whatever order its rows stand.
"""

import tempfile
from pathlib import Path

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from console.audit.chain import Signed
from console.cli import register as register_commands
from console.database import open_database
from console.register.entries import CredentialEntry
from console.register.importing import Imported, Wish, import_file
from console.register.kinds import KINDS
from console.register.office import RegisterOffice
from console.settings import ConsoleSettings
from schemas.yaml_file import FileFaults
from tests.console.desks import CLEAR, ESTATE, enter, make_key, opened, outbox_of
from tests.console.samples import NINE

SITE = f"""
estates:
  - id: {ESTATE}
    name: {{zh: 湖畔, en: Lakeside}}
    places:
      - {{id: b3-u2, kind: unit, name: {{zh: 3号楼2单元, en: Unit}}}}
"""
HOMES = "房屋编号,单元,标准地址,用途\n3-2-1102,3号楼2单元,滨湖路8号,自住\n"
CARDS = "卡号,类别,房屋,持卡人\n0012ab,租户,滨湖路8号,林小满\n77,业主,,\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder of a stack that has run: a key and a site file."""
    folder = tmp_path / "data"
    make_key(folder)
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    return folder


def run(data: Path, *words: str) -> Result:
    app = typer.Typer()
    register_commands(app, lambda folder: folder / "site.yaml")
    environment = {"SC_DATA": str(data), "SC_SITE": None, "SC_DATABASE_URL": None}
    return CliRunner().invoke(app, [*words], env=environment, catch_exceptions=False)


def list_of(data: Path, text: str) -> str:
    file = data / "list.csv"
    file.write_bytes(text.encode("gb18030"))
    return str(file)


def notes(data: Path) -> int:
    engine = open_database(ConsoleSettings(data=data).url)
    found = len(outbox_of(engine))
    engine.dispose()
    return found


def test_a_list_is_first_said_then_done_and_the_same_again_is_nothing(data: Path) -> None:
    homes = ("register", "import", list_of(data, HOMES), "--kind", "dwellings")
    assert run(data, *homes).output.endswith("1 added; add --write to do it\n")
    assert notes(data) == 0
    assert run(data, *homes, "--write").output.endswith("1 added\n")
    assert run(data, *homes, "--write").output == "1 same\n"
    assert notes(data) == 1


def test_homes_come_before_what_belongs_to_them(data: Path) -> None:
    cards = ("register", "import", list_of(data, CARDS), "--kind", "credentials", "--write")
    refused = run(data, *cards)
    assert refused.exit_code == 2
    assert "list.csv:2: dwelling: '滨湖路8号' is no home of this estate" in refused.output
    assert notes(data) == 0
    run(data, "register", "import", list_of(data, HOMES), "--kind", "dwellings", "--write")
    list_of(data, CARDS)
    assert run(data, *cards).output.endswith("2 added\n")
    assert notes(data) == 3


def imported(data: Path) -> str:
    """One card in the register; its id."""
    text = "卡号,类别,持卡人\n0012ab,租户,林小满\n"
    run(data, "register", "import", list_of(data, text), "--kind", "credentials", "--write")
    return run(data, "register", "list", "credentials").output.split()[0]


def test_what_is_listed_and_printed_holds_nothing_in_clear(data: Path) -> None:
    name = imported(data)
    shown = run(data, "register", "show", "credentials", name).output
    listed = run(data, "register", "list", "credentials", "--all").output
    for output in (shown, listed, run(data, "audit", "list").output):
        assert name in output
        assert [value for value in CLEAR if value in output.upper()] == []
    assert "added by terminal" in shown


def test_a_card_is_found_by_its_number(data: Path) -> None:
    name = imported(data)
    asked = ("register", "list", "credentials", "--number")
    assert name in run(data, *asked, "0012AB", "--estate", ESTATE).output
    assert run(data, *asked, "0013", "--estate", ESTATE).output == ""
    assert "--estate is missing" in run(data, *asked, "0012AB").output


def test_a_look_in_clear_is_written_down(data: Path) -> None:
    name = imported(data)
    asked = ("register", "show", "credentials", name, "--reveal")
    assert "number: 0012AB" in run(data, *asked, "case 118: lost card", "--by", "lin").output
    assert "lin: reveal" in run(data, "audit", "list", "--last", "1").output
    assert "case 118: lost card" in run(data, "audit", "list", "--last", "1").output
    refused = run(data, *asked, ".")
    assert (refused.exit_code, "0012AB" in refused.output) == (2, False)


def test_an_entry_is_ended_and_a_list_leaves_it_so(data: Path) -> None:
    name = imported(data)
    ended = ("register", "end", "credentials", name, "--why", "lost")
    assert run(data, *ended).output == "ended\n"
    assert run(data, *ended).output == "it was ended already\n"
    again = ("register", "import", str(data / "list.csv"), "--kind", "credentials", "--write")
    assert run(data, *again).output == f"! {ESTATE} {name}\n1 left\n"
    assert run(data, *again, "--revive").output == f"^ {ESTATE} {name}\n1 revived\n"
    assert notes(data) == 3


def test_the_audit_log_is_verified_and_an_altered_one_ends_with_1(data: Path) -> None:
    imported(data)
    whole = run(data, "audit", "verify")
    assert whole.output.startswith("whole: 2 entries, the last is 2 ")
    noted = whole.output.split()[-1]
    assert run(data, "audit", "verify", "--head", noted).exit_code == 0
    assert run(data, "audit", "verify", "--head", "0" * 63 + "1").exit_code == 1
    engine = open_database(ConsoleSettings(data=data).url)
    with engine.begin() as tx:
        tx.exec_driver_sql("DROP TRIGGER audit_unchanged")
        tx.exec_driver_sql("UPDATE audit SET why = 'nothing' WHERE sequence = 1")
    engine.dispose()
    broken = run(data, "audit", "verify")
    assert (broken.exit_code, broken.output) == (
        1, "the audit log was tampered with: entry 1 was changed\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("register", "import", "nowhere.csv", "--kind", "permits"), "nowhere.csv: No such file"),
        (("register", "show", "permits", "nobody"), "there is no entry 'nobody'"),
        (("register", "end", "permits", "nobody", "--why", "x"), "there is no entry 'nobody'"),
        (("watch", "approve", "nobody", "--approver", "x", "--why", "x"), "no entry 'nobody'"),
        (("register", "list", "permits", "--data", "/nowhere"), "there is no such folder"),
        (("audit", "list"), "has nothing of it"),
    ],
)
def test_a_fault_is_one_line_that_says_how_to_mend_it(
    data: Path, words: tuple[str, ...], said: str
) -> None:
    found = run(data, *words)
    assert found.exit_code == 2
    assert said in found.output
    assert found.output.count("\n") == 1


def test_without_a_key_nothing_is_entered(data: Path) -> None:
    (data / "master.key").unlink()
    cards = list_of(data, "卡号,类别\n1,业主\n")
    found = run(data, "register", "import", cards, "--kind", "credentials", "--write")
    assert (found.exit_code, "start ingest once" in found.output) == (2, True)
    assert not (data / "master.key").exists()


def test_rows_that_contradict_each_other_are_faults(desk: RegisterOffice) -> None:
    wish = Wish("卡号,类别\n1,业主\n2,租户\n1,租户\n2,租户\n".encode(), "l.csv", ESTATE)
    with pytest.raises(FileFaults) as found:
        import_file(desk, KINDS["credentials"], wish, Signed("lin", "", NINE))
    assert list(map(str, found.value.faults)) == [
        "l.csv:4: row: says otherwise than row 2 of the same; keep one of them"
    ]


def test_a_place_is_known_once_the_site_file_has_it(data: Path) -> None:
    file = data / "site.yaml"
    with opened(ConsoleSettings(data=data, site=file)) as office:
        wish = Wish("房屋编号,单元,标准地址\n1,b4,路1号\n".encode(), "l.csv")
        signed = Signed("lin", "", NINE)
        with pytest.raises(FileFaults, match="'b4' is no place of this estate"):
            import_file(office, KINDS["dwellings"], wish, signed)
        more = "      - {id: b4, kind: building, name: {zh: 4号楼, en: Building 4}}\n"
        file.write_text(SITE + more, encoding="utf-8")
        assert import_file(office, KINDS["dwellings"], wish, signed).counts == {"added": 1}


def test_an_import_names_its_file_in_the_audit_log(data: Path) -> None:
    imported(data)
    told = run(data, "audit", "list", "--last", "1").output
    assert "credentials.import" in told


Cards = dict[str, str]
CARD_LISTS = st.dictionaries(
    st.text("0123456789ABCDEF", min_size=1, max_size=3),
    st.sampled_from(["resident", "tenant", "care"]),
    max_size=8,
)


def text_of(cards: Cards, order: list[str]) -> str:
    return "number,class\n" + "".join(f"{number},{cards[number]}\n" for number in order)


def take(office: RegisterOffice, text: str) -> Imported:
    wish = Wish(text.encode(), "l.csv", ESTATE, write=True)
    return import_file(office, KINDS["credentials"], wish, Signed("lin", "", NINE))


@settings(max_examples=25)
@given(before=CARD_LISTS, cards=CARD_LISTS, data=st.data())
def test_a_list_in_any_order_and_twice_changes_what_it_says_and_no_more(
    before: Cards, cards: Cards, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(sorted(cards)))
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(ConsoleSettings(data=Path(folder))) as office,
    ):
        enter(office, "credentials", *(
            CredentialEntry(estate=ESTATE, number=number, credential_class=word)
            for number, word in before.items()
        ))  # fmt: skip
        counts = take(office, text_of(cards, order)).counts
        assert counts["added"] == len(cards.keys() - before.keys())
        assert counts["same"] == len(cards.items() & before.items())
        written = len(outbox_of(office.engine))
        assert written == len(before) + counts["added"] + counts["changed"]
        again = take(office, text_of(cards, data.draw(st.permutations(order))))
        assert again.counts == ({"same": len(cards)} if cards else {})
        assert len(outbox_of(office.engine)) == written


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(["set", "end"])), max_size=12))
def test_the_notes_of_an_entry_tell_its_life_in_order(steps: list[tuple[str, str]]) -> None:
    kind = KINDS["credentials"]
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(ConsoleSettings(data=Path(folder))) as office,
    ):
        stands: dict[str, bool] = {}
        expected: list[tuple[str, str]] = []
        for at, (number, step) in enumerate(steps):
            entry = CredentialEntry(
                estate=ESTATE, number=number, credential_class="tenant", valid_from=NINE
            )
            (row,) = office.desk.rows(kind, [entry])
            signed = Signed("lin", "", NINE + at)
            if step == "set":
                office.desk.enter(kind, [row], signed, revive=True)
                expected += [] if stands.get(number) else [(row["id"], "set")]
                stands[number] = True
            elif number in stands:
                office.desk.end(kind, row["id"], signed)
                expected += [(row["id"], "ended")] if stands[number] else []
                stands[number] = False
        told = outbox_of(office.engine)
        assert [(n.key.split("/")[1], "ended" if "ended" in n.body else "set") for n in told] == (
            expected
        )
        assert len({note.id for note in told}) == len(told)
