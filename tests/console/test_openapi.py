"""The API as it describes itself, asked at random by each role: it never breaks, and answers what
it says. The seed is fixed and the examples are few; what was found stands as tests of its own.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from console.accounts.principal import ROLES
from console.accounts.sessions import csrf_token
from console.guard import COOKIE, CSRF_HEADER
from console.lifecycle.table import Role
from console.office import Office
from console.rights import RIGHTS, key_of
from console.settings import ConsoleSettings
from tests.console.conftest import Clock
from tests.console.housing import Housed
from tests.console.security.house import marked, near
from tests.console.test_rights import principal

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_schema_conformance,
]  # fmt: skip
EXAMPLES = 3
FEW = settings(
    max_examples=EXAMPLES, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture(scope="module")
def housed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Housed]:
    clock = Clock()
    office = Office(ConsoleSettings(data=tmp_path_factory.mktemp("described")), clock)
    office.reading.caught_up = True
    housed = asyncio.run(marked(office, clock, "北门"))
    housed.person("root", areas=("*",), admin=True)
    yield housed
    office.close()


@pytest.fixture(scope="module")
def described(housed: Housed) -> dict[str, Any]:
    async def asked() -> Any:
        async with housed.client(headers_of(housed, "root")) as http:
            return (await http.get("/api/openapi.json")).json()

    told: dict[str, Any] = asyncio.run(asked())
    return told


def headers_of(housed: Housed, login: str) -> dict[str, str]:
    secret = housed.session(login)
    return {"Cookie": f"{COOKIE}={secret}", CSRF_HEADER: csrf_token(secret)}


def ends(path: str) -> bool:
    """Whether a route may be asked here: a stream never ends, and nobody shuts themselves out."""
    return not path.endswith("/stream") and not path.startswith("/api/me")


@dataclass
class Asking:
    """Asks as one person, and keeps what did not hold."""

    housed: Housed
    login: str
    role: Role
    held: int = 0
    wrong: list[str] = field(default_factory=list)

    def may(self, method: str, path: str) -> bool:
        is_root = self.login == "root"
        asker = principal(self.role, admin=is_root, everywhere=is_root)
        key = key_of(method.upper(), path.replace("{", "").replace("}", ""))
        return key is not None and RIGHTS[key].lets_in(asker) and ends(path)

    def all(self, described: dict[str, Any]) -> None:
        headers = headers_of(self.housed, self.login)
        schema = schemathesis.openapi.from_dict(described)
        with asyncio.Runner() as runner:
            for found in schema.get_all_operations():
                operation = found.ok()  # type: ignore[union-attr]
                if self.may(operation.method, operation.path):
                    self.one(operation, lambda sent: runner.run(self.send(headers, sent)))

    async def send(self, headers: dict[str, str], sent: dict[str, Any]) -> httpx.Response:
        """One request; who asks counts, whatever was made up for a header."""
        sent.pop("cookies", None)
        sent["headers"] = {**sent.get("headers", {}), **headers}
        async with self.housed.client({}) as http:
            return await http.request(**sent)

    def one(self, operation: Any, sending: Callable[[dict[str, Any]], httpx.Response]) -> None:
        @FEW
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            answer = sending(case.as_transport_kwargs(base_url="http://console:8080"))
            try:
                case.validate_response(answer, checks=CHECKS)
            except FailureGroup as group:
                said = "; ".join(str(one) for one in group.exceptions)
                self.wrong.append(f"{answer.request.method} {answer.request.url}: {said}")
            self.held += 1

        ask()


@pytest.mark.parametrize("login", ["root", *(near(role) for role in ROLES)])
def test_nothing_breaks_and_answers_are_as_described(
    housed: Housed, described: dict[str, Any], login: str
) -> None:
    role: Role = next((role for role in ROLES if near(role) == login), "police")
    asking = Asking(housed, login, role)
    asking.all(described)
    assert not asking.wrong, "\n".join(asking.wrong)
    assert asking.held > 5 * EXAMPLES


def test_every_route_of_the_table_is_described(described: dict[str, Any]) -> None:
    api = {path for _, path in RIGHTS if path.startswith("/api/")} - {"/api/openapi.json"}
    missing = {path for path in api if path not in described["paths"] and "{kind}" not in path}
    assert not {path for path in missing if not path.startswith("/api/register/")}
