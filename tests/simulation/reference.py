"""The ten situations judged a second time, from the facts alone and by other means.

Written after the catalogue of situations with its default numbers, as plainly as can be: whole
lists, true times, no stream. It holds the simulator's own list of truths to account both ways.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from deploy.simulation.estate import Estate
from deploy.simulation.facts import Fact

Found = set[tuple[str, str]]
"""(rule, place) with how often it was found lost: callers compare lists where that counts."""
SECOND = 1000
ALLOWED = ("access.granted", "exit.requested", "door.unlocked")
CROSSED = ("person.passed", "line.crossed")


def by_place(facts: Iterable[Fact], *words: str) -> dict[str, list[Fact]]:
    found: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.type in words:
            found[fact.place].append(fact)
    return found


def forced(facts: list[Fact]) -> Iterator[tuple[str, int]]:
    """Openings with nothing that allows them from 8 s before to 2 s after."""
    for place, seen in by_place(facts, "door.opened", *ALLOWED).items():
        allowed = [fact.at for fact in seen if fact.type != "door.opened"]
        for fact in seen:
            near = any(fact.at - 8 * SECOND <= at <= fact.at + 2 * SECOND for at in allowed)
            if fact.type == "door.opened" and not near:
                yield place, fact.at


def held(facts: list[Fact]) -> Iterator[tuple[str, int]]:
    """Leaves open for more than 30 s beyond the five of the release."""
    for place, seen in by_place(facts, "door.opened", "door.closed").items():
        opened = 0
        for fact in seen:
            if fact.type == "door.opened":
                opened = fact.at
            elif fact.at - opened > 36 * SECOND:
                yield place, opened


def tailgating(facts: list[Fact], estate: Estate) -> Iterator[tuple[str, int]]:
    """More crossings than grants from one grant to the next; ways out are no crossings in."""
    doors = {estate.doors[place].counter: place for place in estate.counted_doors}
    moments = [f for f in facts if f.type in ("access.granted", "exit.requested", *CROSSED)]
    since: dict[str, int] = {}
    for fact in moments:
        place = doors.get(fact.device, fact.place)
        if fact.type not in CROSSED:
            since[place] = 0
            continue
        since[place] += fact.direction != "out"
        if since[place] == 2:
            yield place, fact.at


def denials(facts: list[Fact]) -> Iterator[tuple[str, int]]:
    """The fifth refusal at one door within a minute."""
    for place, seen in by_place(facts, "access.denied").items():
        times = [fact.at for fact in seen]
        last = 0
        for first, fifth in zip(times, times[4:], strict=False):
            if fifth - first <= 60 * SECOND and first > last:
                yield place, fifth
                last = fifth


def barrier_tailing(facts: list[Fact], estate: Estate) -> Iterator[tuple[str, int]]:
    """More vehicles over the loop than plates read, on one lifting of the arm."""
    words = ("plate.read", "loop.occupied", "barrier.closed")
    for place, seen in by_place(facts, *words).items():
        read = passed = 0
        for fact in seen:
            if fact.type == "barrier.closed":
                read = passed = 0
            elif fact.type == "plate.read":
                read += 1
            else:
                passed += 1
                if passed == read + 1:
                    yield str(estate.config.place_by_id[place].parent), fact.at


def loitering(facts: list[Fact]) -> Iterator[tuple[str, int]]:
    """Tracks of five minutes and more, and the verdicts of cameras that judge for themselves."""
    begun: dict[str, int] = {}
    for fact in facts:
        if fact.type == "loitering.started":
            yield fact.place, fact.at
        if fact.type == "object.seen":
            begun.setdefault(fact.fields["track"], fact.at)
        elif fact.type == "object.left":
            first = begun[fact.fields["track"]]
            if fact.at - first >= 300 * SECOND:
                yield fact.place, first + 300 * SECOND


def overstay(facts: list[Fact]) -> Iterator[tuple[str, int]]:
    """Vehicles with a bounded permit inside for longer than it and a quarter of an hour."""
    bounds = {
        fact.subject: fact.fields["stay_max_s"]
        for fact in facts
        if fact.type == "register.changed" and "stay_max_s" in fact.fields
    }
    entered: dict[str | None, Fact] = {}
    for fact in facts:
        if fact.type == "vehicle.entered":
            entered[fact.subject] = fact
        elif fact.type == "vehicle.exited" and fact.subject in bounds and fact.subject in entered:
            came = entered[fact.subject]
            due = came.at + (bounds[fact.subject] + 900) * SECOND
            if fact.at > due:
                yield came.place, due


def watchlist(facts: list[Fact]) -> Iterator[tuple[str, int]]:
    """Readings of plates that are looked for, sure enough."""
    sought = {fact.subject for fact in facts if fact.type == "watch.changed"}
    for fact in facts:
        sure = fact.type == "plate.read" and (fact.confidence or 0) >= 0.9
        if sure and fact.subject in sought:
            yield fact.place, fact.at


def duress(facts: list[Fact]) -> Iterator[tuple[str, int]]:
    """Duress codes."""
    return ((fact.place, fact.at) for fact in facts if fact.type == "access.duress")


def lost(facts: list[Fact], estate: Estate) -> Iterator[tuple[str, int]]:
    """Devices unheard for three heartbeats, unless what they hang on is lost at that time."""
    heard: dict[str, list[int]] = defaultdict(list)
    for fact in facts:
        heard[fact.device].append(fact.at)
    gaps = {
        device.id: [
            (before, after)
            for before, after in zip(heard[device.id], heard[device.id][1:], strict=False)
            if after - before > 3 * device.heartbeat_s * SECOND
        ]
        for device in estate.site.devices
        if device.heartbeat_s
    }
    for name, spans in gaps.items():
        device = estate.devices[name]
        above = gaps.get(device.parent or "", [])
        for before, after in spans:
            if not any(start < after and before < end for start, end in above):
                yield device.place, before + 3 * (device.heartbeat_s or 0) * SECOND


def judge(facts: list[Fact], estate: Estate) -> dict[str, list[tuple[str, int]]]:
    """All situations of a day: (place, when) by rule."""
    return {
        "door_forced": list(forced(facts)),
        "door_held": list(held(facts)),
        "tailgating": list(tailgating(facts, estate)),
        "repeated_denial": list(denials(facts)),
        "duress": list(duress(facts)),
        "watchlist_hit": list(watchlist(facts)),
        "barrier_tailing": list(barrier_tailing(facts, estate)),
        "overstay": list(overstay(facts)),
        "loitering": list(loitering(facts)),
        "device_lost": list(lost(facts, estate)),
    }
