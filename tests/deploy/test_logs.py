"""The parts' words: bounded on disk, and the telling line found."""

from pathlib import Path

import pytest

from deploy.embedded.logs import RotatingLog, last_words


def test_a_log_begins_anew_before_it_grows_too_large(tmp_path: Path) -> None:
    log = RotatingLog(tmp_path / "part.log", bytes_max=10, kept=2)
    for number in range(6):
        log.write(b"%d" % number * 6)
    log.close()
    kept = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert kept == {"part.log": b"5" * 6, "part.log.1": b"4" * 6, "part.log.2": b"3" * 6}


def test_a_log_goes_on_where_it_was(tmp_path: Path) -> None:
    for word in (b"one ", b"two "):
        log = RotatingLog(tmp_path / "logs" / "part.log", bytes_max=6)
        log.write(word)
        log.close()
    assert (tmp_path / "logs" / "part.log.1").read_bytes() == b"one "


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("started\nTraceback (…)\n  File x\nmodule.SiteFault: no estate\nUnclosed client\n",
         "module.SiteFault: no estate"),
        ("started\nthe port is taken\n", "the port is taken"),
        ("", ""),
    ],
)  # fmt: skip
def test_the_line_that_says_why_is_found(tmp_path: Path, said: str, words: str) -> None:
    (tmp_path / "log").write_text(said)
    assert last_words(tmp_path / "log") == words
    assert last_words(tmp_path / "none") == ""
