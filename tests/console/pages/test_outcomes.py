"""How a message about a case fared, in one word."""

import pytest

from console.notify.store import DELIVERED, INTERRUPTED, NOBODY, REFUSED, UNDER_WAY, WAITING, Proof
from console.pages.dossier import outcome_of


@pytest.mark.parametrize(
    ("at", "status", "outcome", "word"),
    [
        (None, NOBODY, "", "nobody"), (None, WAITING, "", "waiting"),
        (1, WAITING, DELIVERED, "ok"), (1, WAITING, REFUSED, "failed"),
        (1, WAITING, INTERRUPTED, "interrupted"), (1, WAITING, UNDER_WAY, "waiting"),
    ],
)  # fmt: skip
def test_an_attempt_has_one_word(at: int | None, status: str, outcome: str, word: str) -> None:
    proof = Proof("opened", "sms", ("wang",), status, 0, 1, at, None, outcome, "", "")
    assert outcome_of(proof) == word
