"""What each act of people changes in a case beside its state. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

from console.lifecycle.facts import Case, Deed, Facts
from schemas.acts import ActKind
from schemas.alerts import Handler


def parties_of(facts: Facts) -> tuple[str, ...]:
    """Who else has to do with a case from the start."""
    if facts.police_only:
        return ("group:police",)
    return tuple(f"group:{handler}" for handler in (facts.handler, *facts.also))


def with_parties(case: Case, *refs: str) -> tuple[str, ...]:
    """The parties of a case and some more, each once."""
    return tuple(dict.fromkeys((*case.parties, *refs)))


def shelved(case: Case, at: int, until: int) -> Case:
    """The case rests until then, and its clock with it."""
    left = case.left_ms if case.due_at is None else max(0, case.due_at - at)
    return replace(case, shelved_until=until, left_ms=left, due_at=None, overdue_at=None)


def _accepted(case: Case, deed: Deed) -> Case:
    if not case.assigned:
        return replace(case, holder=deed.by)
    return replace(case, holder=case.holder or deed.by, assigned=f"person:{deed.by}")


def _assigned(case: Case, deed: Deed) -> Case:
    holder = case.holder or deed.by
    return replace(case, holder=holder, assigned=deed.to, parties=with_parties(case, deed.to))


def _assisted(case: Case, deed: Deed) -> Case:
    return replace(case, parties=with_parties(case, deed.to))


def _returned(case: Case, deed: Deed) -> Case:
    """Only what nobody has taken yet can be sent to another first handler."""
    if case.holder or not deed.to.startswith("group:"):
        return case
    handler = cast(Handler, deed.to.removeprefix("group:"))
    return replace(case, handler=handler, parties=with_parties(case, deed.to))


def _closed(case: Case, deed: Deed) -> Case:
    return replace(case, closed_by=deed.by, closed_at=deed.at, holder=case.holder or deed.by)


def _shelved(case: Case, deed: Deed) -> Case:
    assert deed.until is not None
    return shelved(case, deed.at, deed.until)


def _unshelved(case: Case, deed: Deed) -> Case:
    due = None if case.left_ms is None else deed.at + case.left_ms
    quiet = "" if case.quiet == "shelf" else case.quiet
    return replace(case, shelved_until=None, left_ms=None, due_at=due, quiet=quiet)


def _extended(case: Case, deed: Deed) -> Case:
    return replace(case, due_at=deed.until, overdue_at=None, extended=case.extended + 1)


def _reminded(case: Case, _deed: Deed) -> Case:
    return replace(case, reminded=case.reminded + 1)


def _supervised(case: Case, _deed: Deed) -> Case:
    return replace(case, supervised=True)


def _transferred(case: Case, deed: Deed) -> Case:
    return replace(case, number=deed.number)


def _rated(case: Case, deed: Deed) -> Case:
    return replace(case, rating=deed.rating)


CHANGES: Mapping[ActKind, Callable[[Case, Deed], Case]] = {
    "accept": _accepted, "assign": _assigned, "assist": _assisted, "return": _returned,
    "close": _closed, "shelve": _shelved, "unshelve": _unshelved, "extend": _extended,
    "remind": _reminded, "supervise": _supervised, "transfer": _transferred, "rate": _rated,
}  # fmt: skip
