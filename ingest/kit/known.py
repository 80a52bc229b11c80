"""The forms of all that is understood: those of the adapters' cases that become events."""

from collections.abc import Iterable

from ingest.catalogue import Adapter
from ingest.forms import KnownForm, form_of
from ingest.kit.cases import EXPECTED, Case, CaseFault, cases_of


def known_forms(adapters: Iterable[Adapter]) -> list[KnownForm]:
    """One form for each case that becomes events; one whose payload cannot be read is passed over.

    Raises CaseFault for a case that is not JSON.
    """
    cases = (case for adapter in adapters for case in cases_of(adapter))
    return [known for case in cases if (known := _known(case)) is not None]


def _known(case: Case) -> KnownForm | None:
    try:
        if not case.wanted(EXPECTED):
            return None
        return KnownForm(case.adapter, case.folder.name, form_of(case.payload))
    except CaseFault:
        return None
