"""Ten thousand damaged payloads: each an event or a refusal, nobody stops, no memory is lost."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.gateway import Gateway
from tests.ingest.cases import cases, shipped
from tests.ingest.parts import Publisher, figure, rumqttd, running, settings, tansu, topics, until

PAYLOADS = 10_000
WARM = 3_000
SEED = 31
GROWTH_MAX = 24 * 1024 * 1024
PAGE = 4096
NUMBERS = [b"NaN", b"1e999", b"-1", b"9" * 400, b"null", b"true", b'"\\ud800"']


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def damaged(payload: bytes, dice: random.Random) -> bytes:
    """The payload with one to four kinds of damage, as lines, firmware and attackers do it."""
    for _ in range(dice.randint(1, 4)):
        at, to = sorted(dice.choices(range(len(payload) + 1), k=2))
        match dice.randrange(7):
            case 0:
                payload = payload[:at]
            case 1:
                payload = payload[:at] + payload[to:]
            case 2:
                payload = payload[:to] + payload[at : at + 200] + payload[to:]
            case 3:
                payload = payload[:at] + dice.randbytes(dice.randint(1, 8)) + payload[at:]
            case 4:
                payload = payload[:at] + dice.choice(NUMBERS) + payload[at + 4 :]
            case 5:
                payload = payload[:at] + b"[" * dice.randint(1, 3000) + payload[at:]
            case _:
                payload = payload.replace(b"<", b"<a>" * dice.randint(1, 50), 1)
    return payload


def poison() -> Iterator[tuple[str, bytes]]:
    dice = random.Random(SEED)
    whole = [(case.message.topic or "devices/d/make", case.payload) for case in cases()]
    for _ in range(PAYLOADS):
        topic, payload = dice.choice(whole)
        yield topic, damaged(payload, dice)


@pytest.mark.timeout(120)
async def test_each_is_an_event_or_a_refusal_and_memory_stays(tmp_path: Path) -> None:
    with tansu(tmp_path) as kafka, rumqttd() as mqtt:
        await topics(kafka.bootstrap)
        found = settings(
            tmp_path, mqtt_port=mqtt.port, bootstrap=kafka.bootstrap, topic_filters=("#",)
        )
        async with running(Gateway(found, shipped())) as gateway:
            devices, before = Publisher(mqtt.port), 0
            for number, (topic, payload) in enumerate(poison()):
                devices.send(topic, payload)
                if number % 200 == 199:
                    await devices.confirmed()
                    await until(lambda n=number: handled(gateway) > n)
                before = before or (resident() if number == WARM else 0)
            await until(lambda: handled(gateway) == PAYLOADS)
            growth = resident() - before
            assert gateway.worker.ready is not None
            devices.close()

        assert refusals(gateway) > PAYLOADS / 4
        assert figure(gateway, "understood_messages_total") > PAYLOADS / 20
    assert growth < GROWTH_MAX


def refusals(gateway: Gateway) -> float:
    return sum(
        sample.value
        for metric in gateway.metrics.rejected.collect()
        for sample in metric.samples
        if sample.name.endswith("_total")
    )


def handled(gateway: Gateway) -> float:
    told = figure(gateway, "understood_messages_total") + figure(gateway, "silent_messages_total")
    return told + refusals(gateway)
