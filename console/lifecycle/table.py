"""The table of states × acts, read from `table.yaml` beside it and checked whole."""

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import Field, model_validator

from schemas.acts import ActKind, Rating, Verdict
from schemas.base import Model, Words

FlowName = Literal["alert", "report"]
Role = Literal["police", "grid_worker", "property", "supervisor", "resident"]
Need = Literal["why", "to", "until", "number", "verdict", "rating"]
SYSTEM = "system"
"""Who does what the console does by itself."""


class ActRule(Words):
    """One act: its name, the roles that may do it (none: the console), what it must say."""

    roles: tuple[Role, ...]
    needs: tuple[Need, ...] = ()


class Flow(Model):
    """The states of one flow and the acts that lead from one to another."""

    begins: str
    over: tuple[str, ...]
    closes_after: tuple[str, ...]
    early_verdicts: tuple[Verdict, ...]
    states: dict[str, Words]
    moves: dict[str, dict[ActKind, str]]
    words: dict[ActKind, Words] = Field(default_factory=dict)


class Table(Model):
    """Everything that `table.yaml` says."""

    flows: dict[FlowName, Flow]
    stays: tuple[ActKind, ...]
    acts: dict[ActKind, ActRule]
    roles: dict[Role, Words]
    police_only: frozenset[str]
    refusals: dict[str, Words]
    verdicts: dict[Verdict, Words]

    @model_validator(mode="after")
    def _hangs_together(self) -> "Table":
        """Every state that is named exists, and every act is described."""
        named: set[ActKind] = set(self.stays)
        for name, flow in self.flows.items():
            ends = {to for moves in flow.moves.values() for to in moves.values()}
            states = {flow.begins, *flow.over, *flow.closes_after, *flow.moves} | ends
            if unknown := states - set(flow.states):
                raise ValueError(f"{name}: no state is called {', '.join(sorted(unknown))}")
            named |= {act for moves in flow.moves.values() for act in moves}
        if bare := named - set(self.acts):
            raise ValueError(f"acts that nobody describes: {', '.join(sorted(bare))}")
        return self

    def leads_to(self, flow: FlowName, state: str, act: ActKind) -> str | None:
        """The state that an act leads to, the same where it changes none; None: not possible."""
        plan = self.flows[flow]
        moved = plan.moves.get(state, {}).get(act)
        if moved is None and act in self.stays and state not in plan.over:
            return state
        return moved

    def possible(self, flow: FlowName, state: str) -> tuple[ActKind, ...]:
        """The acts of people that are possible in a state, in the order of the table."""
        return tuple(
            act
            for act, rule in self.acts.items()
            if rule.roles and self.leads_to(flow, state, act) is not None
        )

    def act_words(self, flow: FlowName, act: ActKind) -> Words:
        """What an act is called in a flow."""
        return self.flows[flow].words.get(act, self.acts[act])

    def is_over(self, flow: FlowName, state: str) -> bool:
        """Whether nothing is left to do but to look at it again."""
        return state in self.flows[flow].over


@cache
def shipped_table() -> Table:
    """The table of this program."""
    text = files("console.lifecycle").joinpath("table.yaml").read_text(encoding="utf-8")
    return Table.model_validate(yaml.safe_load(text))


__all__ = ["SYSTEM", "ActRule", "Flow", "FlowName", "Need", "Rating", "Role", "Table", "Verdict"]
