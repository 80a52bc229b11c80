"""The one table, the commands, and backups that age out."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from console.settings import ConsoleSettings
from console.words import Language
from deploy.cli import build_app
from deploy.retention.backup import BackupFault, make_backup, prune_backups
from deploy.retention.stores import DOCUMENTS, kept, rows, with_table
from ingest.settings import IngestSettings
from schemas.topics import ALL_TOPICS, STATE, VIEWS
from tests.console.samples import NINE
from tests.repo.tree import ROOT

DAY = 86_400_000


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "console.db")) as database:
        database.execute("CREATE TABLE t (text TEXT)")
        database.execute("INSERT INTO t VALUES ('kept')")
        database.commit()
    for name in ("master.key", "devices.json"):
        (folder / name).write_text("{}")
    return folder


def test_a_backup_has_the_databases_and_never_the_master_key(data: Path, tmp_path: Path) -> None:
    made = make_backup(data, tmp_path / "b", NINE, 14)
    assert made.files == ("console.db", "devices.json")
    assert not (made.folder / "master.key").exists()
    with closing(sqlite3.connect(made.folder / "console.db")) as database:
        assert database.execute("SELECT text FROM t").fetchall() == [("kept",)]
    assert {path.stat().st_mode & 0o777 for path in made.folder.iterdir()} == {0o600}
    assert "console.db" in (made.folder / "SHA256SUMS").read_text()


def test_a_backup_goes_after_its_days_and_what_is_not_ours_stays(
    data: Path, tmp_path: Path
) -> None:
    to = tmp_path / "b"
    first = make_backup(data, to, NINE, 14)
    (to / "smart-community-of-somebody").mkdir()
    assert prune_backups(to, NINE + 14 * DAY, 14) == ()
    second = make_backup(data, to, NINE + 14 * DAY + 1000, 14)
    assert second.gone == (first.folder.name,)
    assert sorted(path.name for path in to.iterdir()) == [
        second.folder.name, "smart-community-of-somebody",
    ]  # fmt: skip


def test_a_backup_that_fails_leaves_nothing_behind(data: Path, tmp_path: Path) -> None:
    (data / "console.db").write_bytes(b"no database at all, and long enough to be read as one")
    with pytest.raises(BackupFault, match="nothing was backed up"):
        make_backup(data, tmp_path / "b", NINE, 14)
    assert list((tmp_path / "b").iterdir()) == []
    with pytest.raises(BackupFault, match="holds nothing"):
        make_backup(tmp_path / "b", tmp_path / "c", NINE, 14)


def test_every_topic_with_people_in_it_stands_in_the_table() -> None:
    told = {cells[0] for cells in rows("en", kept(ConsoleSettings(), IngestSettings()))}
    assert {f"`{topic.name}`" for topic in ALL_TOPICS} - told == {
        f"`{VIEWS.name}`", f"`{STATE.name}`",
    }  # fmt: skip


def test_the_table_follows_the_settings() -> None:
    settings = ConsoleSettings(evidence_days=77, audit_days=400)
    told = str(rows("en", kept(settings, IngestSettings())))
    assert ("77 days after the case is closed" in told, "400 days" in told) == (True, True)


@pytest.mark.parametrize("lang", DOCUMENTS)
def test_the_documents_have_the_table_as_shipped(lang: str) -> None:
    """Mend with `python -m deploy.retention.stores`."""
    language: Language = "zh" if lang == "zh" else "en"
    text = (ROOT / "docs" / DOCUMENTS[language]).read_text(encoding="utf-8")
    assert text == with_table(text, language)


def test_the_commands_show_run_and_back_up(data: Path, tmp_path: Path) -> None:
    cli, app = CliRunner(), build_app()
    (data / "console.db").unlink()
    told = cli.invoke(app, ["retention", "show", "--lang", "en"])
    assert "community.events" in told.output
    assert cli.invoke(app, ["retention", "run", "--data", str(data)]).output == "nothing is over\n"
    made = cli.invoke(app, ["backup", "--to", str(tmp_path / "b"), "--data", str(data)])
    assert (made.exit_code, "console.db" in made.output) == (0, True)
    missing = cli.invoke(app, ["retention", "run", "--data", str(tmp_path / "none")])
    assert (missing.exit_code, "there is no such folder" in missing.output) == (2, True)
