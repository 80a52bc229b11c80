"""What the doorkeeper reads of MQTT, on packets written by hand and by a real client."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.embedded import packets
from deploy.embedded.gate import Watch
from deploy.embedded.packets import Connect, PacketError, Refusal


def text(value: str) -> bytes:
    raw = value.encode()
    return len(raw).to_bytes(2, "big") + raw


def packet(first: int, body: bytes) -> bytes:
    length, rest = b"", len(body)
    while True:
        rest, digit = divmod(rest, 128)[0], rest % 128
        length += bytes([digit | (0x80 if rest else 0)])
        if not rest:
            return bytes([first]) + length + body


def connect(level: int = 4, *, name: str = "MQTT", will: bool = False, keep: int = 60) -> bytes:
    properties = b"\x05\x11\x00\x00\x00\x0a" if level == 5 else b""
    flags = 0xC2 | (0x04 if will else 0)
    body = text(name) + bytes([level, flags]) + keep.to_bytes(2, "big") + properties + text("cam-1")
    if will:
        body += (b"\x00" if level == 5 else b"") + text("gone") + text("x")
    return packet(0x10, body + text("gate") + text("secret"))


def publish(topic: str, payload: bytes = b"{}") -> bytes:
    return packet(0x32, text(topic) + b"\x00\x01" + payload)


def subscribe(level: int, *filters: str) -> bytes:
    properties = b"\x00" if level == 5 else b""
    return packet(0x82, b"\x00\x01" + properties + b"".join(text(f) + b"\x01" for f in filters))


@pytest.mark.parametrize("level", [4, 5])
@pytest.mark.parametrize("will", [False, True])
def test_a_connect_says_who_is_there(level: int, will: bool) -> None:
    raw = connect(level, will=will)
    found = packets.read_connect(raw)
    assert found == Connect(level, "cam-1", "gate", b"secret", 60, 10)


@pytest.mark.parametrize("level", [4, 5])
def test_no_keep_alive_becomes_the_longest(level: int) -> None:
    raw = connect(level, keep=0)
    mended = packets.with_keep_alive(raw, packets.read_connect(raw))
    assert packets.read_connect(mended).keep_alive_s == packets.KEEP_ALIVE_MAX
    assert len(mended) == len(raw)
    usual = connect(level)
    assert packets.with_keep_alive(usual, packets.read_connect(usual)) == usual


@pytest.mark.parametrize(
    "raw",
    [
        connect(name="HTTP"),
        connect()[:-3],
        packet(0x10, connect()[2:-3]),
        publish("a"),
        packet(0x10, b"\x00\x04MQTT\x04\x80\x00\x3c\x00\x01a\x00\x02\xff\xfe"),
        b"\x10\xff\xff\xff\xff\xff",
    ],
)
def test_bytes_that_are_no_connect_are_an_error(raw: bytes) -> None:
    with pytest.raises(PacketError):
        packets.read_connect(raw)


@given(st.binary(max_size=64))
def test_no_bytes_do_more_harm_than_an_error(raw: bytes) -> None:
    for first in (b"", b"\x10", b"\x82", b"\x32"):
        try:
            Watch(4).forbidden(first + raw)
            packets.read_connect(first + raw)
        except PacketError:
            continue


@pytest.mark.parametrize(
    ("level", "why", "answer"),
    [
        (4, Refusal.BAD_PASSWORD, b"\x20\x02\x00\x04"),
        (5, Refusal.BAD_PASSWORD, b"\x20\x03\x00\x86\x00"),
        (3, Refusal.UNSUPPORTED_VERSION, b"\x20\x02\x00\x01"),
    ],
)
def test_a_refusal_is_said_in_the_clients_version(level: int, why: Refusal, answer: bytes) -> None:
    assert packets.connack(level, why) == answer


ALLOWED = [
    publish("esprfid/send", b"x" * 5_000),
    publish("devices/cam-1/hikvision", b"\x82\x05junk"),
    packet(0xC0, b""),
    publish("frigate/events", b"smart-community"),
]
FORBIDDEN = {
    "publishes on smart-community/gateway/clock": publish("smart-community/gateway/clock"),
    "subscribes to #": subscribe(4, "esprfid/cmd", "#"),
    "subscribes to +/x": subscribe(4, "+/x"),
    "subscribes to $share/a/#": subscribe(4, "$share/a/#"),
    "subscribes to smart-community/#": subscribe(4, "smart-community/#"),
}


allowed = st.sampled_from([*ALLOWED, subscribe(4, "esprfid/cmd")])


@given(st.lists(allowed, max_size=8), st.integers(1, 300))
def test_what_is_allowed_passes_however_it_is_cut(chosen: list[bytes], step: int) -> None:
    stream = b"".join(chosen)
    watch = Watch(4)
    for at in range(0, len(stream), step):
        assert watch.forbidden(stream[at : at + step]) is None
    assert (watch.skip, watch.rest) == (0, b"")


@pytest.mark.parametrize("why", FORBIDDEN)
@pytest.mark.parametrize("step", [1, 3, 10_000])
def test_what_is_forbidden_is_found_however_it_is_cut(why: str, step: int) -> None:
    stream = b"".join(ALLOWED) + FORBIDDEN[why]
    watch = Watch(4)
    cuts = (stream[at : at + step] for at in range(0, len(stream), step))
    assert next(found for cut in cuts if (found := watch.forbidden(cut))) == why


def test_a_subscription_of_mqtt_5_has_properties() -> None:
    assert Watch(5).forbidden(subscribe(5, "frigate/#")) is None
    assert Watch(5).forbidden(subscribe(5, "#")) == "subscribes to #"
