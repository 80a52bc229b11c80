"""The routes and pages of telling people, as one piece of an application."""

from fastapi import FastAPI

from console.notify.api import notify_router
from console.notify.pages import pages_router
from console.notify.service import Telling


def add_notify(app: FastAPI, telling: Telling) -> None:
    """Add them to an application."""
    app.include_router(notify_router(telling))
    app.include_router(pages_router(telling))
