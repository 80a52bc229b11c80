"""The way in: passwords, codes, tokens, sessions; and what is tried to get in without them."""

from collections.abc import AsyncIterator

import httpx
import pyotp
import pytest

from console.accounts.lockout import LOCKED_MS, LOGIN_TRIES
from console.accounts.sessions import csrf_token
from console.audit.log import newest
from console.guard import COOKIE
from console.office import Office
from console.register.vault import Vault
from console.server import house_of
from tests.console.conftest import TOKEN, Clock
from tests.console.housing import PASSWORD, Housed, codes, open_house
from tests.console.samples import HOUR, NINE


@pytest.fixture
def housed(office: Office, clock: Clock) -> Housed:
    housed = open_house(office, clock)
    housed.person("wang", password=PASSWORD)
    return housed


@pytest.fixture
async def http(housed: Housed) -> AsyncIterator[httpx.AsyncClient]:
    async with housed.browser() as client:
        yield client


async def login(
    http: httpx.AsyncClient, login: str = "wang", password: str = PASSWORD, code: str = ""
) -> httpx.Response:
    form = {"login": login, "password": password, "code": code}
    return await http.post("/login", data=form, headers={"Accept-Language": "en"})


async def test_a_password_opens_a_session(http: httpx.AsyncClient, housed: Housed) -> None:
    answer = await login(http)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    me = (await http.get("/api/me")).json()
    assert (me["login"], me["role"], me["csrf"]) == (
        "wang",
        "police",
        csrf_token(http.cookies[COOKIE]),
    )
    (entry,) = newest(housed.office.engine, 1)
    assert (entry.act, entry.who, entry.detail) == ("login", "wang", "10.1.2.3")


@pytest.mark.parametrize(
    ("name", "password"), [("wang", "wrong"), ("ghost", PASSWORD), ("admin", ""), ("", "")]
)
async def test_what_is_wrong_is_nobodys_business(
    http: httpx.AsyncClient, name: str, password: str
) -> None:
    answer = await login(http, name, password)
    assert answer.status_code == 401
    assert "Login, password or code are wrong" in answer.text


async def test_brute_force_is_locked_out_and_told_nothing(
    http: httpx.AsyncClient, housed: Housed, clock: Clock
) -> None:
    answers = [await login(http, password=f"guess {n}") for n in range(LOGIN_TRIES + 2)]
    assert codes(answers) == [401] * LOGIN_TRIES + [429] * 2
    assert (await login(http)).status_code == 429
    # Who is not there is locked the same, so nobody learns who is.
    others = [await login(http, "ghost", f"guess {n}") for n in range(LOGIN_TRIES + 1)]
    assert codes(others) == [401] * LOGIN_TRIES + [429]
    acts = [entry.act for entry in newest(housed.office.engine, 2)]
    assert acts == ["login.locked", "login.locked"]
    clock.at = NINE + LOCKED_MS + 1000
    assert (await login(http)).status_code == 303


async def test_a_lock_survives_a_restart(
    http: httpx.AsyncClient, housed: Housed, clock: Clock
) -> None:
    for n in range(LOGIN_TRIES):
        await login(http, password=f"guess {n}")
    again = open_house(housed.office, clock)
    async with again.browser() as other:
        assert (await login(other)).status_code == 429


async def test_an_address_that_tries_all_logins_is_locked_out(housed: Housed, clock: Clock) -> None:
    async with housed.client({}, "10.9.9.9") as http:
        answers = []
        for n in range(32):
            clock.at += 4000
            answers.append(await login(http, f"person{n}", "winter 2026"))
    assert codes(answers)[29:] == [401, 429, 429]


async def test_logins_are_rare(housed: Housed) -> None:
    async with housed.client({}, "10.8.8.8") as http:
        answers = [await http.get("/login") for _ in range(22)]
    assert codes(answers) == [200] * 20 + [429] * 2


async def test_an_administrator_unlocks(http: httpx.AsyncClient, housed: Housed) -> None:
    for n in range(LOGIN_TRIES):
        await login(http, password=f"guess {n}")
    async with housed.program() as admin:
        assert (await admin.post("/api/accounts/wang/unlock")).status_code == 204
    assert (await login(http)).status_code == 303


async def test_right_tries_forgive_wrong_ones(http: httpx.AsyncClient) -> None:
    for _ in range(3):
        for n in range(LOGIN_TRIES - 1):
            await login(http, password=f"guess {n}")
        assert (await login(http)).status_code == 303


async def test_who_is_switched_off_is_out_at_once(http: httpx.AsyncClient, housed: Housed) -> None:
    await login(http)
    async with housed.program() as admin:
        change = {"version": 1, "disabled": True}
        assert (await admin.patch("/api/accounts/wang", json=change)).status_code == 200
    assert (await http.get("/api/me")).status_code == 401
    assert (await login(http)).status_code == 401


async def test_leaving_ends_the_session(http: httpx.AsyncClient) -> None:
    await login(http)
    secret = http.cookies[COOKIE]
    assert (await http.post("/logout")).status_code == 403
    left = await http.post("/logout", data={"csrf": csrf_token(secret)})
    assert (left.status_code, left.headers["location"]) == (303, "/login")
    old = {"Cookie": f"{COOKIE}={secret}"}
    assert (await http.get("/api/me", headers=old)).status_code == 401


async def test_a_password_is_changed_by_who_knows_it(
    http: httpx.AsyncClient, housed: Housed
) -> None:
    await login(http)
    page = await http.get("/password")
    csrf = csrf_token(http.cookies[COOKIE])
    assert csrf in page.text
    assert '<a href="/me">返回我的账号</a>' in page.text
    form = {
        "csrf": csrf,
        "now": PASSWORD,
        "new": "a heron by the pond",
        "again": "a heron by the pond",
    }
    for wrong in ({"now": "x"}, {"again": "x"}, {"new": "short", "again": "short"}):
        assert (await http.post("/password", data=form | wrong)).status_code == 422
    assert (await http.post("/password", data=form | {"csrf": "x"})).status_code == 403
    assert (await http.post("/password", data=form)).status_code == 303
    assert (await http.get("/api/me")).status_code == 401
    assert (await login(http)).status_code == 401
    assert (await login(http, password="a heron by the pond")).status_code == 303


async def test_somebody_elses_open_page_does_not_give_away_the_account(
    housed: Housed,
) -> None:
    async with housed.browser("wang") as http:
        wrong = {"now": "guess", "new": "a heron by the pond"}
        tries = [await http.post("/api/me/password", json=wrong) for _ in range(LOGIN_TRIES + 1)]
        assert codes(tries) == [403] * LOGIN_TRIES + [429]
        assert (await http.post("/api/me/totp", json={"password": "guess"})).status_code == 429


@pytest.fixture
def key(housed: Housed) -> None:
    """The master key, as ingest makes it."""
    vault: Vault = housed.house.register.vault
    vault.path.parent.mkdir(parents=True, exist_ok=True)
    vault.path.write_bytes(bytes(range(32)))
    vault.path.chmod(0o600)


async def enrolled(housed: Housed) -> pyotp.TOTP:
    async with housed.browser("wang") as http:
        told = (await http.post("/api/me/totp", json={"password": PASSWORD})).json()
        totp = pyotp.TOTP(told["secret"])
        assert told["secret"] in told["link"]
        wrong = await http.post("/api/me/totp/confirm", json={"code": "000000"})
        assert wrong.status_code == 422
        code = {"code": totp.at(NINE // 1000)}
        assert (await http.post("/api/me/totp/confirm", json=code)).status_code == 204
    return totp


@pytest.mark.usefixtures("key")
async def test_a_second_factor_is_asked_for_and_good_once(
    http: httpx.AsyncClient, housed: Housed, clock: Clock
) -> None:
    totp = await enrolled(housed)
    assert (await login(http)).status_code == 401
    assert (await login(http, code=totp.at(NINE // 1000))).status_code == 401
    clock.at += 60_000
    code = totp.at(clock.at // 1000)
    assert (await login(http, password="wrong", code=code)).status_code == 401
    assert (await login(http, code=code)).status_code == 303
    assert (await login(http, code=code)).status_code == 401


@pytest.mark.usefixtures("key")
async def test_a_lost_phone_is_taken_off(http: httpx.AsyncClient, housed: Housed) -> None:
    await enrolled(housed)
    async with housed.program() as admin:
        assert (await admin.delete("/api/accounts/wang/totp")).status_code == 204
    assert (await login(http)).status_code == 303


@pytest.mark.usefixtures("key")
async def test_the_secret_of_a_phone_is_sealed(housed: Housed) -> None:
    totp = await enrolled(housed)
    kept = (housed.office.settings.data / "console.db").read_bytes()
    wal = housed.office.settings.data / "console.db-wal"
    assert totp.secret.encode() not in kept + (wal.read_bytes() if wal.exists() else b"")


async def test_without_the_master_key_there_is_no_second_factor(housed: Housed) -> None:
    async with housed.browser("wang") as http:
        answer = await http.post("/api/me/totp", json={"password": PASSWORD})
    assert answer.status_code == 503
    assert "master key" in answer.text


async def test_a_token_acts_for_its_maker_within_its_scopes(housed: Housed, clock: Clock) -> None:
    async with housed.browser("wang") as http:
        asked = {"label": "wallboard", "scopes": ["cases:read", "self"], "days": 2}
        made = (await http.post("/api/me/tokens", json=asked)).json()
        beyond = await http.post("/api/me/tokens", json=asked | {"scopes": ["pink"]})
        assert beyond.status_code == 422
    async with housed.program(made["token"]) as program:
        assert (await program.get("/api/cases")).status_code == 200
        assert (await program.get("/api/alerts")).status_code == 403
        assert (await program.get("/api/me")).json()["login"] == "wang"
        more = await program.post("/api/me/tokens", json=asked | {"scopes": ["alerts:read"]})
        assert more.status_code == 403
        own = {"now": PASSWORD, "new": "a heron by the pond"}
        assert (await program.post("/api/me/password", json=own)).status_code == 403
        clock.at += 48 * HOUR + 1
        assert (await program.get("/api/cases")).status_code == 401


async def test_a_token_is_taken_back(housed: Housed) -> None:
    asked = {"label": "wallboard", "scopes": ["cases:read"]}
    async with housed.browser("wang") as http, housed.program() as admin:
        made = [(await http.post("/api/me/tokens", json=asked)).json() for _ in range(2)]
        assert [t["id"] for t in (await admin.get("/api/tokens")).json()["items"]] == sorted(
            t["id"] for t in made
        )
        own, other = made
        assert (await http.delete(f"/api/me/tokens/{own['id']}")).status_code == 204
        assert (await http.delete(f"/api/me/tokens/{own['id']}")).status_code == 404
        assert (await admin.delete(f"/api/tokens/{other['id']}")).status_code == 204
    for one in made:
        async with housed.program(one["token"]) as program:
            assert (await program.get("/api/cases")).status_code == 401


@pytest.mark.parametrize("text", ["sct_", "sct_x_y", "sct__", "sct_x", "", "é"])
async def test_a_token_made_up_is_not_known(housed: Housed, text: str) -> None:
    assert housed.house.entrance.by_bearer(text) is None


async def test_a_token_of_somebody_who_left_is_dead(housed: Housed) -> None:
    async with housed.browser("wang") as http:
        asked = {"label": "wallboard", "scopes": ["cases:read"]}
        made = (await http.post("/api/me/tokens", json=asked)).json()
    async with housed.program() as admin:
        await admin.patch("/api/accounts/wang", json={"version": 1, "disabled": True})
    async with housed.program(made["token"]) as program:
        assert (await program.get("/api/cases")).status_code == 401


async def test_sessions_are_listed_and_ended(housed: Housed) -> None:
    other = housed.session("wang")
    async with housed.browser("wang") as http:
        listed = (await http.get("/api/me/sessions")).json()["items"]
        assert sorted(session["is_this"] for session in listed) == [False, True]
        old = next(session["id"] for session in listed if not session["is_this"])
        assert other not in str(listed)
        assert (await http.delete(f"/api/me/sessions/{old}")).status_code == 204
        assert (await http.delete(f"/api/me/sessions/{old}")).status_code == 404
    assert housed.house.entrance.by_session(other) is None


async def test_a_new_access_token_ends_the_sessions_of_the_old(
    housed: Housed, http: httpx.AsyncClient
) -> None:
    await http.get(f"/login?token={TOKEN}")
    secret = http.cookies[COOKIE]
    assert housed.house.entrance.by_session(secret) is not None
    assert house_of(housed.office, "another").entrance.by_session(secret) is None


async def test_the_access_token_ends_with_the_first_administrators_account(
    housed: Housed,
) -> None:
    housed.person("boss", admin=True)
    async with housed.program() as admin:
        change = {"version": 1, "disabled": True}
        assert (await admin.patch("/api/accounts/admin", json=change)).status_code == 200
        assert (await admin.get("/api/me")).status_code == 401


async def test_the_page_asks_for_the_token_alone_until_somebody_has_a_password(
    office: Office, clock: Clock
) -> None:
    housed = open_house(office, clock)
    async with housed.browser() as http:
        assert (await http.get("/login")).text.count("<input") == 1
        housed.person("wang", password=PASSWORD)
        assert (await http.get("/login")).text.count("<input") == 4


async def test_what_is_over_is_forgotten(
    housed: Housed, http: httpx.AsyncClient, clock: Clock
) -> None:
    await login(http)
    await login(http, password="wrong")
    housed.house.entrance.forget(NINE + 100 * HOUR)
    with housed.office.engine.connect() as connection:
        for table in ("sessions", "login_failures"):
            assert connection.exec_driver_sql(f"select count(*) from {table}").scalar() == 0
