"""From an act to a message: who is told, how often, and what is kept as proof."""

import threading
from datetime import datetime
from typing import Any

import orjson
import pytest

from console.notify.roster import Away, Extra, Hours, Shift
from console.notify.wire import signature
from schemas.alerts import Alert
from tests.console.lifecycle.samples import BOSS, LI, WANG
from tests.console.notify.conftest import OpenScene
from tests.console.notify.receivers import Receiver
from tests.console.notify.scene import SECRET, SIGNED, Scene, channels_text
from tests.console.samples import ESTATE, MINUTE, alert, words

HOSTILE = "<script>alert(1)</script> 苏E·0F96D 林小满 3号楼2单元1102 http://evil.example/p.jpg"


async def test_whoever_is_on_duty_is_told(scene: Scene, receiver: Receiver) -> None:
    scene.officer()
    scene.push()
    await scene.turn()
    (request,) = receiver.requests
    assert orjson.loads(request.body) == {
        "number": "a1", "level": "orange", "kind": "门被强开", "estate": "湖畔苑",
        "link": "https://office.example/m/cases/a1",
    }  # fmt: skip
    timestamp = request.headers["x-smart-community-timestamp"]
    given = request.headers["x-smart-community-signature"]
    assert given == signature(SECRET, timestamp, request.body)
    assert request.headers["x-smart-community-id"] == scene.rows()[0].id == receiver.ids[0]
    (attempt,) = scene.attempts()
    assert (attempt.outcome, attempt.code, attempt.line) == ("delivered", "200", "taken")


async def test_it_is_repeated_until_somebody_accepts(scene: Scene, receiver: Receiver) -> None:
    scene.officer()
    scene.push()
    await scene.turn()
    await scene.turn()
    assert len(receiver.requests) == 1
    await scene.later(60)
    assert len(receiver.requests) == 2
    scene.work.act("accept", WANG)
    await scene.later(60)
    assert len(receiver.requests) == 2
    assert len(set(receiver.ids)) == 2
    assert [row.status for row in scene.rows()] == ["sent", "sent", "dropped"]


async def test_the_climb_takes_over(scene: Scene, receiver: Receiver) -> None:
    scene.officer(area="office-1")
    scene.officer("captain", area="station-7")
    scene.push()
    await scene.turn()
    scene.clock.at += 3 * MINUTE
    scene.office.cases.tick(scene.clock())
    await scene.turn()
    assert scene.told() == [("climbed", "sent", ("captain",)), ("opened", "sent", ("wang",))]
    await scene.later(60)
    by_reason = [row.reason for row in scene.rows() if row.status == "sent"]
    assert sorted(by_reason) == ["climbed", "climbed", "opened"]


@pytest.mark.parametrize(
    ("given", "rings"),
    [
        ({"delivery": "push"}, True),
        ({"delivery": "list"}, False),
        ({"delivery": "statistic"}, False),
        ({"delivery": "push", "found_afterwards": True}, False),
        ({"delivery": "push", "found_afterwards": True, "severity": "red"}, True),
    ],
)
async def test_only_what_is_pushed_rings(scene: Scene, given: dict[str, Any], rings: bool) -> None:
    scene.officer()
    scene.take(alert(**given))
    await scene.turn()
    assert bool(scene.rows()) is rings


async def test_what_is_found_afterwards_is_told_once(scene: Scene, receiver: Receiver) -> None:
    scene.officer()
    scene.push(severity="red", found_afterwards=True)
    await scene.turn()
    await scene.later(600)
    assert len(receiver.requests) == 1


async def test_a_flood_rings_nobody_but_red_does(scene: Scene, receiver: Receiver) -> None:
    scene.officer()
    for number in range(14):
        scene.push(f"a{number}", severity="yellow", place=f"door-{number}")
    scene.push("red", severity="red")
    await scene.turn()
    while any(row.status == "waiting" and row.due_at <= scene.clock() for row in scene.rows()):
        await scene.turn()
    told = [row.case for row in scene.rows() if row.round == 0]
    assert len(told) == 11
    assert "red" in told


async def test_a_graver_alert_rings_anew_and_the_old_ring_ends(
    scene: Scene, receiver: Receiver
) -> None:
    scene.officer()
    scene.push("a1", severity="yellow", incident="a1")
    await scene.turn()
    scene.push("a2", severity="yellow", incident="a1")
    await scene.turn()
    assert len(receiver.requests) == 1
    scene.push("a3", severity="red", incident="a1")
    await scene.turn()
    levels = [orjson.loads(one.body)["level"] for one in receiver.requests]
    assert levels == ["yellow", "red"]
    await scene.later(150)
    await scene.turn()
    assert not [row for row in scene.rows() if row.severity == "yellow" and row.status == "waiting"]


async def test_whom_it_was_given_to_is_told(scene: Scene, receiver: Receiver) -> None:
    scene.officer()
    scene.person("li")
    scene.reach("li")
    scene.take(alert(severity="yellow"))
    scene.work.act("accept", WANG)
    scene.work.act("assign", WANG, to="person:li")
    await scene.turn()
    assert scene.told() == [("assigned", "sent", ("li",))]
    await scene.later(600)
    assert len(receiver.requests) == 1


async def test_of_a_team_those_on_duty_are_told(scene: Scene) -> None:
    scene.officer("wang")
    for login in ("li", "hu"):
        scene.person(login)
        scene.reach(login)
    scene.team("patrol", "wang", "li", "hu")
    scene.team("night", "li", "hu")
    for name, team in (("a1", "team:patrol"), ("a2", "team:night")):
        scene.take(alert(name, severity="yellow"))
        scene.work.act("accept", WANG, name)
        scene.work.act("assign", WANG, name, to=team)
    await scene.turn()
    people: dict[str, set[str]] = {row.case: set() for row in scene.rows()}
    for row in scene.rows():
        people[row.case] |= set(orjson.loads(row.people))
    assert people == {"a1": {"wang"}, "a2": {"li", "hu"}}


@pytest.mark.parametrize(("kind", "reason"), [("remind", "reminded"), ("supervise", "supervised")])
async def test_a_reminder_goes_to_whoever_has_it(scene: Scene, kind: str, reason: str) -> None:
    scene.officer("wang")
    scene.officer("li")
    scene.take(alert(severity="yellow"))
    scene.work.act("accept", LI)
    scene.work.act(kind, BOSS, why="快一点")  # type: ignore[arg-type]
    await scene.turn()
    assert scene.told() == [(reason, "sent", ("li",))]


def close(scene: Scene) -> None:
    scene.work.act("accept", LI)
    scene.work.act("handle", LI, why="已到场处置")
    scene.work.act("close", LI, verdict="true")


@pytest.mark.parametrize(
    ("kind", "reason", "whom"),
    [
        ("remind", "reminded", "wang"),
        ("supervise", "supervised", "wang"),
        ("climb", "climbed", "captain"),
    ],
)
async def test_a_review_that_waits_is_told_of_once_and_not_at_night(
    scene: Scene, kind: str, reason: str, whom: str
) -> None:
    scene.officer("wang", area="office-1")
    scene.officer("captain", area="station-7")
    scene.take(alert(severity="red"))
    close(scene)
    await scene.turn()
    before = {row.id for row in scene.rows()}
    if kind == "climb":
        scene.clock.at += 72 * 60 * MINUTE
        scene.office.cases.tick(scene.clock())
    else:
        scene.work.act(kind, BOSS, why="尽快复核")  # type: ignore[arg-type]
    await scene.turn()
    new = [row for row in scene.rows() if row.id not in before]
    told = [(row.reason, row.status, orjson.loads(row.people), row.urgent) for row in new]
    assert told == [(reason, "sent", [whom], False)]


async def test_what_waits_for_the_morning_is_dropped_once_it_is_reviewed(scene: Scene) -> None:
    scene.officer("wang")
    scene.take(alert(severity="red"))
    close(scene)
    scene.work.act("remind", BOSS)
    scene.telling.thinker.think()
    scene.work.act("review", BOSS)
    await scene.turn()
    assert [row.status for row in scene.rows() if row.reason == "reminded"] == ["dropped"]


async def test_nobody_on_duty_is_seen(scene: Scene) -> None:
    scene.person("wang")
    scene.reach("wang")
    scene.push()
    await scene.turn()
    assert scene.told() == [("opened", "nobody", ())]


async def test_quiet_hours_wait_and_red_does_not(scene: Scene, receiver: Receiver) -> None:
    scene.officer()
    quiet = Hours(part="08:00-09:30")
    scene.telling.people.set_quiet("person:wang", [quiet], SIGNED)
    scene.push("a1", severity="yellow")
    scene.push("a2", severity="red")
    await scene.turn()
    assert {orjson.loads(one.body)["number"] for one in receiver.requests} == {"a2"}
    await scene.later(30 * 60)
    assert "a1" in {orjson.loads(one.body)["number"] for one in receiver.requests}


async def test_a_channel_has_quiet_hours_too(scene: Scene, receiver: Receiver) -> None:
    scene.officer()
    scene.telling.people.set_quiet("channel:hook", [Hours(part="00:00-24:00")], SIGNED)
    scene.push()
    await scene.turn()
    assert not receiver.requests


async def test_who_is_away_is_not_told_and_who_stands_in_is(scene: Scene) -> None:
    scene.officer("wang")
    scene.person("li")
    scene.reach("li")
    begins, ends = (datetime.fromisoformat(f"2026-03-01T{hour}:00") for hour in ("08", "12"))
    scene.telling.people.add(Away(person="wang", begins=begins, ends=ends), SIGNED)
    scene.duty(Extra(person="li", duty="police", begins=begins, ends=ends))
    scene.push()
    await scene.turn()
    assert scene.told() == [("opened", "sent", ("li",))]


# Who may know


@pytest.mark.parametrize("rule", ["duress", "watchlist_hit"])
async def test_duress_and_watch_hits_are_hinted_to_nobody_else(scene: Scene, rule: str) -> None:
    """Even where a mistake in the roster has property on duty for the police."""
    scene.officer("zhao", role="property")
    scene.officer("chen", duty="grid_worker", role="grid_worker")
    scene.push(rule=rule, severity="red")
    await scene.turn()
    assert scene.told() == [("opened", "nobody", ())]


async def test_a_watch_hit_goes_to_the_named_alone(scene: Scene) -> None:
    scene.officer("wang")
    scene.officer("li")
    scene.team("criminal", "li")
    scene.push(rule="watchlist_hit", severity="red", roles=("criminal",))
    await scene.turn()
    assert scene.told() == [("opened", "sent", ("li",))]


GROUP = f"""
  group:
    kind: webhook
    url: http://127.0.0.1:PORT/group
    secret: {SECRET}
    group: true
    roles: ROLES
    address: phone
    confidential: true
"""


@pytest.mark.parametrize(
    ("roles", "given", "reads"),
    [
        ("[police]", {"rule": "door_forced"}, True),
        ("[police]", {"rule": "duress"}, True),
        ("[police, property]", {"rule": "duress"}, False),
        ("[police, property]", {"rule": "door_forced"}, True),
        ("[property]", {"rule": "door_forced"}, False),
        ("[police]", {"rule": "watchlist_hit", "roles": ("police",)}, True),
        ("[police]", {"rule": "watchlist_hit", "roles": ("criminal",)}, False),
    ],
)
async def test_a_group_reads_what_all_in_it_may_know(
    open_scene: OpenScene, receiver: Receiver, roles: str, given: dict[str, Any], reads: bool
) -> None:
    channels = GROUP.replace("ROLES", roles)
    scene = open_scene(channels_text(receiver.port, channels))
    scene.person("wang")
    scene.duty(Shift(person="wang", duty="police", part="00:00-24:00"))
    scene.reach("wang", "group", "13800000001")
    scene.push(severity="red", **given)
    await scene.turn()
    assert [one.path for one in receiver.requests] == (["/group"] if reads else [])
    if reads:
        assert orjson.loads(receiver.requests[0].body)["to"] == ["13800000001"]


async def test_what_is_not_confidential_carries_no_duress(
    open_scene: OpenScene, receiver: Receiver
) -> None:
    scene = open_scene(channels_text(receiver.port).replace("confidential: true", ""))
    scene.officer()
    scene.push(rule="duress", severity="red")
    await scene.turn()
    assert scene.told() == [("opened", "nobody", ())]


# What it says


def hostile() -> Alert:
    said = words(HOSTILE, HOSTILE)
    return alert(
        "a1", severity="red", delivery="push", place="3-2-1102", place_name=said, reason=said,
        subject="苏E0F96D", key=HOSTILE,
    )  # fmt: skip


async def test_a_message_says_five_things_and_nothing_else(
    scene: Scene, receiver: Receiver
) -> None:
    scene.officer()
    scene.take(hostile())
    scene.work.act("remind", BOSS, why=HOSTILE)
    await scene.turn()
    assert len(receiver.requests) == 2
    for request in receiver.requests:
        assert set(orjson.loads(request.body)) == {"number", "level", "kind", "estate", "link"}
        whole = request.body.decode() + str(request.headers)
        for word in ("script", "0F96D", "林小满", "1102", "evil", "wang", "du", "快"):
            assert word not in whole.replace("duress", ""), word


# Proof, failures and their end


async def test_a_failure_is_tried_again_later_under_the_same_id(
    scene: Scene, receiver: Receiver
) -> None:
    scene.officer()
    receiver.status, receiver.answer = 503, b"overload\nmore"
    scene.push(severity="blue")
    await scene.turn()
    await scene.turn()
    assert len(receiver.requests) == 1
    receiver.status, receiver.answer = 200, b""
    await scene.later(1)
    assert len(set(receiver.ids)) == 1
    told = [(one.number, one.outcome, one.code, one.line) for one in scene.attempts()]
    assert told == [(1, "refused", "503", "overload"), (2, "delivered", "200", "")]
    numbers = [one.headers["x-smart-community-attempt"] for one in receiver.requests]
    assert numbers == ["1", "2"]


async def test_it_is_given_up_in_the_end_and_the_channel_is_dead(
    scene: Scene, receiver: Receiver
) -> None:
    scene.officer()
    receiver.status = 500
    scene.take(alert(severity="yellow"))
    scene.work.act("accept", WANG)
    scene.work.act("remind", BOSS)
    await scene.turn()
    assert scene.telling.fault() is None
    for _ in range(12):
        await scene.later(61)
    assert [row.status for row in scene.rows()] == ["failed"]
    assert len(scene.attempts()) == 8
    assert scene.telling.fault() == "no answer from hook"
    receiver.status = 200
    assert (await scene.telling.test("hook", "wang")).ok
    await scene.turn()
    assert scene.telling.fault() is None


async def test_a_redirect_is_not_followed(scene: Scene, receiver: Receiver) -> None:
    scene.officer()
    receiver.status, receiver.location = 302, "/elsewhere"
    scene.push()
    await scene.turn()
    assert [one.path for one in receiver.requests] == ["/in"]
    assert scene.attempts()[0].code == "302"


async def test_a_channel_that_does_not_answer_leaves_the_others_free(
    open_scene: OpenScene, receiver: Receiver
) -> None:
    quick = f"""
  quick:
    kind: webhook
    url: http://127.0.0.1:PORT/quick
    secret: {SECRET}
"""
    slow = f"  slow: {{kind: webhook, url: 'http://127.0.0.1:9/', secret: {SECRET}}}\n"
    text = channels_text(receiver.port, quick + slow)
    scene = open_scene(text.replace("ports: [", "ports: [9, "))
    scene.person("wang")
    scene.duty(Shift(person="wang", duty="police", part="00:00-24:00"))
    for channel in ("quick", "slow"):
        scene.reach("wang", channel)
    for number in range(9):
        scene.push(f"a{number}", severity="yellow")
    hold = receiver.hold = threading.Event()
    await scene.telling.turn()
    try:
        assert max(scene.telling._busy.values()) <= 2
    finally:
        hold.set()
    await scene.telling.settled()


async def test_the_case_has_its_proofs(scene: Scene, receiver: Receiver) -> None:
    scene.officer()
    scene.push(severity="blue")
    await scene.turn()
    from console.notify.store import proofs

    with scene.office.engine.connect() as connection:
        found = proofs(connection, "a1", 10)
    (one,) = [proof for proof in found if proof.number]
    assert (one.reason, one.channel, one.people) == ("opened", "hook", ("wang",))
    assert (one.status, one.outcome, one.code) == ("sent", "delivered", "200")
    assert ESTATE not in one.line


async def test_repetitions_that_were_missed_do_not_come_all_at_once(
    scene: Scene, receiver: Receiver
) -> None:
    scene.officer()
    scene.push(severity="red")
    await scene.turn()
    await scene.later(95)
    await scene.turn()
    assert len(receiver.requests) == 2
    assert [row.status for row in scene.rows()] == ["sent", "dropped", "dropped", "sent"]
