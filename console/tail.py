"""Follows a console's stream of alerts and turns it into lines."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import httpx

from console.words import Language, pick
from schemas.alerts import Alert

# The stream says something each 10 s.
TIMEOUT = httpx.Timeout(10, read=30)
RETRY_S = 2.0
PAGE = 500
TOKEN_HELP = (
    "the console asks who you are: give --token or set SC_TOKEN; "
    "it stands in console.token in the console's data folder"
)


class TailFault(RuntimeError):
    """The console will not let us follow; one line says why and how to mend it."""


class Lines:
    """Turns alerts into lines: each alert once, and again when its words change.

    What is only counted is no line; as JSON it is.
    """

    def __init__(self, language: Language, *, as_json: bool = False) -> None:
        """Lines in a language, or whole alerts as JSON, each revision."""
        self._language: Language = language
        self._as_json = as_json
        self._told: dict[str, str] = {}

    def of(self, alert: Alert) -> str | None:
        """The line of an alert; None if it stands there already."""
        if alert.delivery == "statistic" and not self._as_json:
            return None
        plain = alert.model_dump_json() if self._as_json else pick(alert.reason, self._language)
        line = " ".join(plain.split())
        before = self._told.get(alert.id)
        self._told[alert.id] = line
        if line == before:
            return None
        return line if before is None or self._as_json else f"↻ {line}"


@dataclass(frozen=True, slots=True)
class Sent:
    """One server-sent event."""

    id: str
    name: str
    data: str


def parse_events(lines: Iterable[str]) -> Iterator[Sent]:
    """The events of a stream's lines; comments and retry times are left out."""
    fields: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if name:
            fields.setdefault(name, []).append(value.removeprefix(" "))
        elif not line and fields:
            if "data" in fields:
                first = {name: values[0] for name, values in fields.items()}
                yield Sent(first.get("id", ""), first.get("event", ""), "\n".join(fields["data"]))
            fields = {}


def open_client(url: str, token: str | None) -> httpx.Client:
    """A client of the console at `url`, never by way of a proxy."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT, trust_env=False)


class Follower:
    """Follows for ever: begins with the last alerts, goes on where it was after a broken line."""

    def __init__(
        self, client: httpx.Client, lines: Lines, last: int, on_trouble: Callable[[str], None]
    ) -> None:
        """`on_trouble` is told once each time the console stops answering."""
        self._client = client
        self._lines = lines
        self._last = last
        self._on_trouble = on_trouble
        self._seen = ""
        self._in_trouble = False

    def follow(self) -> Iterator[str]:
        """The lines, for ever. Raises TailFault if the console refuses us."""
        while True:
            try:
                for alert in self._alerts():
                    if (line := self._lines.of(alert)) is not None:
                        yield line
            except httpx.TransportError as error:
                self._tell(error)
            time.sleep(RETRY_S)

    def _tell(self, error: Exception) -> None:
        if not self._in_trouble:
            where = self._client.base_url
            self._on_trouble(f"the console at {where} does not answer ({error}); trying again")
        self._in_trouble = True

    def _alerts(self) -> Iterator[Alert]:
        resume = {"Last-Event-ID": self._seen} if self._seen else {}
        with self._client.stream("GET", "/api/alerts/stream", headers=resume) as answer:
            self._check(answer)
            # Asked for only now, so that nothing falls between the list and the stream.
            if not self._seen:
                yield from self._listed()
            for sent in parse_events(answer.iter_lines()):
                self._seen = sent.id
                yield Alert.model_validate_json(sent.data)

    def _listed(self) -> Iterator[Alert]:
        for name in reversed(list(islice(self._newest(), self._last))):
            whole = self._client.get(f"/api/alerts/{name}")
            yield Alert.model_validate_json(whole.raise_for_status().content)

    def _newest(self) -> Iterator[str]:
        """The ids of all alerts, newest first, page by page as far as they are wanted."""
        path: str | None = f"/api/alerts?limit={min(max(1, self._last), PAGE)}"
        while path is not None:
            listed = self._client.get(path)
            self._check(listed)
            yield from (line["id"] for line in listed.json())
            path = listed.links.get("next", {}).get("url")

    def _check(self, answer: httpx.Response) -> None:
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise httpx.TransportError("too many requests, or streams that are open")
        self._in_trouble = False
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise TailFault(TOKEN_HELP)
        if answer.is_error:
            raise TailFault(f"{answer.url} answers {answer.status_code}: is that a console?")
