"""`smart-community install-topics`: what a Kafka must hold before the parts start."""

import asyncio
import logging
from typing import Annotated

import typer

from deploy.kafka.install import WAIT_S, BrokerAway, TopicMismatch, create_topics
from schemas.topics import ALL_TOPICS, PARTITIONS


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("install-topics")(install_topics)


def install_topics(
    bootstrap: Annotated[
        str, typer.Option(envvar="SC_BOOTSTRAP", help="Kafka, HOST:PORT,…")
    ] = "127.0.0.1:9092",
    replication: Annotated[int, typer.Option(min=1, help="Copies of each topic.")] = 1,
    partitions: Annotated[int, typer.Option(min=1, help="Of every topic.")] = PARTITIONS,
    wait_s: Annotated[float, typer.Option(min=0, help="For the broker to answer.")] = WAIT_S,
) -> None:
    """Create the topics that are missing; run it as often as you like.

    Example: smart-community install-topics --bootstrap kafka:9092 --replication 3
    """
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        asyncio.run(create_topics(bootstrap, partitions, replication, wait_s=wait_s))
    except (BrokerAway, TopicMismatch) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    typer.echo(f"{len(ALL_TOPICS)} topics with {partitions} partitions each at {bootstrap}")
