"""The routes of cases, reports and accounts, as one piece of an application."""

from fastapi import FastAPI

from console.accounts.entrance import Entrance
from console.office import Office
from console.rest.accounts import accounts_router
from console.rest.cases import cases_router
from console.rest.me import me_router
from console.rest.plumbing import add_refusals
from console.rest.quality import quality_router
from console.rest.reports import reports_router


def add_rest(app: FastAPI, office: Office, entrance: Entrance) -> None:
    """Add them to an application, and have it say what was refused, and why."""
    app.include_router(cases_router(office))
    app.include_router(reports_router(office))
    app.include_router(quality_router(office))
    app.include_router(me_router(entrance))
    app.include_router(accounts_router(entrance))
    add_refusals(app)
