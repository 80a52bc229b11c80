"""A paho client that asks the system for many packets at once.

Paho reads a packet with four or more calls of `recv` and writes each acknowledgement with a `send`
of its own, which wakes the broker each time. A gateway that reads a backlog spends a third of its
time so. Here bytes are read ahead, and acknowledgements that are written together leave together.

One of paho's own methods is overridden (`_sock_recv`) and one is used (`_sock_send`). Should
another version no longer call the first, reading is as slow as paho's and nothing else changes.
"""

from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode

READ_BYTES = 64 * 1024
PUBACK = b"\x40\x02"
"""An acknowledgement's head; the packet's number follows. MQTT 5 reads it as: success."""
SUCCESS = MQTTErrorCode.MQTT_ERR_SUCCESS


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

    def ack(self, mid: int, qos: int) -> MQTTErrorCode:
        """Acknowledge a message of QoS 1, with all that are acknowledged before the next write."""
        if qos != 1:
            return super().ack(mid, qos)
        if self._sock is None:
            return MQTTErrorCode.MQTT_ERR_NO_CONN
        if not self._acks:
            self._call_socket_register_write()
        self._acks += PUBACK + mid.to_bytes(2, "big")
        return SUCCESS

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
