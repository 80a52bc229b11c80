"""The access token of a data folder."""

import stat
from pathlib import Path

from console.access import load_token


def test_the_token_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "console.token"
    token = load_token(file)
    assert len(token) >= 43
    assert load_token(file) == token
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_token(tmp_path / "other") != token
