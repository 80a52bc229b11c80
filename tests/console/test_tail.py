"""The feed in a terminal."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from typer.testing import CliRunner

from console import tail
from console.changes import Change
from console.cli import register
from console.stream import encode_change
from console.tail import Follower, Lines, Sent, TailFault, parse_events
from schemas.alerts import Alert, alert_line
from tests.console.samples import alert, words

RED = alert(
    "r", severity="red", reason=words("红·胁迫开门｜3号楼｜\n门已开。", "Red, duress: B 3.")
)


def test_events_are_read_and_comments_left_out() -> None:
    text = "retry: 2000\n\n: still here\n\nid: a:0\nevent: alert\ndata: {}\n\n"
    text += "id: b:1\ndata:1\ndata: 2\n\n"
    assert list(parse_events(text.split("\n"))) == [
        Sent("a:0", "alert", "{}"),
        Sent("b:1", "", "1\n2"),
    ]


def test_an_event_that_was_cut_off_is_none() -> None:
    assert list(parse_events(["id: a:0", "data: {}"])) == []


def test_each_alert_is_one_line_and_another_when_its_words_change() -> None:
    lines = Lines("zh")
    assert lines.of(RED) == "红·胁迫开门｜3号楼｜ 门已开。"
    assert lines.of(RED.model_copy(update={"revision": 1})) is None
    grown = RED.model_copy(update={"reason": words("红·胁迫开门｜3号楼｜门已关。", "x")})
    assert lines.of(grown) == "↻ 红·胁迫开门｜3号楼｜门已关。"
    assert Lines("en").of(RED) == "Red, duress: B 3."


def test_what_is_only_counted_is_no_line() -> None:
    counted = alert(delivery="statistic")
    assert Lines("zh").of(counted) is None
    assert Lines("zh", as_json=True).of(counted) == counted.model_dump_json()


def test_json_lines_are_whole_alerts_each_revision_once() -> None:
    lines = Lines("zh", as_json=True)
    assert Alert.model_validate_json(lines.of(RED) or "") == RED
    assert lines.of(RED) is None
    assert lines.of(RED.model_copy(update={"revision": 1})) is not None


class Console:
    """A console's answers, as a test wants them: each stream is cut after its alerts."""

    def __init__(self, *streams: list[Alert] | int, kept: tuple[Alert, ...] = ()) -> None:
        self.streams: Iterator[list[Alert] | int] = iter(streams)
        self.kept = kept
        self.resumed_from: list[str | None] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/api/alerts":
            newest = [alert_line(one).model_dump(mode="json") for one in reversed(self.kept)]
            return self._page(newest, request.url.params)
        if path != "/api/alerts/stream":
            (found,) = [one for one in self.kept if path.endswith(f"/{one.id}")]
            return httpx.Response(200, text=found.model_dump_json())
        self.resumed_from.append(request.headers.get("last-event-id"))
        return self._stream()

    @staticmethod
    def _page(newest: list[Any], asked: httpx.QueryParams) -> httpx.Response:
        begin, limit = int(asked.get("after", "0")), int(asked["limit"])
        end = begin + limit
        link = {"Link": f'</api/alerts?limit={limit}&after={end}>; rel="next"'}
        return httpx.Response(200, json=newest[begin:end], headers=link if newest[end:] else {})

    def _stream(self) -> httpx.Response:
        alerts = next(self.streams)
        if isinstance(alerts, int):
            if alerts:
                return httpx.Response(alerts)
            raise httpx.ConnectError("refused")
        return httpx.Response(200, content=b"".join(encode_change(Change(0, a)) for a in alerts))


@pytest.fixture
def follow(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Iterator[str], list[str]]]:
    monkeypatch.setattr(tail, "RETRY_S", 0)

    def start(console: Console, last: int = 10) -> tuple[Iterator[str], list[str]]:
        told: list[str] = []
        client = httpx.Client(transport=httpx.MockTransport(console), base_url="http://console")
        return Follower(client, Lines("en"), last, told.append).follow(), told

    return start


def say(text: str, name: str) -> Alert:
    return alert(name, reason=words(text, text))


Follow = Callable[..., tuple[Iterator[str], list[str]]]


def test_begins_with_the_last_alerts_oldest_first_and_goes_on(follow: Follow) -> None:
    console = Console([say("three", "c")], kept=(say("one", "a"), say("two", "b")))
    lines, _ = follow(console)
    assert list(islice(lines, 3)) == ["one", "two", "three"]


def test_what_stands_in_list_and_stream_is_one_line(follow: Follow) -> None:
    one = say("one", "a")
    lines, _ = follow(Console([one, say("two", "b")], kept=(one,)))
    assert list(islice(lines, 2)) == ["one", "two"]


def test_a_broken_line_goes_on_where_it_was_and_trouble_is_told_once(follow: Follow) -> None:
    console = Console([say("one", "a")], 0, 0, [say("two", "b")])
    lines, told = follow(console, last=0)
    assert list(islice(lines, 2)) == ["one", "two"]
    assert console.resumed_from == [None, "a:0", "a:0", "a:0"]
    assert len(told) == 1
    assert "does not answer (refused); trying again" in told[0]


@pytest.mark.parametrize(
    ("status", "said"),
    [(401, "give --token or set SC_TOKEN"), (404, "answers 404: is that a console?")],
)
def test_a_refusal_is_said_in_one_line(follow: Follow, status: int, said: str) -> None:
    lines, _ = follow(Console(status))
    with pytest.raises(TailFault, match=said):
        next(lines)


def test_when_too_much_is_asked_it_waits_and_goes_on(follow: Follow) -> None:
    console = Console([say("one", "a")], 429, [say("two", "b")])
    lines, told = follow(console, last=0)
    assert list(islice(lines, 2)) == ["one", "two"]
    assert "too many requests" in told[0]


def test_the_last_alerts_may_be_more_than_one_page(
    follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "PAGE", 2)
    kept = tuple(say(str(n), f"a{n}") for n in range(7))
    lines, _ = follow(Console([say("next", "b")], kept=kept), last=5)
    assert list(islice(lines, 6)) == ["2", "3", "4", "5", "6", "next"]


@pytest.fixture
def program() -> typer.Typer:
    app = typer.Typer()
    register(app)
    return app


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["console", "--port", "0"], "settings: port: "),
        (["console", "--data", "/proc/none"], "data folder /proc/none: "),
        (["console", "--host", "192.0.2.1", "--port", "1234"], "cannot listen on 192.0.2.1:1234"),
    ],
)
def test_a_console_that_cannot_run_says_why_in_one_line(
    program: typer.Typer,
    arguments: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = CliRunner().invoke(program, arguments)
    assert ended.exit_code == 2
    assert ended.stderr.startswith(said)
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [["console"], ["alerts", "tail"], ["alerts", "quality"]])
def test_every_command_explains_itself_with_an_example(
    program: typer.Typer, command: list[str]
) -> None:
    shown = CliRunner().invoke(program, [*command, "--help"])
    assert shown.exit_code == 0
    assert "Example: smart-community" in shown.stdout
