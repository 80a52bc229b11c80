"""Every adapter's own cases, and that each adapter has enough of them."""

import pytest

from ingest.catalogue import Adapter
from ingest.kit.checks import CHECKS, adapter_faults
from tests.ingest.cases import Case, adapters, cases, shipped

ALL = cases()


def by_name(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("case", ALL, ids=by_name)
def test_case(case: Case, check: str) -> None:
    assert not list(CHECKS[check](case, shipped()))


def test_there_are_cases_of_every_adapter() -> None:
    assert {case.adapter for case in ALL} == set(shipped().adapters)


@pytest.mark.parametrize("adapter", adapters(), ids=lambda adapter: adapter.spec.name)
def test_adapter_proves_itself(adapter: Adapter) -> None:
    """Cases read and rejected, none left out, and a README that says what it cannot see."""
    assert not list(adapter_faults(adapter))
