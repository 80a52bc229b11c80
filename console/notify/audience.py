"""From who is meant to who is told, by which channel: nobody is told of what they may not see."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection

from console.accounts.book import principal_of
from console.accounts.tables import ACCOUNTS, TEAM_MEMBERS
from console.cases.reading import Reader
from console.lifecycle.facts import Case
from console.lifecycle.procedure import Procedure
from console.notify.channels import FEED, Book, Channel
from console.notify.people import Standing, contacts_of
from console.notify.roster import EVERYWHERE, on_duty, working
from console.notify.whom import Aim, Ring


@dataclass(frozen=True, slots=True)
class Way:
    """One channel, and the people who are called on it."""

    channel: str
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Audience:
    """Finds who is told, in one connection."""

    tx: Connection
    procedure: Procedure
    book: Book
    zone: ZoneInfo
    roster: Standing = field(default_factory=Standing)

    def ways(self, ring: Ring, at: int) -> list[Way]:
        """Who is told of a ring, by what; each person by each channel they are reached by."""
        people = [login for login in self._meant(ring.aim, at) if self._sees(login, ring.case)]
        contacts = contacts_of(self.tx, people)
        ways = []
        for name, channel in self.book.channels.items():
            here = tuple(login for login, own in contacts if own == name)
            if channel.confidential < ring.case.police_only:
                continue
            if not channel.group:
                ways += [Way(name, (login,)) for login in here]
            elif self._reads(channel, ring) and (here or not ring.aim.ref):
                ways.append(Way(name, here))
        return ways

    def feeds(self, case: Case) -> list[Way]:
        """The feeds that a new case goes to."""
        return [
            Way(f"{FEED}{name}")
            for name, feed in self.book.feeds.items()
            if feed.enabled
            and (EVERYWHERE in feed.kinds or case.kind in feed.kinds)
            and _covers(feed.areas, case.areas)
            and feed.confidential >= case.police_only
            and not case.named_roles
        ]

    def _meant(self, aim: Aim, at: int) -> tuple[str, ...]:
        """The logins that are meant: those on duty, or the one or the team that is named."""
        entries = self.roster.entries.values()
        kind, _, name = aim.ref.partition(":")
        if kind == "person":
            return (name,)
        if kind == "team":
            members = self._members(name)
            there = working(entries, at, self.zone)
            return tuple(m for m in members if m in there) or members
        return on_duty(entries, aim.duties, aim.areas, at, self.zone)

    def _members(self, team: str) -> tuple[str, ...]:
        query = sa.select(TEAM_MEMBERS.c.login).where(TEAM_MEMBERS.c.team == team)
        return tuple(self.tx.scalars(query.order_by(TEAM_MEMBERS.c.login)))

    def _sees(self, login: str, case: Case) -> bool:
        who = principal_of(self.tx, login)
        return who is not None and Reader(self.tx, self.procedure, who).case(case.id) is not None

    def _reads(self, channel: Channel, ring: Ring) -> bool:
        """Whether a group is one that the ring is for, and all in it may know."""
        named = ring.case.named_roles
        if named and not channel.readers <= set(named):
            return False
        if ring.case.police_only and not set(channel.roles) <= {"police"}:
            return False
        roles = {self.procedure.role_of(duty) or duty for duty in ring.aim.duties}
        if ring.aim.ref:
            roles = self._roles(ring.aim.ref)
        return bool(roles & set(channel.roles)) and _covers(channel.areas, ring.case.areas)

    def _roles(self, ref: str) -> set[str]:
        """The role of a person, or of a team's members."""
        kind, _, name = ref.partition(":")
        logins = (name,) if kind == "person" else self._members(name)
        return set(self.tx.scalars(sa.select(ACCOUNTS.c.role).where(ACCOUNTS.c.login.in_(logins))))


def _covers(wanted: Iterable[str], areas: Iterable[str]) -> bool:
    return EVERYWHERE in wanted or not set(wanted).isdisjoint(areas)
