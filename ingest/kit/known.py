"""The forms of all that is understood: those of the adapters' cases that become events."""

from collections.abc import Iterable

from ingest.catalogue import Adapter
from ingest.forms import KnownForm, form_of
from ingest.kit.cases import EXPECTED, CaseFault, cases_of


def known_forms(adapters: Iterable[Adapter]) -> list[KnownForm]:
    """One form for each case that becomes events; a case that cannot be read is passed over."""
    found: list[KnownForm] = []
    for adapter in adapters:
        try:
            cases = [case for case in cases_of(adapter) if case.wanted(EXPECTED)]
            found += [KnownForm(c.adapter, c.folder.name, form_of(c.payload)) for c in cases]
        except CaseFault:
            continue
    return found
