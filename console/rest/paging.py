"""Lists by pages: `items`, and `next`, which the following page is asked with as `after`.

A cursor is where a page ended, as a text that says nothing to whoever has it. It stays good when
items are added or go: the next page begins behind where the last one ended.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

import orjson
from fastapi import Depends, HTTPException, Query, Request

from schemas.base import Model

T = TypeVar("T")
A = TypeVar("A")
Place = tuple[int | str, ...]
"""Where an item stands in its list: what the list is sorted by, and the item's name."""
LIMIT, LIMIT_MAX = 100, 500
LOOKED_AT_MAX = 5000
"""Rows that one answer is looked for in, of which only some are in sight."""
INT_MAX = 1 << 62


class Page(Model, Generic[T]):
    """Some items, and where the next ones begin; None where there are no more."""

    items: list[T]
    next: str | None = None


def cursor_of(*parts: int | str) -> str:
    """Where the next page begins, as a text that says nothing."""
    return urlsafe_b64encode(orjson.dumps(parts)).rstrip(b"=").decode()


def read_cursor(text: str, like: Sequence[type]) -> Place:
    """The place that a cursor means. Raises HTTPException for one that is none of this list's."""
    try:
        raw = urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
        parts = orjson.loads(raw)
    except ValueError as error:
        raise not_ours() from error
    if not isinstance(parts, list) or [type(part) for part in parts] != list(like):
        raise not_ours()
    if any(isinstance(part, int) and abs(part) >= INT_MAX for part in parts):
        raise not_ours()
    return tuple(parts)


def next_link(request: Request, cursor: str) -> str:
    """The `Link` header (RFC 8288) of a list that is a plain array: where its next page is."""
    return (
        f'<{request.url.path}?{request.url.include_query_params(after=cursor).query}>; rel="next"'
    )


def not_ours() -> HTTPException:
    """What is answered to a cursor that was never given out."""
    return HTTPException(422, "after: give the `next` of the page before")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A page of rows, before they are shown."""

    items: Sequence[T]
    next: str | None = None

    def shown(self, show: Callable[[T], A]) -> Page[A]:
        """What is answered of them."""
        return Page(items=[show(one) for one in self.items], next=self.next)


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a list somebody asks for."""

    limit: int = LIMIT
    after: str | None = None

    def begin(self, *like: type) -> Place | None:
        """Behind which place it begins; None for the first page. Raises HTTPException."""
        return None if self.after is None else read_cursor(self.after, like)

    def page(self, found: Sequence[T], place: Callable[[T], Place]) -> Found[T]:
        """The page of rows that were read from there on, one more than it holds if there is."""
        last = found[self.limit - 1] if len(found) > self.limit else None
        following = None if last is None else cursor_of(*place(last))
        return Found(found[: self.limit], following)

    def of(self, items: Iterable[T], place: Callable[[T], Place], *like: type) -> Found[T]:
        """The page of a list that is in memory, in the order of the places."""
        begin = self.begin(*like)
        ordered = sorted(items, key=place)
        return self.page([one for one in ordered if begin is None or place(one) > begin], place)

    def seen(
        self,
        read: Callable[[Place | None, int], Sequence[T]],
        place: Callable[[T], Place],
        is_seen: Callable[[T], bool],
        *like: type,
    ) -> Found[T]:
        """The page of those that somebody sees, of rows that `read` gives from a place on.

        Where few are in sight it may hold fewer than the limit, and still have a `next`.
        """
        last, found, looked_at = self.begin(*like), list[T](), 0
        while len(found) <= self.limit and looked_at < max(LOOKED_AT_MAX, self.limit + 1):
            some = read(last, LIMIT_MAX)
            found += [one for one in some if is_seen(one)]
            looked_at += len(some)
            if len(some) < LIMIT_MAX:
                return self.page(found, place)
            last = place(some[-1])
        page = self.page(found, place)
        return page if page.next or last is None else Found(page.items, cursor_of(*last))


def _part(
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = LIMIT,
    after: Annotated[
        str | None, Query(max_length=1000, description="`next` of the page before")
    ] = None,
) -> Part:
    return Part(limit, after)


Paged = Annotated[Part, Depends(_part)]
