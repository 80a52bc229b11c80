"""How long a device's message takes to stand in `GET /api/alerts`, through the embedded stack."""

import statistics
import time
from collections.abc import Iterator

import pytest

from tests.e2e.product import Stack
from tests.e2e.publisher import Publisher, wait_until
from tests.e2e.wire import MS, terminal

pytestmark = pytest.mark.e2e
READINGS = 15
WARM_UP = 3
DOORS = READINGS + WARM_UP
"""Of each test: a duress code lets in, so its doors are not forced soon after."""
ALLOWED_S = 1.0
LATENESS_S, WAIT_S = 2.0, 2.0
APART_S = 0.37
"""No divisor of a second: the gateway ticks on the full one, and readings come at any time."""
LOOK_S = 0.02


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("latency")
    (folder / "site.yaml").write_text(site(2 * DOORS), encoding="utf-8")
    options = ("--no-auth", "--site", str(folder / "site.yaml"))
    with Stack(folder / "data", "up", *options) as running:
        yield running


def site(doors: int) -> str:
    """A site of doors with one terminal each; rules and lateness as they are by default."""
    places = "\n".join(
        f"      - {{id: d{n}, kind: door, name: {{zh: 门{n}, en: Door {n}}}}}" for n in range(doors)
    )
    devices = "\n".join(
        f"      - {{id: t{n}, adapter: hikvision_isapi, place: d{n}, kind: reader}}"
        for n in range(doors)
    )
    return (
        "version: 1\nestates:\n  - id: court\n    name: {zh: 苑, en: Court}\n"
        f"    lateness_s: {LATENESS_S:g}\n    places:\n{places}\n    devices:\n{devices}\n"
    )


def median_s(stack: Stack, rule: str, what: str, first: int = 0) -> float:
    """The median time from publishing a reading until its alert stands in the API."""
    sent: dict[str, float] = {}
    stands: dict[str, float] = {}
    with Publisher(stack.mqtt_port) as devices:
        for number in range(first, first + DOORS):
            look_until(time.monotonic() + APART_S, stack, rule, stands)
            at = time.time_ns() // 1_000_000
            devices.send(terminal(f"t{number}", what, at, 1000 * MS + number))
            sent[f"d{number}"] = time.monotonic()
        wait_until(lambda: look(stack, rule, stands) >= len(sent), 30, f"every {rule}")
    took = sorted(stands[door] - at for door, at in list(sent.items())[WARM_UP:])
    print(f"{rule}: median {statistics.median(took):.3f} s, {took[0]:.3f} to {took[-1]:.3f} s")
    return statistics.median(took)


def look_until(deadline: float, stack: Stack, rule: str, stands: dict[str, float]) -> None:
    while time.monotonic() < deadline:
        look(stack, rule, stands)
        time.sleep(LOOK_S)


def look(stack: Stack, rule: str, stands: dict[str, float]) -> int:
    """Note when each place's alert was first there; answers how many there are."""
    for alert in stack.api.get(f"/api/alerts?rule={rule}"):
        stands.setdefault(alert["place"], time.monotonic())
    return len(stands)


def test_a_duress_code_stands_in_the_api_within_a_second(stack: Stack) -> None:
    assert median_s(stack, "duress", "duress") <= ALLOWED_S


def test_a_forced_door_stands_there_a_second_after_lateness_and_wait(stack: Stack) -> None:
    assert median_s(stack, "door_forced", "opened", DOORS) <= LATENESS_S + WAIT_S + ALLOWED_S
