"""A configuration that waits its turn lends an at-once event nothing but itself."""

from processors.core.estate import new_estate
from processors.core.machine import Machine
from processors.core.output import Output
from processors.rules.catalogue import shipped_rules
from schemas.base import Words
from schemas.event_data import ConfigActivated
from schemas.events import event_id, make_event
from schemas.place import EstateConfig
from tests.core.test_live_equals_backtest import START, reading
from tests.sigma.make import document

OFTEN = document(
    {"seen": {"type": ["door.opened"]}},
    {"type": "event_count", "rules": ["seen"], "group-by": ["place"], "condition": {"gte": 2}},
    id="often",
)


def test_the_rules_of_the_present_stay_where_they_were_not_made_yet() -> None:
    coming = EstateConfig(estate="e", name=Words(zh="e", en="e"), operator_rules=(OFTEN,))
    data = {"device": "g", "place": "e", "received_at": START, "gateway": "g",
            "hash": coming.digest, "config": coming.model_dump(mode="json")}  # fmt: skip
    switch = make_event("config.activated", id=event_id("e", "config", START),
                        source="/e/g", time=START, data=data)  # fmt: skip
    machine, estate = Machine(shipped_rules()), new_estate("e", None)
    assert isinstance(switch.data, ConfigActivated)
    estate.announce(switch, switch.data)

    event = reading("e", "access.duress", "d1", START + 1_000, 1)
    machine.event(estate, event, Output(), at_once=True)

    assert "often" not in machine.rules_of(estate).by_id
