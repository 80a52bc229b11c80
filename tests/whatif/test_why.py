"""Why there was an alert, and why there was none."""

from processors.rules.catalogue import shipped_rules
from processors.whatif.why import why
from tests.core.make import event

RULES = shipped_rules()


def test_it_names_the_step_at_which_it_stopped() -> None:
    log = [event("access.denied", n, "d1", subject="card") for n in (0, 10)]
    log.append(event("clock.ticked", 900, "e"))

    answer = why(log, RULES, "repeated_denial", "d1")

    assert answer.alerts == ()
    last = answer.moments[-1]
    assert last.told == "time is up: quiet"
    assert last.did == ("NO ALERT: stopped after denied: 2 refusals within 60 s, of 5 that count",)


def test_it_follows_an_alert_from_its_first_reading() -> None:
    log = [event("door.opened", 0, "d1"), event("clock.ticked", 60, "e")]

    answer = why(log, RULES, "door_forced", "d1")

    assert [alert.key for alert in answer.alerts] == ["d1"]
    assert answer.moments[0].told == "door.opened at d1 by d1-r"
    assert any(line.startswith("ALERT d1") for m in answer.moments for line in m.did)


def test_other_keys_and_other_rules_stay_out() -> None:
    log = [event("door.opened", 0, "d2"), event("help.requested", 1, "d1"),
           event("clock.ticked", 60, "e")]  # fmt: skip
    assert why(log, RULES, "door_forced", "d1").moments == ()
