"""`/accounts` and `/tokens`: who may come in, as what and where; for administrators."""

from collections.abc import Callable, Mapping
from typing import Any, get_args

from fastapi import APIRouter, HTTPException, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from console.accounts.book import Account, AccountFault
from console.accounts.entrance import Entrance
from console.accounts.passwords import WeakPassword
from console.accounts.principal import KINDS, ROLES
from console.accounts.tokens import Token
from console.around.asking import Asked, Page
from console.around.sheets import Cell, Row, Sheet, row
from console.audit.chain import Signed
from console.desk.areas import areas_of, areas_text, known_areas
from console.desk.faults import said_of
from console.lifecycle.clocks import TreeName
from console.office import Office
from console.posting import OwnForm, Posted
from console.register.vault import NoKey
from console.rest.people import AccountAsked, AccountChange, SetPassword
from schemas.events import explain

SHOWN = 2000
TREES: tuple[TreeName, ...] = get_args(TreeName)
FAULTS = (AccountFault, WeakPassword, ValidationError, NoKey)
DONE = ("made", "changed", "password", "unlocked", "codes", "off", "on", "revoked", "team")
Do = Callable[[Entrance, Account, Posted, Signed], str]


def accounts_pages(office: Office, entrance: Entrance) -> APIRouter:
    """The pages of accounts."""
    router = APIRouter(include_in_schema=False)
    _add_accounts(router, office, entrance)
    _add_one(router, office, entrance)
    _add_tokens(router, office, entrance)
    return router


def fault_of(asked: Asked, error: Exception) -> str:
    """What is wrong, in the language of whoever asks."""
    if isinstance(error, WeakPassword):
        return asked.tongue.say("acc_weak")
    if isinstance(error, ValidationError):
        return asked.tongue.say("acc_not_so", what=explain(error).replace("Value error, ", ""))
    return said_of(str(error), asked.tongue.language)[1]


def done_of(asked: Asked) -> str:
    """What was done before, as the address says."""
    done = asked.request.query_params.get("done", "")
    return asked.tongue.say(f"acc_done_{done}") if done in DONE else ""


def _add_accounts(router: APIRouter, office: Office, entrance: Entrance) -> None:
    @router.get("/accounts")
    def accounts(request: Request) -> Response:
        return _all(Asked(office, request), entrance)

    @router.post("/accounts")
    def make(request: Request, form: OwnForm) -> Response:
        return _make(Asked(office, request), entrance, form)


def _all(
    asked: Asked, entrance: Entrance, wrong: str = "", typed: Posted | None = None
) -> Response:
    say = asked.tongue.say
    found = tuple(_row(asked, one) for one in entrance.accounts.accounts(SHOWN))
    sheet = Sheet(say("acc_title"), asked.tongue.columns("acc_columns"), found)
    typed = typed or Posted()
    more = _form(asked) | {
        "wrong": wrong, "typed": typed, "chosen": areas_of(typed), "done": done_of(asked),
    }  # fmt: skip
    page = Page("desk_accounts.html", say("acc_title"), (), more | {"table": sheet},
                422 if wrong else 200)  # fmt: skip
    return asked.answer(page)


def _form(asked: Asked) -> dict[str, Any]:
    areas = known_areas(asked)
    return {"roles": ROLES, "trees": TREES, "areas": areas, "usual": KINDS}


def _row(asked: Asked, one: Account) -> Row:
    say = asked.tongue.say
    state = "off" if one.disabled_at is not None else "on"
    return row(
        Cell(one.login, asked.link(f"/accounts/{one.login}")), one.name, say(f"role_{one.role}"),
        areas_text(asked, one.areas), say("comma").join(say(f"tree_{kind}") for kind in one.kinds),
        say("acc_yes") if one.admin else "", say("acc_yes") if one.totp_on else "",
        Cell(say(f"acc_{state}"), kind="in_use" if state == "on" else "lost"),
    )  # fmt: skip


def _told(form: Posted) -> dict[str, Any]:
    """What a form says of an account."""
    return {
        "name": form.get("name"), "role": form.get("role"), "areas": areas_of(form),
        "kinds": form.all("kinds"), "admin": form.get("admin") == "yes",
        "why": form.get("why")[:500],
    }  # fmt: skip


def _make(asked: Asked, entrance: Entrance, form: Posted) -> Response:
    signed = Signed(asked.who.login, form.get("why")[:500], entrance.clock())
    told = _told(form) | {"login": form.get("login")}
    try:
        wanted = AccountAsked(**told | {"kinds": told["kinds"] or None})
        password = form.get("password") or None
        entrance.accounts.make(wanted.account(signed.at), password, signed)
    except FAULTS as error:
        return _all(asked, entrance, fault_of(asked, error), form)
    return RedirectResponse(asked.link(f"/accounts/{wanted.login}", done="made"), 303)


def _add_one(router: APIRouter, office: Office, entrance: Entrance) -> None:
    @router.get("/accounts/{login}")
    def one(login: str, request: Request) -> Response:
        return _one(Asked(office, request), entrance, login)

    @router.post("/accounts/{login}")
    def change(login: str, request: Request, form: OwnForm) -> Response:
        return _change(Asked(office, request), entrance, login, form)


def _account(entrance: Entrance, login: str) -> Account:
    try:
        return entrance.accounts.account(login)
    except KeyError as error:
        raise HTTPException(404, f"no account {login[:60]!r}") from error


def _one(asked: Asked, entrance: Entrance, login: str, wrong: str = "") -> Response:
    account, say = _account(entrance, login), asked.tongue.say
    teams = [one.name for one in entrance.accounts.teams() if login in one.members]
    more = _form(asked) | {
        "account": account, "teams": teams, "wrong": wrong, "done": done_of(asked),
        "tokens": tokens_sheet(asked, entrance.tokens.of(login), whose=False),
    }  # fmt: skip
    title = say("acc_one", login=login, name=account.name)
    return asked.answer(Page("desk_account.html", title, (), more, 422 if wrong else 200))


def _change(asked: Asked, entrance: Entrance, login: str, form: Posted) -> Response:
    account = _account(entrance, login)
    do = DOES.get(form.get("do"))
    if do is None:
        raise HTTPException(422, "do: this cannot be done")
    signed = Signed(asked.who.login, form.get("why")[:500], entrance.clock())
    try:
        done = do(entrance, account, form, signed)
    except FAULTS as error:
        return _one(asked, entrance, login, fault_of(asked, error))
    return RedirectResponse(asked.link(f"/accounts/{login}", done=done), 303)


def _set(entrance: Entrance, account: Account, form: Posted, signed: Signed) -> str:
    version = form.get("version")
    change = AccountChange(**_told(form) | {"version": version})
    given = change.model_dump(exclude={"version", "why", "disabled"})
    entrance.accounts.change(account.login, given, change.version, signed)
    return "changed"


def _switch(entrance: Entrance, account: Account, form: Posted, signed: Signed) -> str:
    is_off = form.get("do") == "off"
    given = {"disabled": is_off}
    entrance.accounts.change(account.login, given, account.version, signed)
    return "off" if is_off else "on"


def _password(entrance: Entrance, account: Account, form: Posted, signed: Signed) -> str:
    asked = SetPassword(password=form.get("password"))
    entrance.accounts.set_password(account.login, asked.password, signed, must_change=True)
    return "password"


def _unlock(entrance: Entrance, account: Account, _: Posted, signed: Signed) -> str:
    entrance.accounts.unlock(account.login, signed)
    return "unlocked"


def _lost(entrance: Entrance, account: Account, _: Posted, signed: Signed) -> str:
    entrance.second.remove(account.login, signed)
    return "codes"


DOES: Mapping[str, Do] = {
    "change": _set, "off": _switch, "on": _switch, "password": _password, "unlock": _unlock,
    "codes": _lost,
}  # fmt: skip


def tokens_sheet(
    asked: Asked, tokens: list[Token], *, whose: bool
) -> list[tuple[Token, str, str]]:  # fmt: skip
    """Tokens as rows: with what they are for, and how they stand."""
    say, now = asked.tongue.say, asked.office.clock()
    found = []
    for one in tokens:
        over = "over" if one.until <= now else "holds"
        state = "revoked" if one.revoked_at is not None else over
        label = f"{one.login} · {one.label}" if whose else one.label
        found.append((one, label, say(f"token_{state}")))
    return found


def _add_tokens(router: APIRouter, office: Office, entrance: Entrance) -> None:
    @router.get("/tokens")
    def tokens(request: Request) -> Response:
        asked = Asked(office, request)
        found = tokens_sheet(asked, entrance.tokens.of(), whose=True)
        more = {"tokens": found, "done": done_of(asked), "to": asked.link("/tokens")}
        return asked.answer(Page("desk_tokens.html", asked.tongue.say("tok_title"), (), more))

    @router.post("/tokens")
    def revoke(request: Request, form: OwnForm) -> Response:
        asked = Asked(office, request)
        signed = Signed(asked.who.login, "", entrance.clock())
        entrance.tokens.revoke(form.get("token"), None, signed)
        return RedirectResponse(asked.link("/tokens", done="revoked"), 303)
