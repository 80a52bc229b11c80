"""Two consoles on one database under random acts keep one history."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from console.cases.acting import Refused
from console.cases.office import CaseOffice
from console.cases.surroundings import Surroundings
from console.database import open_database
from console.lifecycle.facts import Actor, Case
from console.lifecycle.table import shipped_table
from console.settings import ConsoleSettings
from schemas.acts import ActKind
from tests.console.cases.conftest import CONFIG, OpenWork
from tests.console.cases.working import Work
from tests.console.lifecycle.samples import BOSS, CONSOLE, LI, PROPERTY, WANG
from tests.console.samples import ESTATE, HOUR, MINUTE, NINE, alert
from tests.services.postgresql import PostgreSQL

ROUNDS = 20
CASES = ("c0", "c1", "c2")
PEOPLE = (WANG, LI, PROPERTY, BOSS, CONSOLE)
ACTS: tuple[ActKind, ...] = tuple(
    act for act, rule_of in shipped_table().acts.items() if rule_of.roles and act != "file"
)
consoles = st.integers(0, 1)
cases = st.sampled_from(CASES)
moves = st.tuples(
    st.sampled_from(ACTS), st.sampled_from(PEOPLE), st.booleans(),
    st.sampled_from(["group:police", "group:property", "team:x"]),
)  # fmt: skip


class TwoConsoles(RuleBasedStateMachine):
    """What each of two consoles does is seen by the other, and no version has two acts."""

    server: ClassVar[PostgreSQL | None] = None

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        url = self.server.new_database() if self.server else None
        config = ConsoleSettings(data=Path(self.folder.name), database_url=url)
        self.engines = [open_database(config.url) for _ in range(2)]
        around = Surroundings({ESTATE: CONFIG})
        self.works = [Work(CaseOffice(config, engine), around) for engine in self.engines]
        self.at = NINE
        self.works[0].take(*(alert(name, delivery="push") for name in CASES))
        self.seen = {name: [1, 1] for name in CASES}

    @rule(console=consoles, name=cases, move=moves)
    def act(self, console: int, name: str, move: tuple[ActKind, Actor, bool, str]) -> None:
        """An officer acts on what his page shows, which may be old by now."""
        work, (kind, who, is_fresh, to) = self.works[console], move
        before = work.case(name)
        if is_fresh:
            self.seen[name][console] = before.version
        said: dict[str, Any] = {
            "why": "写明", "verdict": "false", "until": self.at + HOUR, "number": "110-0042",
            "to": to, "at": self.at, "version": self.seen[name][console],
        }  # fmt: skip
        after = self._done(work, kind, who, name, said)
        if after is None:
            assert work.case(name) == before
            return
        assert said["version"] == before.version
        assert after.version == before.version + 1
        self.seen[name][console] = after.version

    @staticmethod
    def _done(
        work: Work, kind: ActKind, who: Actor, name: str, said: dict[str, Any]
    ) -> Case | None:
        try:
            return work.act(kind, who, name, **said)
        except Refused:
            return None

    @rule(minutes=st.sampled_from([0, 1, 5, 61, 1500]))
    def wait(self, minutes: int) -> None:
        self.at += minutes * MINUTE
        for work in self.works:
            work.office.tick(self.at)

    @rule(console=consoles, name=cases, severity=st.sampled_from(["blue", "orange", "red"]),
          number=st.integers(0, 3))  # fmt: skip
    def join(self, console: int, name: str, severity: str, number: int) -> None:
        """Another alert of the incident, as both consoles hear of it."""
        one = alert(f"{name}-{number}", incident=name, severity=severity, delivery="push")
        for work in (self.works[console], self.works[1 - console]):
            work.take(one, at=self.at)

    @invariant()
    def one_history(self) -> None:
        for name in CASES:
            case = self.works[0].case(name)
            assert case == self.works[1].case(name)
            deeds = self.works[0].deeds(name)
            assert [deed.version for deed in deeds] == list(range(case.version))
            assert self.works[1].replayed(name) == case

    def teardown(self) -> None:
        if not hasattr(self, "engines"):
            return
        for engine in self.engines:
            engine.dispose()
        self.folder.cleanup()


ENOUGH = settings(
    max_examples=12, stateful_step_count=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
TestTwoConsoles = TwoConsoles.TestCase
TestTwoConsoles.settings = ENOUGH


@pytest.mark.services
def test_two_consoles_on_postgresql(
    postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TwoConsoles, "server", postgresql)
    run_state_machine_as_test(TwoConsoles, settings=settings(ENOUGH, max_examples=6))


def test_at_the_same_moment_one_of_two_is_first(open_work: OpenWork) -> None:
    """Threads of two consoles race for each version; each case has one history all the same."""
    works = [open_work(), open_work()]
    works[0].take(*(alert(f"c{n}", delivery="push") for n in range(ROUNDS)))
    start = Barrier(2)

    def race(work: Work) -> list[str]:
        told = []
        for n in range(ROUNDS):
            start.wait()
            told.append(_tried(work, f"c{n}"))
        return told

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(race, works))
    assert [sorted(both) for both in zip(*results, strict=True)] == [["done", "stale"]] * ROUNDS
    for n in range(ROUNDS):
        assert works[0].replayed(f"c{n}") == works[1].case(f"c{n}")


def _tried(work: Work, name: str) -> str:
    try:
        work.act("accept", WANG, name, version=1)
    except Refused as error:
        return error.refusal.code
    return "done"
