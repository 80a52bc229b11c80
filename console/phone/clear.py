"""A case's clear values on the phone: of one's own open case at once, of others for a reason."""

from collections.abc import Mapping

from console.database import writing
from console.lifecycle.facts import Case
from console.phone.desk import Desk, Gone
from console.phone.rendering import Visit
from console.privacy.looks import shown_at_once, shown_on_asking
from console.privacy.reveal import Asked, Revealed, revealing_of


def at_once(desk: Desk, visit: Visit, case: Case) -> Revealed:
    """What somebody sees of a case unasked, and whether more may be asked for. The look is kept."""
    is_over = desk.office.cases.procedure.is_over(case)
    if not shown_on_asking(case, visit.who, is_over=is_over):
        return Revealed()
    looks = bool(shown_at_once(case, visit.who, is_over=is_over))
    with writing(desk.office.engine) if looks else desk.office.engine.connect() as tx:
        return revealing_of(desk.office).revealed(tx, visit.who, case, visit.now)


def for_a_reason(desk: Desk, visit: Visit, name: str, said: Mapping[str, str]) -> Revealed:
    """All that somebody may see of a case. Raises Gone, and what `Revealing.asked` raises."""
    asked = Asked.model_validate({"reason": said.get("reason"), "why": said.get("why")})
    with writing(desk.office.engine) as tx:
        case = desk.office.cases.reader(tx, visit.who).case(name)
        if case is None:
            raise Gone(name)
        return revealing_of(desk.office).asked(tx, visit.who, case, asked, visit.now)
