"""Work with cases as people and the clock do, in as few words as the tests need."""

from dataclasses import replace
from typing import Any

from console.accounts.principal import Principal
from console.cases.acting import Refused
from console.cases.office import CaseOffice
from console.cases.opening import Opening
from console.cases.reading import CaseFilter, Counts, Reader
from console.cases.rows import deeds_of, find_case
from console.cases.surroundings import Surroundings
from console.database import writing
from console.lifecycle.facts import Actor, Case, Deed
from schemas.acts import Act, ActKind
from schemas.alerts import Alert
from tests.console.samples import NINE


class Work:
    """One console's cases, at a time that the test says."""

    def __init__(self, office: CaseOffice, around: Surroundings) -> None:
        office.around = around
        office.opening = Opening(office.procedure, around)
        office.intake = replace(office.intake, around=around)
        # Whom a case is given to is a matter of accounts, which have tests of their own.
        self.office = office
        self.engine = office.engine

    def take(self, *alerts: Alert, at: int = NINE) -> None:
        with writing(self.engine) as tx:
            self.office.take(tx, alerts, at)

    def case(self, name: str = "a1") -> Case:
        with self.engine.connect() as connection:
            case = find_case(connection, name)
        assert case is not None, name
        return case

    def act(self, kind: ActKind, actor: Actor, name: str = "a1", **given: Any) -> Case:
        """An act on the case's present version, unless another is given."""
        if "version" not in given:
            given["version"] = self.case(name).version
        deed = Deed(kind=kind, **{"at": NINE, "by": actor.id} | given)
        with writing(self.engine) as tx:
            return self.office.acting.act(tx, name, actor, deed)

    def refusal(self, kind: ActKind, actor: Actor, name: str = "a1", **given: Any) -> str:
        try:
            self.act(kind, actor, name, **given)
        except Refused as error:
            return error.refusal.code
        raise AssertionError(f"{kind} was done")

    def deeds(self, name: str = "a1") -> list[Deed]:
        with self.engine.connect() as connection:
            return deeds_of(connection, name)

    def acts(self, who: Principal, name: str = "a1") -> list[Act]:
        with self.engine.connect() as connection:
            return self.reader(connection, who).acts(name)

    def reader(self, connection: Any, who: Principal) -> Reader:
        return self.office.reader(connection, who)

    def listed(self, who: Principal, limit: int = 100, **wanted: Any) -> list[str]:
        with self.engine.connect() as connection:
            page = self.reader(connection, who).page(CaseFilter(**wanted), limit)
        return [case.id for case in page]

    def counts(self, who: Principal) -> Counts:
        with self.engine.connect() as connection:
            return self.reader(connection, who).counts(0)

    def replayed(self, name: str = "a1") -> Case:
        """The case as its acts make it, from the first to the last."""
        first, *rest = self.deeds(name)
        case = self.office.procedure.opened(name, first)
        for deed in rest:
            case = self.office.procedure.applied(case, deed)
        return case
