"""`/teams`: people who are sent out together; for administrators."""

from collections.abc import Iterable

from fastapi import APIRouter, Request
from pydantic import TypeAdapter, ValidationError
from starlette.responses import RedirectResponse, Response

from console.accounts.book import Account, AccountFault, Team
from console.accounts.entrance import Entrance
from console.accounts.principal import ROLES
from console.around.asking import Asked, Page
from console.audit.chain import Signed
from console.desk.account_pages import SHOWN, done_of, fault_of
from console.desk.areas import areas_of, known_areas
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
    teams = entrance.accounts.teams()
    more = {
        "teams": teams, "wrong": wrong, "done": done_of(asked),
        "roles": [role for role in ROLES if role != "resident"], "areas": known_areas(asked),
        "staff": _staff(entrance.accounts.accounts(SHOWN), teams),
    }  # fmt: skip
    title = asked.tongue.say("team_title")
    return asked.answer(Page("desk_teams.html", title, (), more, 422 if wrong else 200))


def _staff(accounts: Iterable[Account], teams: Iterable[Team]) -> list[Account]:
    """Who may join a team, and who is in one: an account that is switched off stays in its own."""
    members = {login for team in teams for login in team.members}
    return [
        one for one in accounts
        if one.login in members or (one.role != "resident" and one.disabled_at is None)
    ]  # fmt: skip


def _set(asked: Asked, entrance: Entrance, form: Posted) -> Response:
    signed = Signed(asked.who.login, "", entrance.clock())
    told: dict[str, object] = {"areas": areas_of(form), "members": form.all("members")}
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
