"""The stream of cases: what changes, within what the listener sees, and nothing missed."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import httpx
import pytest
from fastapi import HTTPException

from console.accounts.book import principal_of
from console.cases import tail as tails
from console.cases.reading import CaseFilter
from console.cases.tail import CaseTail
from console.office import Office
from console.rest import streams
from console.rest.answers import CaseAnswer
from console.rest.case_stream import Listener, case_stream
from console.rest.streams import PER_PERSON, Streams
from console.tail import Sent, parse_events
from tests.console.api.asking import act, done, take
from tests.console.housing import Housed
from tests.console.samples import alert
from tests.console.test_rights import principal

Told = tuple[str, int]
"""A case and its version."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tails, "POLL_S", 0.01)
    monkeypatch.setattr(streams, "HEARTBEAT_S", 0.05)


def listener(office: Office, **asked: str) -> Listener:
    return Listener(office, principal("police"), CaseFilter(**asked))  # type: ignore[arg-type]


async def heard(events: AsyncIterator[bytes], count: int) -> list[tuple[int, Told]]:
    """The next events: their ids, and which case in which version."""
    sent: list[Sent] = []
    async with asyncio.timeout(10):
        while len(sent) < count:
            sent += parse_events((await anext(events)).decode().split("\n"))
    cases = [CaseAnswer.model_validate_json(one.data) for one in sent]
    assert {one.name for one in sent} <= {"case"}
    ids = [int(one.id) for one in sent]
    assert ids == sorted(ids)
    return [(number, (case.id, case.version)) for number, case in zip(ids, cases, strict=True)]


async def begun(events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A stream that has found out where it begins."""
    assert await anext(events) == streams.HELLO
    assert await anext(events) == streams.STILL_HERE
    return events


async def test_from_now_on_each_change_is_told(wang: httpx.AsyncClient, housed: Housed) -> None:
    tail = CaseTail(housed.office.engine)
    events = await begun(case_stream(tail, listener(housed.office).cases))
    await done(wang, "accept")
    ((number, told),) = await heard(events, 1)
    assert told == ("a1", 2)
    await done(wang, "handle", why="看过")
    await take(housed, alert("a2"))
    later = await heard(events, 2)
    assert {case for _, (case, _) in later} == {"a1", "a2"}
    assert min(at for at, _ in later) > number


async def test_who_comes_back_misses_nothing(wang: httpx.AsyncClient, housed: Housed) -> None:
    read = listener(housed.office).cases
    tail = CaseTail(housed.office.engine)
    await take(housed, *(alert(f"b{n}") for n in range(5)))
    await done(wang, "accept", "b3")
    every = await heard(case_stream(tail, read, 0), 6)
    assert {case for _, (case, _) in every} == {"a1", *(f"b{n}" for n in range(5))}
    assert every[-1][1] == ("b3", 2)
    rest = await heard(case_stream(tail, read, every[2][0]), 3)
    assert rest == every[3:]
    events = await begun(case_stream(tail, read, every[-1][0]))
    await done(wang, "accept", "b4")
    assert [told for _, told in await heard(events, 1)] == [("b4", 2)]


async def test_a_long_absence_is_read_page_by_page(
    housed: Housed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tails, "PAGE", 2)
    await take(housed, *(alert(f"b{n}") for n in range(7)))
    events = case_stream(CaseTail(housed.office.engine), listener(housed.office).cases, 0)
    assert len({case for _, (case, _) in await heard(events, 7)}) == 7


async def test_only_what_is_in_sight_and_asked_for(housed: Housed) -> None:
    await take(
        housed, alert("near"), alert("far", estate="hillside"), alert("red", rule="duress"),
        alert("prop", handler="property", rule="door_held"),
    )  # fmt: skip
    tail = CaseTail(housed.office.engine)
    sees = {
        "wang": {"near", "red", "red-police", "prop"}, "zhao": {"prop"}, "sun": set(),
        "far": set(),
    }  # fmt: skip
    for login, expected in sees.items():
        with housed.office.engine.connect() as connection:
            who = principal_of(connection, login)
        assert who is not None
        found = Listener(housed.office, who, CaseFilter()).cases(
            ["near", "far", "red", "red-police", "prop"]
        )
        assert {case.id for case in found} <= expected, login
        assert bool(found) is bool(expected), login
    events = case_stream(tail, listener(housed.office, estate="hillside").cases, 0)
    assert [told for _, (told, _) in await heard(events, 1)] == ["far"]


async def test_of_two_at_once_the_later_kept_is_told_too(housed: Housed) -> None:
    """PostgreSQL numbers an act before it is kept: a lower number may come after a higher one."""
    tail = CaseTail(housed.office.engine)
    tail.behind = 200
    rows: list[tuple[int, str]] = [(5, "five")]
    tail._rows = lambda number, limit=None: [one for one in rows if one[0] > number]  # type: ignore[method-assign]
    tail._newest = lambda: max(number for number, _ in rows)  # type: ignore[method-assign]

    def read(names: Sequence[str]) -> list[CaseAnswer]:
        seen.extend(names)
        return []

    seen: list[str] = []
    events = await begun(case_stream(tail, read))
    rows += [(8, "eight")]
    await quiet(events)
    rows += [(7, "seven")]
    await quiet(events)
    assert seen == ["eight", "seven"]


async def quiet(events: AsyncIterator[bytes]) -> None:
    for _ in range(2):
        assert await anext(events) == streams.STILL_HERE


async def test_who_falls_too_far_behind_is_let_go_to_come_back(
    wang: httpx.AsyncClient, housed: Housed
) -> None:
    tail = CaseTail(housed.office.engine)
    tail._recent = type(tail._recent)(maxlen=1)
    events = await begun(case_stream(tail, listener(housed.office).cases))
    await take(housed, alert("b1"), alert("b2"), alert("b3"))
    with tail.listening():
        assert await tail.wait(2, 10)
    assert [one async for one in events] == []


async def test_nobody_listens_and_nothing_is_asked(housed: Housed) -> None:
    tail = CaseTail(housed.office.engine)
    events = await begun(case_stream(tail, listener(housed.office).cases))
    assert tail._task is not None
    await events.aclose()  # type: ignore[attr-defined]
    assert tail._task is None


async def test_over_the_application(
    wang: httpx.AsyncClient, housed: Housed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream ends after its time, so that who listens is asked again who they are."""
    monkeypatch.setattr(streams, "LASTS_S", 0.2)
    answer = await wang.get("/api/cases/stream", headers={"Last-Event-ID": "0"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    (sent,) = parse_events(answer.text.split("\n"))
    assert CaseAnswer.model_validate_json(sent.data).id == "a1"
    assert "accept" in CaseAnswer.model_validate_json(sent.data).acts
    for wrong in ("a1", "-1", "9" * 19, "", "1.5"):
        refused = await wang.get("/api/cases/stream", headers={"Last-Event-ID": wrong})
        assert refused.status_code == 422, wrong
    async with housed.browser("far") as far:
        told = await far.get("/api/cases/stream", headers={"Last-Event-ID": "0"})
        assert "event: case" not in told.text
    assert (await act(wang, "accept")).status_code == 200


async def test_streams_are_few_and_counted() -> None:
    open_ones = Streams()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x"

    answers = [open_ones.answer("wang", endless()) for _ in range(PER_PERSON)]  # type: ignore[arg-type]
    bodies = [aiter(answer.body_iterator) for answer in answers]
    for body in bodies:
        await anext(body)
    with pytest.raises(HTTPException, match="too many streams") as refused:
        open_ones.answer("wang", endless())  # type: ignore[arg-type]
    assert (refused.value.status_code, refused.value.headers) == (429, {"Retry-After": "30"})
    open_ones.answer("li", endless())  # type: ignore[arg-type]
    await bodies[0].aclose()  # type: ignore[attr-defined]
    open_ones.answer("wang", endless())  # type: ignore[arg-type]
