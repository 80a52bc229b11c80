"""Where messages may go: the table of what is refused."""

import socket
from ipaddress import ip_address

import pytest

from console.notify.addresses import AllowedHost, NotAllowed, allowed, host_of, judged, resolved

RULES = (
    AllowedHost(host="hooks.example.cn"),
    AllowedHost(host="*.city.example", ports=(443, 8443)),
    AllowedHost(host="sms.local", ports=(80,), addresses=("10.3.0.0/16",)),
    AllowedHost(host="localhost", ports=(80,)),
    AllowedHost(host="127.0.0.1", ports=(80,)),
)
PUBLIC, INSIDE = "203.119.175.194", "10.3.4.5"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hooks.example.cn/", "hooks.example.cn", "https://", "https:///x",
        "https://hooks.example.cn@evil.example/", "https://u:p@hooks.example.cn/",
        "https://hooks.example.cn:99999/", "https://hooks.example.cn/#@evil.example",
        "file:///etc/passwd", "gopher://hooks.example.cn/", "https://[::1",
    ],
)  # fmt: skip
def test_urls_that_are_none_of_ours(url: str) -> None:
    with pytest.raises(NotAllowed):
        host_of(url)


@pytest.mark.parametrize(
    ("host", "port", "is_allowed"),
    [
        ("hooks.example.cn", 443, True), ("HOOKS.example.cn.", 443, True),
        ("hooks.example.cn", 80, False), ("hooks.example.cn", 22, False),
        ("hooks.example.cn.evil.example", 443, False), ("xhooks.example.cn", 443, False),
        ("a.city.example", 8443, True), ("city.example", 443, False),
        ("city.example.evil", 443, False), ("evilcity.example", 443, False),
        ("169.254.169.254", 80, False), ("0x7f000001", 80, False), ("2130706433", 80, False),
    ],
)  # fmt: skip
def test_hosts_and_ports(host: str, port: int, is_allowed: bool) -> None:
    if is_allowed:
        assert allowed(RULES, host, port).port == port
        return
    with pytest.raises(NotAllowed, match="allow"):
        allowed(RULES, host, port)


@pytest.mark.parametrize(
    ("host", "addresses", "is_taken"),
    [
        ("hooks.example.cn", [PUBLIC], True),
        ("hooks.example.cn", ["2001:4860:4860::8888"], True),
        ("hooks.example.cn", [], False),
        ("hooks.example.cn", ["127.0.0.1"], False),
        ("hooks.example.cn", ["127.9.9.9"], False),
        ("hooks.example.cn", ["0.0.0.0"], False),
        ("hooks.example.cn", ["10.3.4.5"], False),
        ("hooks.example.cn", ["172.16.0.1"], False),
        ("hooks.example.cn", ["192.168.1.1"], False),
        ("hooks.example.cn", ["169.254.169.254"], False),
        ("hooks.example.cn", ["100.64.0.1"], False),
        ("hooks.example.cn", ["224.0.0.1"], False),
        ("hooks.example.cn", ["255.255.255.255"], False),
        ("hooks.example.cn", ["::1"], False),
        ("hooks.example.cn", ["::"], False),
        ("hooks.example.cn", ["fe80::1"], False),
        ("hooks.example.cn", ["fd00::1"], False),
        ("hooks.example.cn", ["::ffff:127.0.0.1"], False),
        ("hooks.example.cn", ["::ffff:203.119.175.194"], True),
        ("hooks.example.cn", ["64:ff9b::7f00:1"], False),
        ("hooks.example.cn", ["2002:7f00:1::"], False),
        ("hooks.example.cn", [PUBLIC, "127.0.0.1"], False),
        ("sms.local", [INSIDE], True),
        ("sms.local", ["10.4.0.1"], False),
        ("sms.local", ["::ffff:10.3.4.5"], True),
        ("sms.local", [PUBLIC], True),
    ],
)
def test_addresses(host: str, addresses: list[str], is_taken: bool) -> None:
    port = 80 if host == "sms.local" else 443
    target = allowed(RULES, host, port)
    if is_taken:
        assert ip_address(judged(target, addresses)) == ip_address(addresses[0])
        return
    with pytest.raises(NotAllowed, match="leads"):
        judged(target, addresses)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_name_that_leads_into_this_machine(host: str) -> None:
    with pytest.raises(NotAllowed, match="not public"):
        resolved(allowed(RULES, host, 80))


def test_a_name_that_leads_nowhere() -> None:
    rule = AllowedHost(host="nowhere.invalid")
    with pytest.raises(socket.gaierror):
        resolved(allowed((rule,), "nowhere.invalid", 443))
