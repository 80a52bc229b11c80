"""Ten seconds in two estates: what their devices send, and what is to come of it."""

from collections.abc import Iterator

from tests.e2e.wire import (
    MS,
    Sent,
    gate,
    gate_event,
    heartbeat,
    lines,
    plate,
    reader,
    station,
    terminal,
    tracked,
)

SITUATIONS = {
    ("duress", "south-gate-door"),
    ("repeated_denial", "b1-u1-door"),
    ("door_forced", "b1-u2-door"),
    ("door_held", "b1-u2-door"),
    ("barrier_tailing", "east-in"),
    ("loitering", "yard"),
    ("device_lost", "b1"),
    ("door_forced", "main-door"),
    ("door_held", "main-door"),
    ("door_forced", "side-door"),
}
"""Each rule and place that an alert is expected of."""
NOT_UNDERSTOOD = (
    Sent("devices/main-terminal/hikvision", b'{"eventType": "aNewThing", "eventState": "active"}'),
    Sent(
        "acme/gate/G-2201/events", b'{"gate": {"serial": "G-2201"}, "events": [{"kind": "song"}]}'
    ),
    Sent("esprfid/north-u1/send", b'{"type": "access", "time": 17'),
)


def story(begin: int) -> list[tuple[int, Sent]]:
    """The messages with their times (ms), in order; `begin` is the first."""
    told = [*_people(begin), *_vehicles(begin), *_yard(begin), *_silence(begin)]
    told += [(begin + MS, sent) for sent in NOT_UNDERSTOOD]
    return sorted(told, key=lambda item: item[0])


def _people(begin: int) -> Iterator[tuple[int, Sent]]:
    for number, (after, what) in enumerate(
        [(0, "card_passed"), (200, "unlocked"), (600, "opened"), (1500, "closed"), (1600, "duress")]
    ):
        at = begin + after
        yield at, terminal("south-terminal", what, at, 100 + number, card="0451998877")
    for number in range(5):
        at = begin + MS * number
        yield at, reader("north-u1", at, card=f"04a1b2c{number}", known=False)
    yield begin, reader("north-u1", begin, card="04ffee01", known=True)
    for number, (after, code) in enumerate([(1000, 200), (8000, 201)]):
        yield begin + after, lines("u2", begin + after, 7 + number, code=code, door=1)
    for number, (after, what) in enumerate([(1000, "opened"), (3000, "held"), (8000, "closed")]):
        yield begin + after, terminal("main-terminal", what, begin + after, 300 + number)
    yield begin + 2000, station("side-station", "BreakIn", begin + 2000)


def _vehicles(begin: int) -> Iterator[tuple[int, Sent]]:
    yield begin + 500, plate("east-plates", "沪A12345", begin + 500, 11)
    yield begin + 3600, plate("east-plates", "沪B67890", begin + 3600, 12)
    happenings = [
        (1000, "arm", "up"), (1500, "loop", "ON"), (2500, "loop", "OFF"), (4000, "loop", "ON"),
        (5000, "loop", "OFF"), (5500, "arm", "down"),
    ]  # fmt: skip
    for number, (after, kind, state) in enumerate(happenings):
        at = begin + after
        yield at, gate("G-2201", gate_event(kind, at, 40 + number, state=state))


def _yard(begin: int) -> Iterator[tuple[int, Sent]]:
    first = begin + 500
    yield first, tracked("yard", "new", (first, first), "walker")
    for after in range(1500, 7000, MS):
        yield begin + after, tracked("yard", "update", (first, begin + after), "walker")
    yield begin + 7500, tracked("yard", "end", (first, begin + 7500), "walker")


def _silence(begin: int) -> Iterator[tuple[int, Sent]]:
    for host in ("north-u3", "north-u3r"):
        for after in (0, MS):
            yield begin + after, heartbeat(host, begin + after)
