"""The console as other programs see it: its API, and its stream of alerts."""

import json
import threading
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from typing import Any

from tests.services.process import LOOPBACK

WAIT_S = 20
PAUSE_S = 0.2
FROM_THE_FIRST = "nobody:0"
"""The id of no alert: a console resumes from the oldest change it knows."""
# Straight to the loopback address, whatever proxy the machine is set to use.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Api:
    """Asks the console at a port of this machine."""

    def __init__(self, port: int) -> None:
        """Nothing is asked yet."""
        self.url = f"http://{LOOPBACK}:{port}"

    def get(self, path: str) -> Any:
        """The JSON at a path. Raises OSError when nobody answers 200."""
        with OPENER.open(self.url + path, timeout=WAIT_S) as answer:
            return json.load(answer)

    def alerts(self) -> list[dict[str, Any]]:
        """Every alert, the suppressed ones too."""
        found: list[dict[str, Any]] = self.get("/api/alerts?suppressed=any&limit=10000")
        return found

    def by_id(self) -> dict[str, dict[str, Any]]:
        """Every alert by its id. Raises ValueError when two have the same."""
        found = self.alerts()
        known = {alert["id"]: alert for alert in found}
        if len(known) != len(found):
            raise ValueError("the API lists an alert twice")
        return known


class Feed(threading.Thread):
    """Follows the stream, and comes back with the last id it had when the console went away.

    `heard` has what was told, in order, as (id, revision).
    """

    def __init__(self, api: Api) -> None:
        """Listens to the stream of that console, from its first change on."""
        super().__init__(daemon=True)
        self._url = f"{api.url}/api/alerts/stream?suppressed=any"
        self._ended = threading.Event()
        self._last = FROM_THE_FIRST
        self.heard: list[tuple[str, int]] = []

    def run(self) -> None:
        """Listen until `end`."""
        while not self._ended.is_set():
            try:
                self._listen()
            except (OSError, HTTPException):
                self._ended.wait(PAUSE_S)

    def end(self) -> None:
        """Listen no longer."""
        self._ended.set()

    def _listen(self) -> None:
        request = urllib.request.Request(self._url, headers={"Last-Event-ID": self._last})
        with OPENER.open(request, timeout=WAIT_S) as lines:
            for name, value in _fields(lines):
                if self._ended.is_set():
                    return
                if name == "id":
                    self._last = value
                elif name == "data":
                    alert = json.loads(value)
                    self.heard.append((alert["id"], alert["revision"]))


def _fields(lines: Any) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        yield name, value
