"""Requests: the states they go through, until when they are answered, and the commands."""

from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import orjson
import pytest
import typer
from pydantic import ValidationError
from typer.testing import CliRunner

from console.cli import register as console_commands
from console.privacy.asking import LEADS_TO, NotPossible, Request, State, Step, after, due_at
from console.register.office import RegisterOffice
from schemas.base import format_instant, parse_instant
from tests.console.desks import CARD, ESTATE, HOME, enter

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize("state", get_args(State))
@pytest.mark.parametrize("step", get_args(Step))
def test_every_step_leads_somewhere_or_is_refused(state: State, step: Step) -> None:
    if (state, step) in LEADS_TO:
        assert after(state, step) == LEADS_TO[state, step]
        return
    with pytest.raises(NotPossible, match=f"it is {state}; what can be done now"):
        after(state, step)


def test_what_is_answered_stays_so() -> None:
    assert {was for was, _ in LEADS_TO} == {"filed", "taken"}


@pytest.mark.parametrize(
    ("filed", "days", "due"),
    [
        ("2026-03-02T09:00:00+08:00", 1, "2026-03-03T16:00:00.000Z"),
        ("2026-03-06T23:59:00+08:00", 1, "2026-03-09T16:00:00.000Z"),
        ("2026-03-07T09:00:00+08:00", 1, "2026-03-09T16:00:00.000Z"),
        ("2026-03-01T09:00:00+08:00", 15, "2026-03-20T16:00:00.000Z"),
        ("2026-03-01T23:00:00+00:00", 5, "2026-03-09T16:00:00.000Z"),
    ],
)
def test_an_answer_is_due_at_the_end_of_a_working_day(filed: str, days: int, due: str) -> None:
    assert format_instant(due_at(parse_instant(filed), days, SHANGHAI)) == due


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"kind": "withdrawal"}, "consent"),
        ({"kind": "copy", "consent": "care"}, "consent"),
        ({"kind": "correction", "text": " "}, "text"),
        ({"kind": "oblivion"}, "kind"),
    ],
)
def test_a_request_says_what_it_needs(given: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        Request(estate=ESTATE, **given)


def test_the_commands_take_a_request_from_word_to_copy(desk: RegisterOffice) -> None:
    enter(desk, "dwellings", HOME)
    enter(desk, "credentials", CARD)
    app, cli = typer.Typer(), CliRunner()
    console_commands(app)

    def run(*words: str, status: int = 0) -> str:
        done = cli.invoke(app, ["rights", *words, "--data", str(desk.settings.data)])
        assert done.exit_code == status, done.output
        return done.output

    filed = run("file", "--kind", "copy", "--estate", ESTATE, "--number", "0012ab")
    name = filed.split()[0]
    assert "filed  copy" in filed
    assert name in run("list")
    assert "filed" in run("grant", name, "--answer", "x", status=2)
    run("take", name, "--identity", "documents")
    shown = run("show", name)
    assert "number: 0012ab" in shown
    entry = next(word for word in shown.split() if word.startswith("credentials/"))
    run("copy", name, status=2)
    run("grant", name, "--entry", entry, "--answer", "here it is")
    assert orjson.loads(run("copy", name))["register"][0]["holder"] == "林小满"
    run("refuse", name, "--reason", "not_held", "--answer", "no", status=2)
    assert name not in run("list")
    assert name in run("list", "--all")
    assert "no entry" in run("show", "nobody", status=2)
    assert Path(desk.settings.data).exists()
