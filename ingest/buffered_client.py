"""A paho client that asks the system for many packets at once.

Paho reads a packet with four or more calls of `recv`, takes it apart byte by byte, and writes each
acknowledgement with a `send` of its own, which wakes the broker each time. A gateway that reads a
backlog spends a third of its time so. Here bytes are read ahead, plain messages are cut out of them
at once, and acknowledgements that are written together leave together. All else is paho's.

One of paho's own methods is overridden (`_sock_recv`) and one is used (`_sock_send`); of its state
are read the packet it is amid (`_in_packet`), and written when bytes last came, by which it sends
its pings. Should another version no longer call the first, reading is as slow as paho's.
"""

import time
from collections.abc import Iterable
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion

READ_BYTES = 64 * 1024
PUBACK = b"\x40\x02"
"""An acknowledgement's head; the packet's number follows. MQTT 5 reads it as: success."""
SUCCESS = MQTTErrorCode.MQTT_ERR_SUCCESS
_MESSAGE = {0x30 | flags for flags in (0x0, 0x1, 0x2, 0x3, 0xA, 0xB)}
"""First bytes of messages of QoS 0 and 1: retained or not, those of QoS 1 perhaps sent again. Of
QoS 2 paho keeps a state, and there is nothing else (MQTT 5.0, section 3.3.1)."""
_AT_LEAST_ONCE, _AGAIN, _RETAINED = 0x2, 0x8, 0x1
_MORE = 0x80
"""Set in a byte of a length: another follows."""


class CutOut(paho.MQTTMessage):
    """A message that was cut out of bytes read ahead. `info` and `state`, of which the first only
    tells of messages that are sent and the second of QoS 2, are not there.
    """

    __slots__ = ()

    def __init__(self, head: int, packet: int, topic: bytes, payload: bytes) -> None:
        """`head` is the packet's first byte, `packet` its number (0 for QoS 0)."""
        self._topic, self.payload, self.mid = topic, payload, packet
        self.qos = 1 if head & _AT_LEAST_ONCE else 0
        self.dup, self.retain = bool(head & _AGAIN), bool(head & _RETAINED)
        self.properties, self.timestamp = None, 0.0


class BufferedClient(paho.Client):
    """See the module. Packets may stand here of which the socket tells nothing any more."""

    def __init__(self, *options: Any, **named: Any) -> None:
        """As paho's."""
        self._ahead, self._at = b"", 0
        self._acks = bytearray()
        super().__init__(*options, **named)

    @property
    def has_read_ahead(self) -> bool:
        """Whether bytes were read that no packet was made of yet."""
        return self._at < len(self._ahead)

    def read_ahead(self) -> None:
        """Ask the system once for what has come. What goes wrong is met again, and told, by
        `loop_read`.
        """
        if self.has_read_ahead or self._sock is None:
            return
        try:
            self._ahead, self._at = super()._sock_recv(READ_BYTES), 0
        except OSError:
            return
        self._last_bytes_received = time.monotonic()

    def next_message(self) -> CutOut | None:
        """The next packet, if it is here whole and a plain message of QoS 0 or 1.

        None leaves it to `loop_read`: what is none, is cut off, longer than 16 KB, malformed, or
        has properties (MQTT 5).
        """
        ahead, at = self._ahead, self._at
        if len(ahead) - at < 4 or ahead[at] not in _MESSAGE or self._in_packet["command"]:
            return None
        size, begin = ahead[at + 1], at + 2
        if size & _MORE:
            size, begin = size & ~_MORE | ahead[begin] << 7, begin + 1
        end = begin + size
        if size < 2 or ahead[begin - 1] & _MORE or end > len(ahead):
            return None
        return self._cut_out(ahead[at], begin, end)

    def _cut_out(self, head: int, begin: int, end: int) -> CutOut | None:
        """The message between its length and its end (MQTT 3.1.1 and 5.0, section 3.3.2)."""
        ahead, packet = self._ahead, 0
        topic = begin + 2
        body = topic + (ahead[begin] << 8 | ahead[begin + 1])
        if body == topic or body > end - 3:  # Number, properties' length: looked at behind it.
            return None
        name = ahead[topic:body]
        if head & _AT_LEAST_ONCE:
            packet, body = ahead[body] << 8 | ahead[body + 1], body + 2
        if self._protocol == MQTTProtocolVersion.MQTTv5:
            if ahead[body]:
                return None
            body += 1
        self._at = end
        return CutOut(head, packet, name, ahead[body:end])

    def ack(self, mid: int, qos: int) -> MQTTErrorCode:
        """Acknowledge a message of QoS 1, with all that are acknowledged before the next write."""
        if qos != 1:
            return super().ack(mid, qos)
        return SUCCESS if self.ack_all((mid,)) else MQTTErrorCode.MQTT_ERR_NO_CONN

    def ack_all(self, packets: Iterable[int]) -> bool:
        """Acknowledge messages of QoS 1 by their numbers, in this order; whether there is still a
        connection.
        """
        if self._sock is None:
            return False
        if not self._acks:
            self._call_socket_register_write()
        self._acks += b"".join([PUBACK + packet.to_bytes(2, "big") for packet in packets])
        return True

    def want_write(self) -> bool:
        """Whether something waits to be written."""
        return bool(self._acks) or super().want_write()

    def loop_write(self) -> MQTTErrorCode:
        """Write what waits: acknowledgements first, but for a packet of which a part is out."""
        if self._acks and not self._is_amid_a_packet():
            result = self._write_acks()
            if result != SUCCESS or self._acks:
                return result
        return super().loop_write()

    def _is_amid_a_packet(self) -> bool:
        return bool(self._out_packet) and self._out_packet[0]["pos"] > 0

    def _write_acks(self) -> MQTTErrorCode:
        if self._sock is None:
            return MQTTErrorCode.MQTT_ERR_NO_CONN
        try:
            while self._acks:
                del self._acks[: self._sock_send(self._acks)]
        except BlockingIOError:
            self._call_socket_register_write()
        except OSError:
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)
        return SUCCESS

    def _sock_recv(self, bufsize: int) -> bytes:
        if self._at >= len(self._ahead):
            self._ahead, self._at = super()._sock_recv(max(bufsize, READ_BYTES)), 0
        found = self._ahead[self._at : self._at + bufsize]
        self._at += len(found)
        return found
