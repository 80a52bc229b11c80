"""A document made into a rule. The same document gives the same rule, made once."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import orjson
from pydantic import ValidationError

from processors.core.rule import Rule
from processors.sigma.absence import absent_step
from processors.sigma.counts import CountStep, count_step
from processors.sigma.order import ordered_step, temporal_step
from processors.sigma.situation import Compiled, OffParams, OwnParams
from schemas.events import explain
from schemas.operator_rule import OperatorRule

KEPT_MAX = 2048
KINDS: Mapping[str, Callable[[Compiled], tuple[type, CountStep]]] = {
    "event_count": count_step,
    "value_count": count_step,
    "temporal": temporal_step,
    "temporal_ordered": ordered_step,
    "absent": absent_step,
}


def compile_document(document: Mapping[str, Any]) -> Rule:
    """The rule of a plain document. Raises ValueError naming the first fault."""
    return _compiled(orjson.dumps(document, option=orjson.OPT_SORT_KEYS))


@lru_cache(maxsize=KEPT_MAX)
def _compiled(text: bytes) -> Rule:
    try:
        return compile_rule(OperatorRule.model_validate(orjson.loads(text)))
    except ValidationError as error:
        raise ValueError(explain(error)) from error


def compile_rule(rule: OperatorRule) -> Rule:
    """The rule of a document that holds."""
    told = Compiled(rule)
    state, step = KINDS[rule.correlation.type](told)
    text = orjson.dumps(rule.document(), option=orjson.OPT_SORT_KEYS)
    return Rule(
        id=rule.id,
        version=blake2b(text, digest_size=4).hexdigest(),
        title=rule.title,
        inputs=told.types,
        scopes=told.scopes,
        params=OwnParams if rule.enabled else OffParams,
        state=state,
        step=step,
        severity=rule.severity,
        handler=rule.handler,
        delivery=rule.delivery,
        steps=dict(rule.steps),
        form=form_of(rule),
    )


def form_of(rule: OperatorRule) -> str:
    """What must stay the same for a rewritten rule to go on with its states.

    How it judges, and whose the groups are. Another timespan, condition or selection, and other
    words, count from the next reading on; a wait that stands ends when it was to end.
    """
    told = rule.correlation
    ends = "" if told.condition is None else "at least" if told.condition.at_least else "in the end"
    field = told.condition.field if told.condition else ""
    return "/".join(("own", told.type, ends, field or "", *told.group_by))
