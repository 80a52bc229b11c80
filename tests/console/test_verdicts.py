"""`alerts quality`: the console's figures on how often alerts were right, as a table."""

import httpx
import pytest
import typer
from typer.testing import CliRunner

from console import tail
from console.cli import register
from console.lifecycle.quality import Verdicts
from console.rest.answers import StatisticsAnswer, VerdictsAnswer
from console.tail import TailFault
from console.verdicts import fetch, lines


def row(name: str, true: int = 0, false: int = 0, unsure: int = 0) -> VerdictsAnswer:
    one = Verdicts(name, true=true, false=false, cannot_be_verified=unsure)
    return VerdictsAnswer(
        name=name, true=true, false=false, cannot_be_verified=unsure, false_share=one.false_share,
        false_share_at_least=one.false_share_at_least,
    )  # fmt: skip


FOUND = StatisticsAnswer(
    since=0,
    by_rule=[row("door_forced", true=2, false=38, unsure=1), row("crowd", unsure=3)],
    by_device=[row("north-panel", true=2, false=2)],
    by_rule_and_device=[],
)


def console(answer: httpx.Response | Exception) -> httpx.Client:
    def answered(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/api/statistics/verdicts"
        assert request.url.params["days"] == "90"
        if isinstance(answer, Exception):
            raise answer
        return answer

    return httpx.Client(transport=httpx.MockTransport(answered), base_url="http://console")


def test_what_is_surely_more_often_wrong_than_right_is_marked() -> None:
    told = list(lines(FOUND, "en"))
    assert told[:4] == [
        "by situation  true  false  unsure  share  at least",
        "! door_forced     2    38     1    95%    83%",
        "  crowd           0     0     3      -      -",
        "by device  true  false  unsure  share  at least",
    ]
    assert told[4].startswith("  north-panel")
    assert told[5] == "by situation and device  no verdicts"
    assert "no setting changes by itself" in told[-1]
    assert "不会自动改动" in list(lines(FOUND, "zh"))[-1]


def test_it_is_asked_of_the_console() -> None:
    answer = httpx.Response(200, text=FOUND.model_dump_json())
    assert fetch(console(answer), 90) == FOUND


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(401), "give --token or set SC_TOKEN"),
        (httpx.Response(403), "verdicts are for supervisors"),
        (httpx.Response(404), "answers 404: is that a console?"),
        (httpx.ConnectError("refused"), r"does not answer \(refused\); is it up\?"),
    ],
)
def test_a_refusal_is_one_line(answer: httpx.Response | Exception, said: str) -> None:
    with pytest.raises(TailFault, match=said):
        fetch(console(answer), 90)


@pytest.mark.parametrize("as_json", [True, False])
def test_the_command(as_json: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    app = typer.Typer()
    register(app)
    text = FOUND.model_dump_json()
    monkeypatch.setattr(tail, "open_client", lambda *_: console(httpx.Response(200, text=text)))
    words = ["alerts", "quality", "--days", "90", *(["--json"] if as_json else [])]
    shown = CliRunner().invoke(app, words)
    assert shown.exit_code == 0, shown.stderr
    assert (shown.stdout.strip() == text) is as_json
    assert as_json or "按情形  属实" in shown.stdout


def test_a_fault_ends_with_two(monkeypatch: pytest.MonkeyPatch) -> None:
    app = typer.Typer()
    register(app)
    monkeypatch.setattr(tail, "open_client", lambda *_: console(httpx.Response(401)))
    ended = CliRunner().invoke(app, ["alerts", "quality", "--days", "90"])
    assert (ended.exit_code, ended.stderr.count("\n")) == (2, 1)
