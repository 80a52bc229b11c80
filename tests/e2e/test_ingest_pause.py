"""The gateway away for a while, and a device whose clock is wrong: no alert is another one for it.

Two products hear the same devices at the same time. One has a quiet day; in the other the gateway
is killed and comes back a quarter of a minute later, and one terminal's clock is four minutes
ahead. Both must say the same, although among what waited for the gateway some has no time at all.
"""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from schemas.base import parse_instant
from tests.e2e import doors
from tests.e2e.api import Api
from tests.e2e.doors import Residents
from tests.e2e.product import Product, install_topics, settings_of
from tests.e2e.publisher import Publisher, wait_until
from tests.e2e.wire import Sent, by_another_clock, gate, terminal
from tests.services import mosquitto as mosquitto_service
from tests.services.fixtures import running
from tests.services.kafka import Kafka

pytestmark = [pytest.mark.services, pytest.mark.e2e]
PARTS = ("ingest", "process", "console")
WRONG, AHEAD_MS = "east-t0", 240_000
MEASURED_BY = 25
"""Readings until a clock is measured, and some more."""
BEFORE_S, AWAY_S, AFTER_S, A_SECOND = 5.0, 15.0, 8.0, 30
CLOCK_MS = 1_500
"""How well a clock is known that shows whole seconds: half of one, and the way."""
LATENESS_S = 10.0
"""Longer than a busy machine ever keeps a reading waiting: what comes too late is judged otherwise,
and that is not what this is about."""
CATCH_UP_S = 60.0
Alerts = list[dict[str, Any]]


class Home:
    """One product of its own, and its devices."""

    def __init__(self, product: Product, devices: Publisher, ahead_ms: int) -> None:
        """`ahead_ms` is the error of the one clock."""
        self.product, self.devices, self.ahead_ms = product, devices, ahead_ms

    def send(self, message: Sent, mark: object = None) -> None:
        wrong = message.topic == f"devices/{WRONG}/hikvision"
        self.devices.send(by_another_clock(message, self.ahead_ms) if wrong else message, mark)


@contextmanager
def home(kafka: Kafka, folder: Path, ahead_ms: int) -> Iterator[Home]:
    with ExitStack() as stack:
        own = stack.enter_context(kafka.another(folder / "kafka"))
        mqtt = stack.enter_context(running(mosquitto_service.start, folder / "mqtt"))
        install_topics(own.bootstrap)
        told = settings_of(folder.parent / "site.yaml", mqtt.port, own.bootstrap)
        # The same key, so that both call a card by the same pseudonym.
        told["KEY_FILE"] = str(folder.parent / "master.key")
        product = stack.enter_context(Product(folder / "parts", told, PARTS))
        devices = stack.enter_context(Publisher(mqtt.port))
        yield Home(product, devices, ahead_ms)


@pytest.fixture
def homes(kafka: Kafka, tmp_path: Path) -> Iterator[tuple[Home, Home]]:
    """The quiet one and the troubled one."""
    (tmp_path / "site.yaml").write_text(site(), encoding="utf-8")
    with (
        home(kafka, tmp_path / "quiet", 0) as quiet,
        home(kafka, tmp_path / "troubled", AHEAD_MS) as troubled,
    ):
        yield quiet, troubled


def site() -> str:
    """Doors, of which one has two readers, one of them with that clock; and a gate with none."""
    one_door = doors.site(lateness_s=LATENESS_S).replace("place: east-d1,", "place: east-d0,")
    gate_device = "{id: east-gate, adapter: generic_gate_json, ids: [G-7], place: east-d0}"
    return one_door.replace("    devices:\n", f"    devices:\n      - {gate_device}\n", 1)


def test_a_pause_and_a_wrong_clock_change_no_alert(homes: tuple[Home, Home]) -> None:
    quiet, troubled = homes
    measure_the_clock(homes)
    flow = threading.Thread(target=live, args=(homes, BEFORE_S + AWAY_S + AFTER_S))
    flow.start()
    time.sleep(BEFORE_S)
    troubled.product.parts["ingest"].kill()
    time.sleep(AWAY_S / 2)
    tell(homes, terminal(WRONG, "duress", now(), 9_000))
    time.sleep(AWAY_S / 2)
    troubled.product.parts["ingest"].start()
    flow.join()
    for each in homes:
        each.devices.settle()
    time.sleep(doors.SETTLED_S + LATENESS_S)
    with suppress(AssertionError):  # What differs then is told by the comparison itself.
        wait_until(lambda: names(quiet.product.api) == names(troubled.product.api), CATCH_UP_S)
    compare(alerts(quiet.product.api), alerts(troubled.product.api))


def measure_the_clock(homes: Iterable[Home]) -> None:
    for number in range(MEASURED_BY):
        tell(homes, terminal(WRONG, "card_passed", now(), 8_000 + number, "0400000001"))
        time.sleep(0.2)


def live(homes: Iterable[Home], for_s: float) -> None:
    """The same life at all doors of both, of the moment in which it happens."""
    begin = time.monotonic()
    for number, (mark, message) in enumerate(Residents(seed=7).come(round(for_s * A_SECOND))):
        tell(homes, message, mark)
        if number % A_SECOND == 0:
            tell(homes, without_a_clock(number))
        time.sleep(max(0.0, begin + number / A_SECOND - time.monotonic()))


def tell(homes: Iterable[Home], message: Sent, mark: object = None) -> None:
    for each in homes:
        each.send(message, mark)


def now() -> int:
    return time.time_ns() // 1_000_000


def without_a_clock(number: int) -> Sent:
    """What a gate says that has no clock: in a backlog it seems to happen when it is heard."""
    return gate("G-7", {"kind": "loop", "state": "ON", "number": number, "lane": 1})


def alerts(api: Api) -> Alerts:
    """All but those that tell of the trouble itself: that a clock is wrong, that old news came."""
    told = [alert for alert in api.alerts() if alert["rule"] not in ("clock_skew", "backlog")]
    return sorted(told, key=lambda alert: (*named(alert), alert["opened_at"]))


def names(api: Api) -> list[tuple[str, ...]]:
    return [named(alert) for alert in alerts(api)]


def named(alert: dict[str, Any]) -> tuple[str, ...]:
    """What it is about; the key of a duress alert also holds the id of its one reading, which the
    wrong clock is part of.
    """
    key = alert["place"] if alert["rule"] == "duress" else alert["key"]
    return alert["rule"], key, alert["place"]


def compare(quiet: Alerts, troubled: Alerts) -> None:
    """The same situations; to the millisecond where no reading of that clock has a part in it."""
    assert list(map(named, troubled)) == list(map(named, quiet))
    same = [a["evidence"] == b["evidence"] for a, b in zip(quiet, troubled, strict=True)]
    assert same.count(True) > 20
    assert same.count(False) > 0
    for of_all, one, other in zip(same, quiet, troubled, strict=True):
        apart = abs(instant(one) - instant(other))
        assert apart == 0 if of_all else apart <= CLOCK_MS, (one, other)


def instant(alert: dict[str, Any]) -> int:
    return parse_instant(alert["opened_at"])
