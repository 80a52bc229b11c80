"""`smart-community accounts`, on the database itself."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from console.accounts.cli import accounts_app
from console.database import open_database
from console.settings import ConsoleSettings
from tests.console.housing import PASSWORD


@pytest.fixture
def data(tmp_path: Path) -> Path:
    open_database(ConsoleSettings(data=tmp_path).url).dispose()
    return tmp_path


def run(data: Path, *words: str, typed: str = "") -> Result:
    app = typer.Typer()
    app.add_typer(accounts_app(), name="accounts")
    return CliRunner().invoke(app, ["accounts", *words, "--data", str(data)], input=typed)


def test_an_account_is_made_listed_and_given_another_password(data: Path) -> None:
    twice = f"{PASSWORD}\n{PASSWORD}\n"
    words = ("add", "wang", "--role", "police", "--area", "office-1", "--name", "王警官")
    made = run(data, *words, typed=twice)
    assert made.exit_code == 0, made.output
    assert "wang: police, office-1" in made.output
    assert PASSWORD not in made.output
    listed = run(data, "list").output.splitlines()
    assert listed == [
        "admin  admin  police  *  admin  no password", "wang  王警官  police  office-1",
    ]  # fmt: skip
    assert run(data, "password", "wang", typed=twice).exit_code == 0
    assert run(data, "unlock", "wang").exit_code == 0


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (("add", "Wang", "--role", "police", "--area", "x"), PASSWORD, "login"),
        (("add", "wang", "--role", "police"), PASSWORD, "areas: name at least one"),
        (("add", "wang", "--role", "police", "--area", "x"), "password123", "easily guessed"),
        (("password", "ghost"), PASSWORD, "there is no entry 'ghost'"),
        (("unlock", "ghost"), "", "there is no entry 'ghost'"),
    ],
)
def test_a_fault_is_one_line(data: Path, words: tuple[str, ...], typed: str, said: str) -> None:
    ended = run(data, *words, typed=f"{typed}\n{typed}\n")
    assert ended.exit_code == 2
    assert said in ended.output
