"""Accounts, teams, tokens and one's own account by pages; the menu that leads to all."""

import re

import pyotp
import pytest
import sqlalchemy as sa

from console.menu import PAGES, ROW_MAX, Link, in_row, menu
from console.notify.tables import CONTACTS
from tests.console.desk.conftest import HERE, PEOPLE, Desk
from tests.console.housing import PASSWORD

ADMIN_PAGES = ("/accounts", "/accounts/wang", "/teams", "/tokens")


def is_ticked(page: str, name: str, value: str) -> bool:
    assert f'name="{name}" value="{value}"' in page
    return f'name="{name}" value="{value}" checked' in page


async def test_accounts_are_for_administrators(shared: Desk) -> None:
    for who in PEOPLE:
        for path in ADMIN_PAGES:
            status = (await shared.get(who, path)).status_code
            assert status == (200 if who == "li" else 403), (who, path)
            if path != "/accounts/wang":
                refused = (await shared.post(who, path, {"csrf": "another"})).status_code
                assert refused == 403
        assert (await shared.get(who, "/me")).status_code == 200


async def test_an_account_is_made_changed_and_switched_off(desk: Desk) -> None:
    form: dict[str, object] = {
        "login": "sun", "name": "<b>孙</b>", "role": "property", "areas": [HERE, "yard, attic"],
        "password": PASSWORD, "why": "new guard",
    }  # fmt: skip
    assert (await desk.post("li", "/accounts", form)).status_code == 303
    twice = await desk.post("li", "/accounts", form)
    assert twice.status_code == 422
    assert "已被使用" in twice.text
    page = await desk.text("li", "/accounts/sun")
    assert "<b>孙" not in page
    book = desk.housed.house.entrance.accounts
    assert book.account("sun").areas == (HERE, "yard", "attic")
    assert is_ticked(page, "areas", HERE)
    assert not is_ticked(page, "areas", "*")
    assert 'name="areas" value="yard attic"' in page
    assert is_ticked(twice.text, "areas", HERE)
    change = {"do": "change", "name": "孙", "role": "grid_worker", "areas": HERE,
              "kinds": ["civil"]}  # fmt: skip
    path = "/accounts/sun"
    assert (await desk.post("li", path, change | {"version": "1"})).status_code == 303
    assert (await desk.post("li", path, change | {"version": "1"})).status_code == 422
    assert book.account("sun").role == "grid_worker"
    with desk.housed.office.engine.begin() as tx:
        rows = [{"login": who, "channel": "sms", "address": ""} for who in ("sun", "wang")]
        tx.execute(CONTACTS.insert(), rows)
    assert (await desk.post("li", path, {"do": "off", "why": "left"})).status_code == 303
    with desk.housed.office.engine.connect() as tx:
        assert list(tx.scalars(sa.select(CONTACTS.c.login))) == ["wang"]
    assert book.account("sun").disabled_at is not None
    assert (await desk.get("sun", "/me")).status_code == 401
    for do in ("on", "unlock", "codes"):
        assert (await desk.post("li", path, {"do": do})).status_code == 303
    weak = await desk.post("li", path, {"do": "password", "password": "short"})
    assert "密码太弱" in weak.text
    assert (await desk.post("li", path, {"do": "anything"})).status_code == 422


async def test_a_team_is_made_and_one_of_other_roles_is_refused(alone: Desk) -> None:
    form: dict[str, object] = {"id": "night", "name": "夜班", "role": "police", "areas": HERE}
    done = await alone.post("li", "/teams", form | {"members": ["wang", "zhao"]})
    assert done.status_code == 303
    page = (await alone.text("li", "/teams")).partition("<code>night</code>")[2]
    own, _, new = page.partition("</form>")
    assert [is_ticked(own, "members", one) for one in ("wang", "zhao", "li")] == [True, True, False]
    assert 'value="wu"' not in own
    assert (
        await alone.post("li", "/accounts/zhao", {"do": "off", "why": "left"})
    ).status_code == 303
    page = (await alone.text("li", "/teams")).partition("<code>night</code>")[2]
    own, _, new = page.partition("</form>")
    assert is_ticked(own, "members", "zhao")
    assert 'value="zhao"' not in new
    assert 'name="members" value="wu"' in new
    wrong = await alone.post("li", "/teams", form | {"members": ["wu"]})
    assert wrong.status_code == 422
    assert "角色与队伍不同" in wrong.text


async def test_ones_own_password_codes_tokens_and_sessions(alone: Desk) -> None:
    housed = alone.housed
    housed.person("qian", password=PASSWORD)
    wrong = await alone.post("qian", "/me", {"do": "codes", "now": "guess"})
    assert wrong.status_code == 422
    begun = await alone.post("qian", "/me", {"do": "codes", "now": PASSWORD})
    assert "<svg" in begun.text
    secret = re.search(r'class="secret">([A-Z2-7]+)<', begun.text)
    assert secret is not None
    code = pyotp.TOTP(secret[1]).at(housed.clock() // 1000)
    assert (await alone.post("qian", "/me", {"do": "confirm", "code": code})).status_code == 303
    assert housed.house.entrance.accounts.account("qian").totp_on
    again = await alone.post("qian", "/me", {"do": "codes", "now": PASSWORD})
    assert "已启用" in again.text
    assert housed.house.entrance.accounts.account("qian").totp_on
    token = {"do": "token", "label": "<i>export</i>", "days": "30"}
    made = await alone.post("qian", "/me", token | {"scopes": ["alerts:read"]})
    text = re.search(r"sct_[\w-]+", made.text)
    assert text is not None
    assert "<i>export" not in made.text
    async with housed.program(text[0]) as http:
        assert (await http.post("/me", data={"do": "token"})).status_code == 403
    (kept,) = housed.house.entrance.tokens.of("qian")
    assert (await alone.post("qian", "/me", {"do": "revoke", "token": kept.id})).status_code == 303
    open_now = housed.house.entrance.sessions.of("qian", housed.clock())
    ended = await alone.post("qian", "/me", {"do": "session", "session": open_now[0].id})
    assert ended.status_code == 303
    new = {"do": "password", "now": PASSWORD, "new": f"{PASSWORD} now", "again": "other"}
    assert (await alone.post("qian", "/me", new)).status_code == 422
    done = await alone.post("qian", "/me", new | {"again": f"{PASSWORD} now"})
    assert done.headers["location"] == "/login"
    assert not housed.house.entrance.sessions.of("qian", housed.clock())


async def test_a_language_is_kept_for_all_pages(shared: Desk) -> None:
    chosen = await shared.post("wang", "/me", {"do": "language", "language": "en"})
    assert chosen.cookies["sc_language"] == "en"
    assert (
        await shared.post("wang", "/me", {"do": "language", "language": "xx"})
    ).status_code == 422


@pytest.mark.parametrize("who", PEOPLE)
async def test_the_menu_leads_where_somebody_may_go_and_nowhere_else(
    shared: Desk, who: str
) -> None:
    """The office's own page and the phone's are asked over the real server."""
    text = await shared.text(who, "/me")
    for path in PAGES:
        is_offered = f'href="{path}"' in text
        if path not in ("/", "/m"):
            may = (await shared.get(who, path)).status_code != 403
            assert is_offered is may, path


def test_the_menu_says_where_one_is_in_both_languages(shared: Desk) -> None:
    entrance = shared.housed.house.entrance
    who = entrance.accounts.account("li").principal(())
    zh = menu(who, "zh", "/register/permits")
    assert [one.path for one in zh if one.is_here] == ["/register"]
    en = menu(who, "en", "/", asked=True)
    assert (en[0].href, en[1].href) == ("/en", "/homes?lang=en")
    assert not {one.word for one in zh} & {one.word for one in en}


def test_the_menu_is_one_row_and_the_rest_stands_under_one_word() -> None:
    links = [Link(f"/{n}", f"page {n}", f"/{n}", n == ROW_MAX + 1) for n in range(ROW_MAX + 2)]
    row = in_row(links, "en")
    assert [*row.first, *row.more] == links
    assert (len(row.first), row.word, row.here) == (ROW_MAX, "More", f"page {ROW_MAX + 1}")
    whole = in_row(links[:-1], "zh")
    assert (len(whole.first), whole.more, whole.here) == (ROW_MAX + 1, (), "")
