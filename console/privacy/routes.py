"""The routes of people's data, as one piece of an application."""

from fastapi import FastAPI

from console.audit.pages import audit_pages
from console.office import Office
from console.privacy.case_api import case_router
from console.privacy.info_pages import info_pages
from console.privacy.request_api import request_router
from console.privacy.request_pages import request_pages
from console.register.office import RegisterOffice
from console.watch.pages import watch_pages


def add_privacy(app: FastAPI, office: Office, register: RegisterOffice) -> None:
    """Add them to an application."""
    app.include_router(case_router(office))
    app.include_router(audit_pages(office))
    app.include_router(watch_pages(office, register))
    app.include_router(request_pages(office, register))
    app.include_router(request_router(office, register))
    app.include_router(info_pages(office))
