from base64 import b64encode
from pathlib import Path

import pytest

from ingest.bridge.auth import NONCE_LIFE_MS, Guard, Request, Verdict
from ingest.bridge.passwords import (
    ALGORITHMS,
    PASSWORD_LENGTH,
    Algorithm,
    DeviceLogin,
    Logins,
    PasswordFileError,
    digest,
    generate_password,
    make_login,
    read_passwords,
    set_password,
)

NOW = 1_772_000_000_000
TARGET = "/push/gate-1/hikvision/alarm?x=1"


class Known:
    """The logins of one device."""

    realm = "smart-community"

    def of(self, device: str) -> DeviceLogin | None:
        return make_login("gate-1", "secret") if device == "gate-1" else None


class Device:
    """The device's side of digest authentication, written from RFC 7616, section 3.4."""

    def __init__(self, guard: Guard, algorithm: Algorithm = "MD5") -> None:
        self.guard, self.algorithm = guard, algorithm
        self.challenge(NOW)

    def challenge(self, now: int) -> None:
        header = next(c for c in self.guard.challenges(now, stale=False) if self.algorithm in c)
        self.nonce = header.split('nonce="')[1].split('"')[0]

    def header(self, count: int | None, *, password: str = "secret", uri: str = TARGET) -> str:
        ha1 = digest(self.algorithm, f"gate-1:smart-community:{password}")
        ha2 = digest(self.algorithm, f"POST:{uri}")
        common = (
            f'Digest username="gate-1", realm="smart-community", nonce="{self.nonce}", '
            f'uri="{uri}", algorithm={self.algorithm}'
        )
        if count is None:
            response = digest(self.algorithm, f"{ha1}:{self.nonce}:{ha2}")
            return f'{common}, response="{response}"'
        nc = f"{count:08x}"
        response = digest(self.algorithm, f"{ha1}:{self.nonce}:{nc}:c:auth:{ha2}")
        return f'{common}, qop=auth, nc={nc}, cnonce="c", response="{response}"'


def guard() -> Guard:
    return Guard(Known(), b"secret of this process")


def ask(
    guard: Guard,
    header: str | None,
    *,
    now: int = NOW,
    device: str = "gate-1",
    target: str = TARGET,
) -> Verdict:
    return guard.check(Request("POST", target, header), device, now)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("count", [1, None])
def test_a_device_with_its_password_comes_in(algorithm: Algorithm, count: int | None) -> None:
    door = guard()

    assert ask(door, Device(door, algorithm).header(count)) is Verdict.GOOD


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_wrong_password_does_not(algorithm: Algorithm) -> None:
    door = guard()
    header = Device(door, algorithm).header(1, password="guess")

    assert ask(door, header) is Verdict.WRONG


def test_what_was_heard_cannot_be_said_again() -> None:
    door = guard()
    device = Device(door)
    assert ask(door, device.header(1)) is Verdict.GOOD

    assert ask(door, device.header(1)) is Verdict.STALE
    assert ask(door, device.header(2)) is Verdict.GOOD


def test_a_nonce_grows_old() -> None:
    door = guard()
    device = Device(door)

    assert ask(door, device.header(1), now=NOW + NONCE_LIFE_MS + 1) is Verdict.STALE
    device.challenge(NOW + NONCE_LIFE_MS + 1)
    assert ask(door, device.header(1), now=NOW + NONCE_LIFE_MS + 1) is Verdict.GOOD


def test_a_nonce_of_another_process_is_old() -> None:
    door = guard()

    assert ask(door, Device(Guard(Known(), b"another")).header(1)) is Verdict.STALE


def test_a_proof_is_for_one_target() -> None:
    door = guard()

    assert ask(door, Device(door).header(1), target="/push/gate-1/dahua") is Verdict.WRONG


def test_a_target_may_be_a_whole_url() -> None:
    door = guard()
    header = Device(door).header(1, uri="http://10.0.0.5:8081" + TARGET)

    assert ask(door, header) is Verdict.GOOD


@pytest.mark.parametrize("device", ["gate-2", ""])
def test_one_device_is_not_another(device: str) -> None:
    door = guard()

    assert ask(door, Device(door).header(1), device=device) is Verdict.WRONG


def basic(text: str) -> str:
    return "Basic " + b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("header", "verdict"),
    [
        (basic("gate-1:secret"), Verdict.GOOD),
        (basic("gate-1:guess"), Verdict.WRONG),
        (basic("gate-2:secret"), Verdict.WRONG),
        ("Basic !!!", Verdict.WRONG),
        ("Bearer x", Verdict.WRONG),
        ("Digest", Verdict.WRONG),
        (f'Digest username="gate-1", nonce="²-x", response="é", uri="{TARGET}"', Verdict.WRONG),
        (f'Digest username="gate-1", algorithm=SHA-1, uri="{TARGET}"', Verdict.WRONG),
        ("", Verdict.MISSING),
        (None, Verdict.MISSING),
    ],
)
def test_what_else_is_said(header: str | None, verdict: Verdict) -> None:
    assert ask(guard(), header) is verdict


@pytest.mark.parametrize("nonce", ["²-x", "9" * 5000, "", "-", f"{NOW}-"])
def test_a_strange_nonce_is_old_even_with_the_right_password(nonce: str) -> None:
    door = guard()
    device = Device(door)
    device.nonce = nonce

    assert ask(door, device.header(1)) is Verdict.STALE


@pytest.mark.parametrize(
    ("token", "verdict"),
    [("secret", Verdict.GOOD), ("guess", Verdict.WRONG), ("", Verdict.MISSING)],
)
def test_a_password_may_be_a_token(token: str, verdict: Verdict) -> None:
    assert guard().check(Request("POST", TARGET, None, token), "gate-1", NOW) is verdict
    assert guard().check(Request("POST", TARGET, None, "secret"), "gate-2", NOW) is Verdict.WRONG


def test_a_device_that_reads_one_challenge_gets_the_one_that_all_know() -> None:
    (challenge,) = guard().challenges(NOW, stale=False, single=True)

    assert "algorithm=MD5" in challenge


def test_the_strongest_challenge_stands_first() -> None:
    challenges = guard().challenges(NOW, stale=True)

    assert [c.split()[0] for c in challenges] == ["Digest", "Digest", "Basic"]
    assert "SHA-256" in challenges[0]
    assert 'stale="true"' in challenges[0]


def test_a_name_is_read_before_it_is_proven() -> None:
    door = guard()

    assert door.user(Request("POST", TARGET, Device(door).header(1))) == "gate-1"
    assert door.user(Request("POST", TARGET, basic("gate-7:x"))) == "gate-7"
    assert door.user(Request("POST", TARGET, None)) is None


def test_passwords_are_kept_as_hashes(tmp_path: Path) -> None:
    path = tmp_path / "devices.json"
    set_password(path, "gate-1", "secret")
    set_password(path, "gate-2", "other")

    assert path.stat().st_mode & 0o777 == 0o600
    assert "secret" not in path.read_text()
    assert read_passwords(path).devices["gate-1"] == make_login("gate-1", "secret")
    assert set(read_passwords(path).devices) == {"gate-1", "gate-2"}


def test_a_new_device_is_known_without_a_restart(tmp_path: Path) -> None:
    logins = Logins(tmp_path / "devices.json")
    assert logins.of("gate-1") is None
    set_password(tmp_path / "devices.json", "gate-1", "secret")

    assert logins.of("gate-1") == make_login("gate-1", "secret")


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "devices.json").write_text("{")

    with pytest.raises(PasswordFileError, match=r"devices\.json"):
        Logins(tmp_path / "devices.json")


def test_generated_passwords_can_be_typed_and_differ() -> None:
    some = {generate_password() for _ in range(100)}

    assert len(some) == 100
    assert {len(password) for password in some} == {PASSWORD_LENGTH}
    assert not set("0O1lI5S8B") & set("".join(some))
