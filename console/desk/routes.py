"""The pages of the register, of accounts, and of one's own account, as one piece of the whole."""

from fastapi import APIRouter, FastAPI

from console.accounts.entrance import Entrance
from console.desk.account_pages import accounts_pages
from console.desk.desk import Desk
from console.desk.entry_pages import add_entries
from console.desk.import_pages import add_imports
from console.desk.me_pages import me_pages
from console.desk.register_pages import add_lists, register_page
from console.desk.team_pages import team_pages
from console.office import Office
from console.register.kinds import KINDS
from console.register.office import RegisterOffice


def add_desk(
    app: FastAPI, office: Office, register: RegisterOffice, entrance: Entrance
) -> None:  # fmt: skip
    """Add them to an application. Words come before ids."""
    desk = Desk(office, register)
    app.include_router(register_page(desk))
    for kind in KINDS.values():
        router = APIRouter(prefix=f"/register/{kind.name}", include_in_schema=False)
        add_imports(router, desk, kind)
        add_lists(router, desk, kind)
        add_entries(router, desk, kind)
        app.include_router(router)
    app.include_router(accounts_pages(office, entrance))
    app.include_router(team_pages(office, entrance))
    app.include_router(me_pages(office, entrance))
