"""Papers, visits, handovers, figures and the wall as one piece of an application, and what runs."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from console.around.days import DAY_MS, forget_counts
from console.database import writing
from console.glance import day_of
from console.office import Office
from console.paper.api import visits_router
from console.paper.case_paper import case_router
from console.paper.figure_pages import figures_router
from console.paper.handover import Handovers
from console.paper.handover_pages import handover_router
from console.paper.quality_pages import quality_pages
from console.paper.visit_pages import visit_router
from console.paper.visits import Visits
from console.paper.wall import wall_router
from console.register.office import RegisterOffice

EVERY_S = 30.0
FORGET_EVERY_MS = 3_600_000
log = structlog.get_logger("console.paper")


def add_paper(app: FastAPI, office: Office, register: RegisterOffice) -> None:
    """Add them to an application."""
    visits = Visits(office.engine, register)
    app.include_router(visit_router(office, visits))
    app.include_router(visits_router(office, visits))
    app.include_router(case_router(office))
    app.include_router(handover_router(office))
    app.include_router(figures_router(office))
    app.include_router(quality_pages(office))
    app.include_router(wall_router(office))


@dataclass
class PaperOffice:
    """What runs beside the pages: homes are put up for visits, old counts and words go."""

    office: Office
    register: RegisterOffice
    forgot_at: int = 0

    def tick(self, at: int) -> int:
        """Do what is due at an instant (ms); how many homes were put up or taken off."""
        office = self.office
        visits = Visits(office.engine, self.register)
        if at - self.forgot_at >= FORGET_EVERY_MS:
            self.forgot_at = at
            words_before = at - office.settings.report_days * DAY_MS
            visits.forget_words(words_before)
            Handovers(office.engine).forget_notes(words_before)
            before = at - office.settings.count_days * DAY_MS
            with writing(office.engine) as tx:
                forget_counts(tx, before, day_of(before, office.settings.zone))
        return visits.put_up(office.glance(), office.cases.around, at)

    async def run(self, clock: Callable[[], int], stop: asyncio.Event) -> None:
        """Tick until `stop`."""
        while not stop.is_set():
            try:
                await asyncio.to_thread(self.tick, clock())
            except SQLAlchemyError as error:
                log.warning("visits wait", error=str(error).splitlines()[0])
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_S)
