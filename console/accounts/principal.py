"""Who asks, and what they may see and do: a role, bounded to areas and kinds. Pure."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from typing import Literal, get_args

from console.lifecycle.clocks import TreeName
from console.lifecycle.facts import Actor
from console.lifecycle.table import Role

EVERYWHERE = "*"
FIRST = "admin"
"""The first administrator: whoever has the access token of the data folder."""
Scope = Literal[
    "alerts:read", "cases:read", "cases:act", "reports:file", "shelves:write", "statistics:read",
    "register:read", "register:write", "watch:read", "watch:write", "accounts:admin", "office:read",
    "metrics:read", "self", "cases:reveal", "cases:export", "audit:read", "rights:file",
    "rights:decide",
]  # fmt: skip
"""What an API token may be for. A person's own session has all that the role has."""
SCOPES: tuple[Scope, ...] = get_args(Scope)
ROLES: tuple[Role, ...] = get_args(Role)
STAFF: frozenset[Role] = frozenset({"police", "grid_worker", "property", "supervisor"})
KINDS: dict[Role, tuple[TreeName, ...]] = {
    "police": ("police", "civil", "property"),
    "grid_worker": ("civil",),
    "property": ("property",),
    "supervisor": ("civil", "property"),
    "resident": (),
}
"""The kinds of cases that a role sees where its account says nothing else."""


def reach(own: Set[str], areas: Iterable[str]) -> bool:
    """Whether one who has these areas of their own looks after something that lies in those."""
    return EVERYWHERE in own or not own.isdisjoint(areas)


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who was let in. `areas` are ids of places, estates and nodes of the two trees.

    `session` is the one they came in by, if any: its cookie is sent by browsers unasked, so what
    it asks to change must carry the session's CSRF token as well.
    """

    login: str
    role: Role
    areas: frozenset[str]
    kinds: frozenset[TreeName]
    teams: frozenset[str] = frozenset()
    admin: bool = False
    scopes: frozenset[Scope] = field(default=frozenset(SCOPES))
    session: str | None = None
    must_change: bool = False
    name: str = ""

    @property
    def called(self) -> str:
        """What people call them: the name, or the login where there is none."""
        return self.name or self.login

    @property
    def is_everywhere(self) -> bool:
        """Whether no area bounds them."""
        return EVERYWHERE in self.areas

    @property
    def minds_all(self) -> bool:
        """Whether what waits for anybody waits for them too: they run the office, or are alone."""
        return self.admin and self.is_everywhere

    @property
    def actor(self) -> Actor:
        """As the lifecycle knows them."""
        return Actor(self.login, self.role, self.teams)

    @property
    def names(self) -> frozenset[str]:
        """What a watch entry can name them by: their role and their teams."""
        return self.teams | {self.role}

    def covers(self, areas: Iterable[str]) -> bool:
        """Whether something that lies in these areas is theirs to look after."""
        return reach(self.areas, areas)

    def sees(self, tree: TreeName, *, police_only: bool, named: Iterable[str] = ()) -> bool:
        """Whether they see what is of a tree, by role and kind.

        What is for the police alone is for police officers, and for supervisors of the police;
        where roles or teams are named, for those alone.
        """
        roles = tuple(named)
        if roles and self.names.isdisjoint(roles):
            return False
        if police_only and (
            self.role not in ("police", "supervisor") or "police" not in self.kinds
        ):
            return False
        return tree in self.kinds
