"""The cases of one office, put together, and what runs beside it: the clock and the way out."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from console import metrics
from console.accounts.book import find_party
from console.accounts.principal import Principal
from console.cases import once
from console.cases.acting import Acting
from console.cases.intake import Intake, forget_texts
from console.cases.opening import Opening
from console.cases.reading import Reader
from console.cases.surroundings import load_surroundings
from console.database import writing
from console.lifecycle.clocks import ClockChange, Clocks, changed, shipped_clocks
from console.lifecycle.procedure import Procedure
from console.lifecycle.routing import (
    Categories,
    RoutingChange,
    missing,
    rerouted,
    shipped_categories,
)
from console.lifecycle.table import shipped_table
from console.settings import ConsoleSettings
from schemas.alerts import Alert
from schemas.rule_files import read_yaml
from schemas.yaml_file import FileFaults, validate

TICK_S = 1.0
FORGET_EVERY_MS = 3_600_000
DAY_MS = 24 * FORGET_EVERY_MS
log = structlog.get_logger("console.cases")


class OwnFileFault(RuntimeError):
    """An operator's own clocks or routing do not hold: every fault with its line."""


def load_clocks(file: Path | None) -> Clocks:
    """The clocks with an operator's own. Raises OwnFileFault."""
    if file is None:
        return shipped_clocks()
    try:
        return changed(shipped_clocks(), validate(read_yaml(file), ClockChange))
    except FileFaults as error:
        raise OwnFileFault(str(error)) from error


def load_categories(file: Path | None) -> Categories:
    """The routing of reports with an operator's own rows. Raises OwnFileFault."""
    shipped = shipped_categories()
    if file is None:
        return shipped
    try:
        source = read_yaml(file)
        change = validate(source, RoutingChange)
        faults = [
            source.fault(("categories", name), f"is not shipped, so say also {', '.join(left)}")
            for name, left in missing(shipped, change)
        ]
        if faults:
            raise FileFaults(faults)
    except FileFaults as error:
        raise OwnFileFault(str(error)) from error
    return rerouted(shipped, change)


class CaseOffice:
    """Opens, moves and shows cases. The clock is given: nothing here looks at a watch."""

    def __init__(self, settings: ConsoleSettings, engine: Engine) -> None:
        """Works on an engine whose tables are of this version. Raises OwnFileFault."""
        self.engine = engine
        self.settings = settings
        self.procedure = Procedure(
            shipped_table(), load_clocks(settings.clocks), settings.timezone,
            settings.review_alone, load_categories(settings.intake),
        )  # fmt: skip
        self.around = load_surroundings(settings.site)
        self.opening = Opening(self.procedure, self.around)
        self.intake = Intake(self.procedure, self.around)
        self.acting = Acting(engine, self.procedure, partial(find_party, self.procedure))
        self._forgot_at = 0

    def take(self, tx: Connection, alerts: Sequence[Alert], at: int) -> None:
        """Open the cases of alerts, in the transaction that keeps them."""
        self.opening.take(tx, alerts, at)

    def adopt(self, at: int) -> int:
        """Open cases for alerts that stand and have none: an older version kept them."""
        with writing(self.engine) as tx:
            return self.opening.adopt(tx, at)

    def reader(self, tx: Connection, who: Principal) -> Reader:
        """What somebody may read."""
        return Reader(tx, self.procedure, who)

    def tick(self, at: int) -> int:
        """Do what time has brought by an instant (ms); how many cases it moved."""
        moved = self.acting.tick(at)
        metrics.CASES_MOVED.inc(moved)
        if at - self._forgot_at >= FORGET_EVERY_MS:
            self._forgot_at = at
            with writing(self.engine) as tx:
                once.forget(tx, at)
                forget_texts(tx, at - self.settings.report_days * DAY_MS)
        return moved

    async def run(self, clock: Callable[[], int], stop: asyncio.Event) -> None:
        """Tick until `stop`. The timers stand in the database: a restart loses none."""
        while not stop.is_set():
            try:
                await asyncio.to_thread(self.tick, clock())
            except SQLAlchemyError as error:
                log.warning("overdue cases wait", error=str(error).splitlines()[0])
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), TICK_S)
