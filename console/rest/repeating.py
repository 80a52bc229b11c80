"""What may be asked again: a POST under an `Idempotency-Key` is done once.

One way for all routes. The same key with the same request by the same person is answered as before,
with `Idempotency-Replayed: true`; with another request it is refused. Nothing that was secret in an
answer is kept: it is null in what is answered again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from sqlalchemy import Connection, Engine
from starlette.responses import Response

from console.accounts.principal import Principal
from console.cases.once import KEY_MAX, Asked, digest_of, once, slow_digest_of
from console.guard import principal_of

REPLAYED = {"Idempotency-Replayed": "true"}
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key", max_length=KEY_MAX, pattern=r"^[\x21-\x7e]*$",
        description="the same key with the same request is done once, for a day",
    ),
]  # fmt: skip
Work = Callable[[Connection], BaseModel | None]


class Keeper(Protocol):
    """Whose database it is, and what the time is there (ms)."""

    @property
    def engine(self) -> Engine:
        """Its database."""

    @property
    def clock(self) -> Callable[[], int]:
        """The wall clock."""


@dataclass(frozen=True, slots=True)
class Form:
    """How an answer is given: its status, and the field of it that is shown once and not kept.

    `is_guarded`: what is asked may hold a password, a number or a name, so that no plain hash of it
    is kept.
    """

    status: int = 200
    secret: str = ""
    is_guarded: bool = False


PLAIN, MADE = Form(), Form(201)
GUARDED, GUARDED_MADE, GUARDED_DONE = (
    Form(is_guarded=True), Form(201, is_guarded=True), Form(204, is_guarded=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Once:
    """One request, and the key under which it may come again ("" for none)."""

    who: Principal
    key: str
    path: str

    def answer(
        self, keeper: Keeper, asked: BaseModel | None, work: Work, form: Form = PLAIN
    ) -> Response:
        """The answer of `work`, in one transaction with the key; an old one is marked.

        All that `work` writes and reads by `writing` and `reading` is a part of it. Raises
        KeyReused, and what `work` raises: then nothing was done.
        """
        fresh: list[str] = []

        def kept(tx: Connection) -> str:
            told = work(tx)
            if told is None:
                return ""
            fresh.append(told.model_dump_json())
            return told.model_copy(update={form.secret: None}).model_dump_json() if (
                form.secret
            ) else fresh[-1]  # fmt: skip

        body, is_old = once(keeper.engine, self._asked(keeper, asked, form), kept)
        text = body if is_old or not fresh else fresh[-1]
        headers = REPLAYED if is_old else {}
        if form.status == 204:
            return Response(status_code=204, headers=headers)
        return Response(text, form.status, headers, "application/json")

    def _asked(self, keeper: Keeper, asked: BaseModel | None, form: Form) -> Asked:
        said = (self.path, "" if asked is None else asked.model_dump_json())
        at = keeper.clock()
        if not self.key:
            return Asked(self.who.login, "", "", at)
        if form.is_guarded:
            return Asked(
                self.who.login, self.key, slow_digest_of(f"{self.who.login} {self.key}", *said), at
            )
        return Asked(self.who.login, self.key, digest_of(*said), at)


def _once(request: Request, key: Key = "") -> Once:
    return Once(principal_of(request.scope), key, request.url.path)


Repeatable = Annotated[Once, Depends(_once)]
