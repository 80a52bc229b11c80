"""`/teams`: people who are sent out together; for administrators."""

from fastapi import APIRouter, Request
from pydantic import TypeAdapter, ValidationError
from starlette.responses import RedirectResponse, Response

from console.accounts.book import AccountFault, Team
from console.accounts.entrance import Entrance
from console.accounts.principal import ROLES
from console.around.asking import Asked, Page
from console.audit.chain import Signed
from console.desk.account_pages import done_of, fault_of
from console.desk.areas import known_areas
from console.office import Office
from console.posting import OwnForm, Posted
from console.rest.people import Login, TeamAsked

TEAM_ID: TypeAdapter[str] = TypeAdapter(Login)


def team_pages(office: Office, entrance: Entrance) -> APIRouter:
    """The page of teams."""
    router = APIRouter(include_in_schema=False)

    @router.get("/teams")
    def teams(request: Request) -> Response:
        return _page(Asked(office, request), entrance)

    @router.post("/teams")
    def set_team(request: Request, form: OwnForm) -> Response:
        return _set(Asked(office, request), entrance, form)

    return router


def _page(asked: Asked, entrance: Entrance, wrong: str = "") -> Response:
    more = {
        "teams": entrance.accounts.teams(), "wrong": wrong, "done": done_of(asked),
        "roles": [role for role in ROLES if role != "resident"], "areas": known_areas(asked),
    }  # fmt: skip
    title = asked.tongue.say("team_title")
    return asked.answer(Page("desk_teams.html", title, (), more, 422 if wrong else 200))


def _set(asked: Asked, entrance: Entrance, form: Posted) -> Response:
    signed = Signed(asked.who.login, "", entrance.clock())
    told = {name: tuple(form.get(name).replace(",", " ").split()) for name in ("areas", "members")}
    try:
        name = TEAM_ID.validate_python(form.get("id"))
        wanted = TeamAsked.model_validate(
            told | {"name": form.get("name"), "role": form.get("role")}
        )
        members = tuple(dict.fromkeys(wanted.members))
        team = Team(name, wanted.name, wanted.role, wanted.areas, members)
        entrance.accounts.set_team(team, signed)
    except (AccountFault, ValidationError) as error:
        return _page(asked, entrance, fault_of(asked, error))
    return RedirectResponse(asked.link("/teams", done="team"), 303)
