"""The MQTT side of the answers: some makes repeat a record until somebody answers that it is kept.

Kept means: the broker has it in the gateway's persistent session. A device that publishes with QoS
0 gives no such assurance, and neither does our having heard it. So the record is sent on once more
with QoS 1, below `relay/`, and the device is answered only after the broker has confirmed that. An
MQTT 5 broker also tells when nobody subscribes there (0x10), that is, when no gateway holds it;
then there is no answer and the device keeps its record. The gateway takes `relay/` off again, both
copies become one event id, and processors count it once.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from ingest.bridge.catalogue import known_makes
from ingest.bridge.make import Make, Reply
from ingest.bridge.metrics import BridgeMetrics
from ingest.topics import RELAY, matches

log = structlog.get_logger("ingest.bridge")


@dataclass(slots=True)
class Responder:
    """Answers what devices publish. `prefix` stands before all topics on this broker."""

    publish: Callable[[str, bytes], Awaitable[str | None]]
    metrics: BridgeMetrics
    prefix: str = ""

    def filters(self) -> tuple[str, ...]:
        """What must be heard to be answered."""
        makes = known_makes().values()
        return tuple(self.prefix + pattern for make in makes for pattern in make.listens)

    async def respond(self, topic: str, payload: bytes) -> None:
        """Answer one message, if its make waits for an answer and the message is safe."""
        short = topic.removeprefix(self.prefix)
        found = self._reply(short, payload)
        if found is None:
            return
        make, reply = found
        if reply.keeps:
            failure = await self.publish(self.prefix + RELAY + short, payload)
            if failure is not None:
                log.warning("not_kept", topic=topic, why=failure)
                return
        await self.publish(self.prefix + reply.topic, reply.body)
        self.metrics.replies.labels(make.name).inc()

    @staticmethod
    def _reply(topic: str, payload: bytes) -> tuple[Make, Reply] | None:
        for make in known_makes().values():
            if any(matches(pattern, topic) for pattern in make.listens):
                reply = make.reply(topic, payload)
                return None if reply is None else (make, reply)
        return None
