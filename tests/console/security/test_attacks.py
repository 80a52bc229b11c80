"""Attacks on the whole application, each with what must come of it; and that the same thing done
rightly goes through, since a door that is always shut proves nothing.
"""

import asyncio
import html
import re
from collections.abc import AsyncIterator, Iterator
from html.parser import HTMLParser

import httpx
import pytest

from console.accounts.principal import ROLES
from console.accounts.sessions import csrf_token
from console.guard import CHANGING, COOKIE, CSRF_HEADER
from console.office import Office
from console.rights import MB, RIGHTS, Key
from console.settings import ConsoleSettings
from tests.console.conftest import Clock
from tests.console.housing import PASSWORD, Housed
from tests.console.samples import alert
from tests.console.security.house import CASES, marked, near
from tests.console.security.test_areas import ASKED, paths_of
from tests.console.test_batch import alert_record
from tests.console.test_rights import filled
from tests.repo.tree import ROOT

HOSTILE = "\"'><script>alert(9)</script><b onx=\"1\" x='{{7*7}}'>"
HTML = {"Accept": "text/html,*/*"}


@pytest.fixture(scope="module")
def housed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Housed]:
    clock = Clock()
    office = Office(ConsoleSettings(data=tmp_path_factory.mktemp("attacked")), clock)
    housed = asyncio.run(marked(office, clock, HOSTILE))
    housed.person("root", areas=("*",), admin=True)
    housed.person("neighbour")
    yield housed
    office.close()


@pytest.fixture
async def stranger(housed: Housed) -> AsyncIterator[httpx.AsyncClient]:
    async with housed.browser() as http:
        yield http


class Page(HTMLParser):
    """Finds what a hostile text would have made of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.is_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_script = tag == "script"
        self.found += [name for name, _ in attrs if name.startswith("on")]
        self.found += [value for _, value in attrs if value and value.startswith("javascript:")]

    def handle_data(self, data: str) -> None:
        if self.is_script and "alert(9)" in data:
            self.found.append("script")


async def test_what_devices_and_people_gave_is_text_on_every_page(housed: Housed) -> None:
    """A name of a place, a device, a home or a plate that would be a script or an attribute."""
    showing = set[str]()
    for login in (*(near(role) for role in ROLES), "root"):
        async with housed.client(HTML | {"Cookie": f"{COOKIE}={housed.session(login)}"}) as http:
            for path in {path for key in ASKED for path in paths_of(key[1])}:
                answer = await http.get(path)
                if "text/html" not in answer.headers.get("content-type", ""):
                    continue
                assert not Page(answer.text).found, (login, path)
                if "alert(9)" in answer.text:
                    showing.add(path.partition("?")[0])
    assert len(showing) >= 15, showing


def test_the_finder_finds() -> None:
    assert Page(HOSTILE).found == ["script", "onx"]
    assert Page(f'<a href="{HOSTILE}">').found == ["script", "onx"]
    assert not Page(html.escape(HOSTILE)).found
    assert Page('<a href="javascript:1">').found == ["javascript:1"]


def changing() -> list[Key]:
    return [
        key for key, right in RIGHTS.items()
        if key[0] in CHANGING and right.csrf != "none" and not right.is_login
    ]  # fmt: skip


@pytest.mark.parametrize("key", changing(), ids="-".join)
async def test_another_sites_page_changes_nothing_by_a_session_of_ours(
    housed: Housed, key: Key
) -> None:
    """Without the session's token, with a wrong one, another session's, from another origin."""
    right = RIGHTS[key]
    role = "police" if "police" in right.roles else sorted(right.roles)[0]
    login = "root" if role == "police" else near(role)
    secret = housed.session(login)
    wrong = [
        "",
        "guessed",
        csrf_token(housed.session("neighbour")),
        csrf_token(housed.session(login)),
    ]
    named = key[1].replace("{name}", CASES[0])
    path = filled(named.replace("{kind}", "passes" if "/m/" in key[1] else "permits"))
    async with housed.client({"Cookie": f"{COOKIE}={secret}"}) as http:
        for token in wrong:
            sent = {"data": {"csrf": token}} if right.csrf == "form" else {"json": {}}
            headers = {} if right.csrf == "form" else {CSRF_HEADER: token}
            answer = await http.request(key[0], path, headers=headers, **sent)  # type: ignore[arg-type]
            assert answer.status_code == 403, (token, answer.status_code, answer.text[:300])
        own = csrf_token(secret)
        sent = {"data": {"csrf": own}} if right.csrf == "form" else {"json": {}}
        foreign = {"Origin": "https://evil.example", CSRF_HEADER: own}
        answer = await http.request(key[0], path, headers=foreign, **sent)  # type: ignore[arg-type]
        assert answer.status_code == 403
        if key[1] == "/logout":
            return
        answer = await http.request(key[0], path, headers={CSRF_HEADER: own}, **sent)  # type: ignore[arg-type]
        assert answer.status_code not in (403, 500), answer.text[:300]


OUTSIDE = (
    "../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd",
    "....//....//etc/passwd", "..\\..\\console.db", "%00", "master.key", "..%252fmaster.key",
    "phone.css/../../words.yaml", "/etc/passwd",
)  # fmt: skip
FILES = (
    "/pictures/", "/m/photos/a1/", "/m/photos/../", "/m/file/", "/m/language/", "/around/",
    "/privacy/", "/api/register/", "/buildings/", "/rights/x/", "/paper/cases/",
)  # fmt: skip


@pytest.mark.parametrize("front", FILES)
async def test_no_path_leads_out_of_its_folder(housed: Housed, front: str) -> None:
    async with housed.program() as http:
        for name in OUTSIDE:
            answer = await http.get(front + name)
            assert answer.status_code in (302, 303, 400, 403, 404, 405, 422), (
                name,
                answer.text[:200],
            )
            assert "root:" not in answer.text
            assert bytes(range(32)) not in answer.content


PHOTO = (
    b'--B\r\nContent-Disposition: form-data; name="photo"; filename="x.jpg"\r\n'
    b"Content-Type: image/jpeg\r\n\r\n"
)


@pytest.mark.parametrize("is_told", [True, False])
async def test_a_body_beyond_its_route_is_refused_as_it_was_asked(
    housed: Housed, is_told: bool
) -> None:
    """With its length in the header and without; a browser is answered with a page."""

    async def chunks(size: int) -> AsyncIterator[bytes]:
        yield PHOTO
        for _ in range(0, size, MB):
            yield b"a" * MB

    tried = [("/m/report", 26 * MB), ("/visits", MB), ("/password", MB), ("/api/reports", MB)]
    async with housed.browser(near("police")) as http:
        for path, size in tried:
            body = b"a" * size if is_told else chunks(size)
            form = {"Content-Type": "multipart/form-data; boundary=B", **HTML}
            answer = await http.post(path, content=body, headers=form)
            assert answer.status_code == 413, (path, answer.text[:200])
            kind = "json" if path.startswith("/api/") else "html"
            assert kind in answer.headers["content-type"], path
        answer = await http.post("/visits", content=b"a" * MB)
        assert answer.json()["detail"].startswith("at most")


async def test_what_is_refused_to_a_browser_is_a_page_in_its_language(
    stranger: httpx.AsyncClient, housed: Housed
) -> None:
    async with housed.browser(near("resident")) as http:
        for language, said in (("zh-CN", "本页不对您开放"), ("en-GB", "This is not for you")):
            asked = HTML | {"Accept-Language": language}
            answer = await http.get("/audit", headers=asked)
            assert (answer.status_code, said in answer.text) == (403, True)
        assert (await http.get("/audit")).json()["detail"].startswith("this is not for")
    answer = await stranger.get("/nowhere", headers=HTML)
    assert (answer.status_code, "这里没有内容" in answer.text) == (404, True)


SPLIT = "x\r\nSet-Cookie: sc_session=mine"


async def test_no_header_can_be_slipped_in(housed: Housed, stranger: httpx.AsyncClient) -> None:
    """By what comes back in a header: names of files, where one is led, what one asked again."""
    tried = ("/login?next=/m/%0d%0aSet-Cookie:x=1", "/m/language/zh?to=%0d%0aSet-Cookie:x=1",
             "/m/cases/a1%0d%0aSet-Cookie:x=1", "/homes?format=xlsx%0d%0aX-In:1",
             "/places/x%0d%0aX-In:1?format=xlsx", "/rights/a%0d%0aX-In:1/copy.json")  # fmt: skip
    async with housed.browser("root") as http:
        for path in tried:
            for one in (http, stranger):
                answer = await one.get(path, headers=HTML)
                assert "x-in" not in answer.headers
                assert "x=1" not in answer.headers.get("set-cookie", "")
                assert answer.status_code < 500
        for path in ("/m/language/en", "/api/cases", "/m"):
            answer = await http.get(
                path, headers={"If-None-Match": "x\ty", "Referer": "//evil.example"}
            )
            assert "evil" not in answer.headers.get("location", "")


async def test_a_session_that_was_planted_is_not_the_one_that_is_opened(housed: Housed) -> None:
    housed.person("planted", password=PASSWORD)
    given = {"login": "planted", "password": PASSWORD}
    for planted in ("mine", "a" * 43, housed.session("neighbour")):
        async with housed.client({"Cookie": f"{COOKIE}={planted}"}) as http:
            answer = await http.post("/login", data=given)
            cookie = answer.headers["set-cookie"]
            assert planted not in cookie
            assert re.search(r"HttpOnly.*SameSite=lax", cookie, re.IGNORECASE)
        async with housed.client({"Cookie": f"{COOKIE}={planted}"}) as http:
            told = await http.get("/api/me")
            assert told.status_code == 401 or told.json()["login"] == "neighbour"


ELSEWHERE = (
    "//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example",
    "/m/..//evil.example",
    "/m/%2f%2fevil.example", "javascript:alert(1)", "/m\t//evil.example", "/m@evil.example",
)  # fmt: skip


@pytest.mark.parametrize("path", ELSEWHERE)
async def test_no_login_leads_to_another_site(housed: Housed, path: str) -> None:
    login = f"led-{ELSEWHERE.index(path)}"
    housed.person(login, password=PASSWORD)
    async with housed.client(HTML, f"10.9.0.{ELSEWHERE.index(path)}") as http:
        given = {"login": login, "password": PASSWORD}
        answer = await http.post("/login", params={"next": path}, data=given)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        page = await http.get("/login", params={"next": path})
        assert "evil" not in page.text
        for front in ("/m/language/en", "/m/me"):
            led = await http.get(front, params={"next": path, "to": path, "back": path})
            assert "evil" not in led.headers.get("location", "")


async def test_a_foreign_host_name_stands_in_no_answer(housed: Housed) -> None:
    """Else a page in a shared cache, or a link in a mail, would lead to the attacker."""
    named = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Original-URL": "/audit"}
    for login in (near("police"), near("resident"), None):
        async with housed.browser(login) as http:
            for path in ("/", "/login", "/m", "/m/cases/a1", "/api/cases", "/gates", "/nowhere"):
                answer = await http.get(path, headers=named | HTML)
                assert "evil.example" not in answer.text
                assert "evil.example" not in answer.headers.get("location", "")


async def test_guessing_passwords_is_locked_by_login_and_slowed_by_address(housed: Housed) -> None:
    housed.person("guessed", password=PASSWORD)
    async with housed.client(HTML, "10.8.0.1") as http:
        wrong = [await http.post("/login", data={"login": "guessed", "password": f"no {n}"})
                 for n in range(6)]  # fmt: skip
        assert [one.status_code for one in wrong] == [401] * 5 + [429]
    async with housed.client(HTML, "10.8.0.2") as http:
        right = await http.post("/login", data={"login": "guessed", "password": PASSWORD})
        assert right.status_code == 429, "another address does not unlock it"
        many = [await http.post("/login", data={"login": f"who-{n}", "password": "x"})
                for n in range(40)]  # fmt: skip
        assert {one.status_code for one in many} == {401, 429}
        assert many[-1].status_code == 429


CALLS_OUT = re.compile(
    r"httpx\.(Client|AsyncClient|HTTPTransport|request|post|get)\b|urlopen"
    r"|import requests|http\.client|socket\.create_connection"
)


def test_what_calls_out_goes_by_the_one_door_that_judges_addresses() -> None:
    """The table of addresses is in tests/console/notify; a second way out would go round it."""
    calling = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "console").rglob("*.py")
        if CALLS_OUT.search(file.read_text(encoding="utf-8"))
    }
    # The commands ask the console itself, and the outbox asks the log that the settings name.
    own = {"console/tail.py", "console/verdicts.py", "console/outbox/stored.py"}
    assert calling - own == {"console/notify/wire.py"}
    door = (ROOT / "console/notify/wire.py").read_text(encoding="utf-8")
    assert "resolved(target)" in door


async def test_hostile_words_travel_through_the_log_and_the_api_unchanged(housed: Housed) -> None:
    """Nothing is cleaned on its way in: what is shown is escaped where it is shown."""
    await housed.office.take([alert_record(90, alert("odd", key=HOSTILE))])
    async with housed.browser("root") as http:
        told = (await http.get("/api/alerts/odd")).json()
        assert told["key"] == HOSTILE
        listed = [one["id"] for one in (await http.get("/api/cases")).json()["items"]]
        assert set(CASES) <= set(listed)
