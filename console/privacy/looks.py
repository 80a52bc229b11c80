"""Who may see what of a case in clear, and for which reason. Pure.

An officer's own open case is a reason by itself for what one needs to go there: the plate and the
home. Everything else is asked for, with a reason of a closed list and in words, and is counted.
"""

from collections.abc import Mapping
from typing import Literal, get_args

from console.accounts.principal import Principal
from console.lifecycle.facts import Case
from console.lifecycle.table import Role

Field = Literal["plate", "home", "number", "person", "holder"]
"""A vehicle's plate, a home's address, the number of a card, a name a device sent, and whoever the
register names for a card or plate."""
Reason = Literal["handling", "identity", "emergency", "visit", "evidence", "supervision"]
REASONS: tuple[Reason, ...] = get_args(Reason)
WHY_MIN, WHY_MAX = 4, 500
NONE: frozenset[Field] = frozenset()
ALL: frozenset[Field] = frozenset(get_args(Field))

AT_ONCE: Mapping[Role, frozenset[Field]] = {"police": frozenset({"plate", "home"})}
"""What a role sees of its own open case unasked."""
ON_ASKING: Mapping[Role, frozenset[Field]] = {
    "police": ALL, "supervisor": ALL, "grid_worker": frozenset({"plate", "home"}),
    "property": frozenset({"plate"}),
}  # fmt: skip
"""What a role sees for a reason."""
ONLY_OWN: frozenset[Role] = frozenset({"grid_worker", "property"})
"""Who sees nothing but of their own open cases, whatever the reason."""


def is_own(case: Case, who: Principal) -> bool:
    """Whether somebody holds a case, or it was given to them or their team by name."""
    return case.holder == who.login or who.actor.is_party(case.assigned, frozenset())


def shown_at_once(case: Case, who: Principal, *, is_over: bool) -> frozenset[Field]:
    """What somebody sees of a case without asking; `is_over` once it is closed."""
    return NONE if is_over or not is_own(case, who) else AT_ONCE.get(who.role, NONE)


def shown_on_asking(case: Case, who: Principal, *, is_over: bool) -> frozenset[Field]:
    """What somebody sees of a case for a reason."""
    if who.role in ONLY_OWN and (is_over or not is_own(case, who)):
        return NONE
    return ON_ASKING.get(who.role, NONE)


def is_said(why: str) -> bool:
    """Whether a reason's words say anything."""
    return len(why.strip()) >= WHY_MIN
