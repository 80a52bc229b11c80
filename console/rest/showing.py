"""Cases as they are shown: in words, with the acts that whoever asks may do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from console.accounts.principal import Principal
from console.cases.reading import Reader
from console.lifecycle.facts import Case
from console.lifecycle.procedure import Procedure
from console.lifecycle.refusal import is_possible
from console.rest.answers import CaseAnswer, CaseDetail, ReportAnswer
from schemas.base import Words

_SAME = tuple(name for name in CaseAnswer.model_fields if name in Case.__dataclass_fields__)
RESIDENT_SEES_NOT = ("holder", "assigned", "told_node")


@dataclass(frozen=True, slots=True)
class Shown:
    """Shows cases to one person; `title` names a situation."""

    procedure: Procedure
    title: Callable[[str], Words]
    who: Principal

    def case(self, case: Case) -> CaseAnswer:
        """A case in short."""
        return CaseAnswer(**self._fields(case))

    def detail(self, case: Case, reader: Reader) -> CaseDetail:
        """A case with its alerts and its report. Residents are shown no alerts."""
        row = reader.report(case.id)
        report = None
        if row is not None:
            report = ReportAnswer(
                text=row.text, dwelling=row.dwelling, against=row.against,
                filed_by=row.filed_by, filed_at=row.filed_at,
            )  # fmt: skip
        alerts = [] if self.who.role == "resident" else reader.alerts(case.id)
        return CaseDetail(**self._fields(case), alerts=alerts, report=report)

    def _fields(self, case: Case) -> dict[str, Any]:
        table, clocks = self.procedure.table, self.procedure.clocks
        own = {
            "title": self._title(case), "tree": self.procedure.tree_of(case),
            "state_name": table.flows[case.flow].states[case.state],
            "is_over": self.procedure.is_over(case), "told": case.told_level,
            "told_name": clocks.levels[case.told_level], "parties": list(case.parties),
            "acts": [act for act in table.possible(case.flow, case.state) if self._may(case, act)],
        }  # fmt: skip
        fields = {name: getattr(case, name) for name in _SAME} | own
        if self.who.role == "resident":
            fields |= dict.fromkeys(RESIDENT_SEES_NOT, "") | {"parties": []}
        return fields

    def _may(self, case: Case, act: Any) -> bool:
        return is_possible(self.procedure, case, act, self.who.actor)

    def _title(self, case: Case) -> Words:
        category = self.procedure.category_of(case)
        return Words(zh=category.zh, en=category.en) if category else self.title(case.kind)
