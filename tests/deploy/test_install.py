"""The installer: on Tansu and on a real Kafka, again and again, and never on another's topics."""

from dataclasses import replace

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.embedded.tansu import Tansu
from deploy.kafka.install import BrokerAway, TopicMismatch, create_topics
from schemas.topics import ALL_TOPICS, EVENTS
from tests.services.kafka import Kafka
from tests.services.process import free_port


async def partition_counts(bootstrap: str) -> dict[str, int]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        described = await admin.describe_topics([topic.name for topic in ALL_TOPICS])
        return {item["topic"]: len(item["partitions"]) for item in described}
    finally:
        await admin.close()


async def test_all_topics_have_the_same_partitions_on_tansu(broker: Tansu) -> None:
    for _ in range(2):
        await create_topics(broker.bootstrap, 3)
    assert await partition_counts(broker.bootstrap) == {topic.name: 3 for topic in ALL_TOPICS}


@pytest.mark.services
async def test_all_topics_have_the_same_partitions_on_kafka(kafka: Kafka) -> None:
    ours = [replace(topic, name=f"install.{topic.name}") for topic in ALL_TOPICS]
    for _ in range(2):
        await create_topics(kafka.bootstrap, 3, topics=ours)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    described = await admin.describe_topics([topic.name for topic in ours])
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in ours]
    answers = await admin.describe_configs(asked)
    await admin.close()
    kept = {name: {entry[0]: entry[1] for entry in entries}
            for answer in answers for _, _, _, name, entries in answer.resources}  # fmt: skip
    for topic in ours:
        assert kept[topic.name].items() >= topic.settings.items(), "kept as long as promised"
    assert {item["topic"]: len(item["partitions"]) for item in described} == {
        topic.name: 3 for topic in ours
    }
    with pytest.raises(TopicMismatch, match="has 3 partitions, not 12"):
        await create_topics(kafka.bootstrap, 12, topics=ours)


async def test_a_topic_with_another_count_is_refused_in_one_line(broker: Tansu) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(EVENTS.name, 5, 1)])
    await admin.close()
    with pytest.raises(TopicMismatch, match=f"{EVENTS.name} has 5 partitions, not 12") as told:
        await create_topics(broker.bootstrap, 12)
    assert "\n" not in str(told.value)


async def test_a_broker_that_is_away_is_not_waited_for_for_ever() -> None:
    with pytest.raises(BrokerAway, match="check its address"):
        await create_topics(f"127.0.0.1:{free_port()}", wait_s=0.5)
