"""The rights of each route against what is expected of it: a row that is widened fails here."""

from dataclasses import replace
from itertools import product

import pytest

from console.accounts.principal import ROLES
from console.rights import RIGHTS, Key, Right
from tests.console.security.expected import ROWS, expected
from tests.console.test_rights import principal


def wrong(key: Key, right: Right) -> list[tuple[str, bool, bool]]:
    """The people whom a right treats another way than is expected."""
    row = expected(*key)
    if row is None or right.is_open is not ("open" in row.flags):
        return [("anybody", False, False)]
    return [
        (role, admin, everywhere)
        for role, admin, everywhere in product(ROLES, (False, True), (False, True))
        if right.lets_in(principal(role, admin=admin, everywhere=everywhere))
        is not row.lets_in(role, admin=admin, everywhere=everywhere)
    ]


@pytest.mark.parametrize("key", RIGHTS, ids="-".join)
def test_a_right_is_what_is_expected_of_its_route(key: Key) -> None:
    assert not wrong(key, RIGHTS[key])


def test_every_row_is_needed() -> None:
    used = {expected(*key) for key in RIGHTS}
    assert not [row.row for row in ROWS if row not in used]


def test_a_right_that_is_widened_or_loosened_is_found() -> None:
    """Each row, made wider in each way in which it can be."""
    tried = 0
    for key, right in RIGHTS.items():
        wider = [
            replace(right, roles=right.roles | {role}) for role in ROLES if role not in right.roles
        ]
        wider += [replace(right, whole=False)] if right.whole else []
        wider += [replace(right, admin=False)] if right.admin else []
        wider += [] if right.is_open else [replace(right, is_open=True)]
        assert all(wrong(key, one) for one in wider), key
        tried += len(wider)
    assert tried > len(RIGHTS)
