"""Shelly on topics that name no maker, where only the site file can choose the adapter."""

import pytest

from ingest.adapters.shelly.codec import decode
from ingest.message import Message, Unreadable


def word(topic: str, payload: bytes) -> list[str]:
    return [reading.type for reading in decode(Message(topic, payload, 0))]


def test_status_topic_tells_a_state() -> None:
    (reading,) = decode(Message("gate-relay/status/input:0", b'{"id":0,"state":true}', 0))

    assert reading.type == "device.state_reported"
    assert reading.device == "gate-relay"
    assert reading.fields == {"state": {"input:0.state": True}}


def test_online_topic_of_the_second_generation() -> None:
    assert word("gate-relay/online", b"false") == ["device.offline"]


def test_commands_and_logs_are_no_news() -> None:
    assert word("gate-relay/rpc", b'{"id":1,"method":"Switch.Set"}') == []
    assert word("gate-relay/debug/log", b"shos_rpc_inst.c:243 ...") == []


def test_contact_is_read_without_its_topic() -> None:
    assert word("", b"open") == ["door.opened"]
    assert word("", b"close") == ["door.closed"]


def test_other_words_need_their_topic() -> None:
    with pytest.raises(Unreadable, match="give the topic"):
        decode(Message("", b"12", 0))
