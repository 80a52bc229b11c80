"""Every state with every act, written out a second time: the table is what we say it is."""

from typing import get_args

import pytest

from console.lifecycle.table import FlowName, Role, Table, shipped_table
from schemas.acts import ActKind
from tests.console.lifecycle.samples import (
    CONSOLE,
    PEOPLE,
    PROCEDURE,
    RESIDENT,
    deed,
    refused,
    standing,
)

TABLE = shipped_table()
STAYS: tuple[ActKind, ...] = (
    "remind", "supervise", "extend", "assist", "transfer", "judge", "shelve", "join", "climb",
    "unshelve",
)  # fmt: skip
ALERT = {
    "waiting": "accept>accepted assign>assigned return>waiting close>closed",
    "accepted": "assign>assigned arrive>on_site handle>handled return>waiting close>closed",
    "assigned": "accept>under_way assign>assigned return>accepted close>closed",
    "under_way": "arrive>on_site handle>handled assign>assigned return>accepted close>closed",
    "on_site": "handle>handled assign>assigned return>accepted close>closed",
    "handled": "close>closed assign>assigned return>under_way",
    "closed": "review>reviewed return>accepted judge>closed join>waiting climb>closed "
    "remind>closed supervise>closed",
    "reviewed": "join>waiting",
}
REPORT = {
    "filed": "accept>accepted assign>assigned return>filed",
    "accepted": "assign>assigned mediate>mediated return>filed close>closed",
    "assigned": "accept>under_way assign>assigned return>accepted close>closed",
    "under_way": "mediate>mediated assign>assigned return>accepted close>closed",
    "mediated": "feed_back>answered return>under_way",
    "answered": "rate>rated return>under_way",
    "rated": "close>closed return>under_way",
    "closed": "return>accepted judge>closed",
}
OVER = ("closed", "reviewed")
FLOWS: dict[FlowName, dict[str, str]] = {"alert": ALERT, "report": REPORT}
ACTS: tuple[ActKind, ...] = get_args(ActKind)


def wanted(flow: FlowName, state: str) -> dict[str, str]:
    moves = dict(pair.split(">") for pair in FLOWS[flow][state].split())
    return moves if state in OVER else dict.fromkeys(STAYS, state) | moves


PAIRS = [(flow, state, act) for flow in FLOWS for state in FLOWS[flow] for act in ACTS]


@pytest.mark.parametrize(("flow", "state", "act"), PAIRS)
def test_every_state_with_every_act(flow: FlowName, state: str, act: ActKind) -> None:
    leads_to = wanted(flow, state).get(act)
    assert TABLE.leads_to(flow, state, act) == leads_to
    case = standing(state, flow=flow)
    roles = TABLE.acts[act].roles
    one = deed(act, case, by="sun" if act == "rate" else "wang")
    actor = RESIDENT if act == "rate" else PEOPLE[roles[0]] if roles else CONSOLE
    said = refused(case, one, actor)
    if leads_to is None:
        assert said is not None
        assert said.code == "not_in_state"
    elif said is not None:
        assert said.code in ("not_yours", "own_review", "own_extension"), said


@pytest.mark.parametrize(("flow", "state", "act"), PAIRS)
def test_what_may_be_done_leads_where_the_table_says(
    flow: FlowName, state: str, act: ActKind
) -> None:
    leads_to = wanted(flow, state).get(act)
    if leads_to is None or act == "join":
        return
    case = standing(state, flow=flow)
    after = PROCEDURE.applied(case, deed(act, case))
    assert (after.state, after.version) == (leads_to, case.version + 1)


@pytest.mark.parametrize("role", get_args(Role))
@pytest.mark.parametrize("act", ACTS)
def test_only_the_roles_of_an_act_may_do_it(role: Role, act: ActKind) -> None:
    case = standing("waiting")
    said = refused(case, deed(act, case), PEOPLE[role])
    may = role in TABLE.acts[act].roles
    assert (said is not None and said.code == "role") is not may


def test_people_do_nothing_that_is_the_consoles_own() -> None:
    own = {act for act in ACTS if not TABLE.acts[act].roles}
    assert own == {"open", "join", "climb", "unshelve"}


def test_every_act_and_refusal_has_words_in_both_languages() -> None:
    assert set(TABLE.acts) == set(ACTS)
    for words in (*TABLE.acts.values(), *TABLE.refusals.values(), *TABLE.roles.values()):
        assert words.zh
        assert words.en


def test_what_is_accepted_of_an_alert_is_taken_up_of_a_report() -> None:
    assert TABLE.act_words("alert", "accept").zh == "签收"
    assert TABLE.act_words("report", "accept").zh == "受理"
    assert TABLE.act_words("report", "close").zh == TABLE.acts["close"].zh


def test_a_table_that_does_not_hang_together_is_refused() -> None:
    content = TABLE.model_dump(by_alias=True)
    content["flows"]["alert"]["moves"]["waiting"]["accept"] = "nowhere"
    with pytest.raises(ValueError, match="no state is called nowhere"):
        Table.model_validate(content)
