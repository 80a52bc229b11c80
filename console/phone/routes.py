"""The phone's pages as one piece of an application."""

from fastapi import FastAPI

from console.accounts.entrance import Entrance
from console.office import Office
from console.phone.board import Board
from console.phone.cases import cases_router
from console.phone.desk import Desk
from console.phone.household import household_router
from console.phone.own import own_router
from console.phone.photos import Photos
from console.phone.rendering import Pages
from console.phone.reports import reports_router
from console.register.office import RegisterOffice

REST_S = 0.25
"""How long the lists may lack what others did: as the office's pages look for it."""


def photos_of(office: Office) -> Photos:
    """The photos of an office's cases."""
    return Photos(office.settings.photo_folder)


def add_phone(app: FastAPI, office: Office, register: RegisterOffice, entrance: Entrance) -> None:
    """Add the routes under `/m` to an application."""
    board = Board(office.engine, office.cases.procedure, REST_S)
    desk = Desk(office, register, Pages(office), photos_of(office), board)
    app.include_router(cases_router(desk))
    app.include_router(reports_router(desk))
    app.include_router(household_router(desk))
    app.include_router(own_router(desk, entrance))
