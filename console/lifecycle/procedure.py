"""The procedure: what an act makes of a case. A case is its opening and all acts since."""

from dataclasses import dataclass, field, replace

from console.lifecycle.changes import CHANGES, parties_of, shelved, with_parties
from console.lifecycle.clocks import Clocks, Rung, TreeName
from console.lifecycle.facts import Case, Deed, Facts
from console.lifecycle.routing import Categories, Category, shipped_categories
from console.lifecycle.table import Role, Table
from schemas.alerts import SEVERITIES

_TREES: dict[Role, TreeName] = {
    "police": "police", "grid_worker": "civil", "property": "property",
}  # fmt: skip
_TAKEN = (
    "flow", "kind", "estate", "place", "place_name", "severity", "handler", "delivery",
    "police_only", "named_roles", "nodes", "areas", "quiet", "reporter",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Procedure:
    """The table, the clocks and the routing of reports, on the office's wall clock.

    `review_alone`: who closed a case may review it, where an office has one officer.
    """

    table: Table
    clocks: Clocks
    timezone: str = "Asia/Shanghai"
    review_alone: bool = False
    categories: Categories = field(default_factory=shipped_categories)

    def handlers_of(self, role: Role) -> frozenset[str]:
        """The first handlers that a role stands for."""
        tree = _TREES.get(role)
        return frozenset(self.clocks.trees[tree].handlers if tree else ())

    def role_of(self, handler: str) -> Role | None:
        """The role that a first handler is; None for a word that is none."""
        return next((role for role in _TREES if handler in self.handlers_of(role)), None)

    def tree_of(self, case: Case) -> TreeName:
        """The tree that a case climbs."""
        return self.clocks.tree_of(case.handler)

    def is_over(self, case: Case) -> bool:
        """Whether a case is closed."""
        return self.table.is_over(case.flow, case.state)

    def category_of(self, case: Case) -> Category | None:
        """What a report is about; None for an alert, or a category that is no more."""
        return self.categories.get(case.kind) if case.flow == "report" else None

    def opened(self, name: str, deed: Deed) -> Case:
        """A new case: its first version."""
        facts = deed.facts
        assert facts is not None
        taken = {name: getattr(facts, name) for name in _TAKEN}
        case = Case(
            id=name, **taken, parties=parties_of(facts), opened_at=deed.at, since=deed.at,
            state=self.table.flows[facts.flow].begins, changed_at=deed.at,
            last_by=deed.by, last_act=deed.kind,
        )  # fmt: skip
        case = self._started(case, deed.at)
        if facts.shelved_until is not None:
            case = shelved(case, deed.at, facts.shelved_until)
        return self._timed(case)

    def applied(self, case: Case, deed: Deed) -> Case:
        """A case after an act that is possible (`refusal`): its next version."""
        state = self.table.leads_to(case.flow, case.state, deed.kind)
        assert state is not None
        after = replace(
            case, version=case.version + 1, changed_at=deed.at, last_by=deed.by,
            last_act=deed.kind, verdict=deed.verdict or case.verdict,
        )  # fmt: skip
        after = self._changed(after, deed)
        # Another state, the same given to others, or the case sent elsewhere: a stage begins.
        if state != case.state or deed.kind in ("assign", "return"):
            after = self._entered(case, replace(after, state=state, since=deed.at), deed)
        return self._timed(after)

    def _entered(self, before: Case, case: Case, deed: Deed) -> Case:
        """A stage begins: whoever no longer has the case is taken off it."""
        if case.state == self.table.flows[case.flow].begins:
            case = replace(case, holder="", assigned="")
        elif case.state == "accepted":
            case = replace(case, assigned="")
        if self.is_over(before) and not self.is_over(case):
            case = replace(case, verdict=None, closed_by="", closed_at=None)
        return self._started(case, deed.at)

    def _changed(self, case: Case, deed: Deed) -> Case:
        """What the act changes beside the state."""
        if deed.kind == "climb":
            return self._climbed(case, deed)
        if deed.kind == "join":
            return self._joined(case, deed)
        change = CHANGES.get(deed.kind)
        return change(case, deed) if change is not None else case

    def rungs(self, case: Case, at: int) -> tuple[Rung, ...]:
        """The ladder of a case as it is at an instant."""
        manned = self.clocks.is_manned(at, case.areas, self.timezone)
        return self.clocks.ladder(case, manned=manned)

    def _started(self, case: Case, at: int) -> Case:
        """The clock of a stage, from its beginning, with the first rung told."""
        period = self.clocks.period_ms(case)
        first = self.rungs(case, at)[0]
        return replace(
            case, due_at=None if period is None else at + period, overdue_at=None, rung=0,
            told_level=first.level, told_node=first.node, extended=0, reminded=0,
            shelved_until=None, left_ms=None,
        )  # fmt: skip

    def _climbed(self, case: Case, deed: Deed) -> Case:
        """Time ran out: the next rung is told, and its clock begins; the last one stays told."""
        rungs = self.rungs(case, deed.at)
        rung = min(case.rung + 1, len(rungs) - 1)
        more = self.clocks.climb_ms(case)
        is_last = rung == len(rungs) - 1
        return replace(
            case, rung=rung, told_level=rungs[rung].level, told_node=rungs[rung].node,
            overdue_at=case.overdue_at or case.due_at,
            wake_at=None if is_last or more is None else deed.at + more,
            parties=with_parties(case, f"group:{rungs[rung].group}"),
        )  # fmt: skip

    def _joined(self, case: Case, deed: Deed) -> Case:
        """Another alert of the incident, or one that became graver: the graver one leads."""
        facts = deed.facts
        assert facts is not None
        if self.is_over(case) or self.is_graver(case, facts):
            case = replace(case, quiet=facts.quiet)
        if not self.is_graver(case, facts):
            return case
        case = replace(
            case, kind=facts.kind, severity=facts.severity, handler=facts.handler,
            delivery="push" if "push" in (case.delivery, facts.delivery) else "list",
            place=facts.place, place_name=facts.place_name,
            parties=with_parties(case, *parties_of(facts)),
        )  # fmt: skip
        return case if self.is_over(case) else self._started(case, deed.at)

    def is_graver(self, case: Case, facts: Facts) -> bool:
        """Whether an alert is graver than its case."""
        return SEVERITIES.index(facts.severity) > SEVERITIES.index(case.severity)

    def _timed(self, case: Case) -> Case:
        """When the console must look at the case again."""
        if case.shelved_until is not None:
            return replace(case, wake_at=case.shelved_until)
        if case.overdue_at is not None:
            return case
        return replace(case, wake_at=case.due_at)
