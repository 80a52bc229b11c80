"""A real Apache Kafka: one node that is broker and controller (KRaft), from Maven's jars.

Offsets, rebalances and what a broker keeps across a crash are what the stream workers rely on,
and no double has them. Each `start` with a fresh folder is a cluster of its own.
"""

import base64
import re
import socket
import struct
import subprocess
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.services import process, tools
from tests.services.cache import Unavailable, have, log_of
from tests.services.process import LOOPBACK, Child, NotReady, Service

VERSION = "4.1.1"
SCALA = "2.13"
# Kafka's own jars log through slf4j to nowhere; this one, as old as its log4j-core, gives a log.
LOG4J = "2.24.3"
MAVEN_DEPENDENCY_PLUGIN = "3.8.1"
JAVA_MIN = 17
NAME = f"kafka-{VERSION}"
POM = f"""<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>smartcommunity</groupId>
  <artifactId>kafka-for-tests</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_{SCALA}</artifactId>
      <version>{VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-slf4j-impl</artifactId>
      <version>{LOG4J}</version>
    </dependency>
  </dependencies>
</project>
"""
# One broker, so one replica; no wait for a second consumer to join; a dead consumer may be
# noticed within a second where a test asks for that. After a kill the controller refuses the new
# broker until the old one's session is over, by default 9 s.
PROPERTIES = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0",
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "group.min.session.timeout.ms": "1000",
}
# A Metadata request, version 0, for no topics: length, key 3, version, correlation id, no client.
METADATA_REQUEST = struct.pack(">ihhihi", 14, 3, 0, 1, -1, 0)


@dataclass
class Kafka(Service):
    """A running Kafka; `bootstrap` is its address for clients."""

    bootstrap: str
    data: Path

    def another(self, data: Path, properties: Mapping[str, str] | None = None) -> "Kafka":
        """Start a fresh, separate Kafka that keeps its data in `data`."""
        return start(data, properties)


def prepare() -> Path:
    """Return the folder of Kafka's jars, fetched with Maven if they are not in the cache."""
    _need_java()
    return have(NAME, _is_whole, _fetch)


def start(data: Path, properties: Mapping[str, str] | None = None) -> Kafka:
    """Start a Kafka that keeps everything in `data`; `properties` go over the test ones."""
    jars = prepare()
    java = [str(_need_java()), "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    java += ["-Dorg.apache.logging.log4j.level=WARN", "-cp", str(jars / "*")]
    data.mkdir(parents=True, exist_ok=True)
    port, log = process.free_port(), data / "kafka.log"
    config = _write_config(data, port, properties or {})
    if not (data / "logs" / "meta.properties").exists():
        _format(java, config, log)
    child = Child([*java, "kafka.Kafka", str(config)], log, partial(_is_ready, port), cwd=data)
    child.start()
    return Kafka(child, f"{LOOPBACK}:{port}", data)


def _need_java() -> Path:
    java = tools.need("java", f"install a Java {JAVA_MIN} or later")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    if found is None or int(found[1]) < JAVA_MIN:
        raise Unavailable(f"Kafka {VERSION} needs Java {JAVA_MIN} or later, not: {said.strip()}")
    return java


def _is_whole(folder: Path) -> bool:
    jars = [f"kafka_{SCALA}-{VERSION}.jar", f"log4j-slf4j-impl-{LOG4J}.jar"]
    return all((folder / jar).exists() for jar in jars)


def _fetch(folder: Path) -> None:
    mvn = tools.need("mvn", "install Maven")
    (folder / "pom.xml").write_text(POM)
    copy = f"org.apache.maven.plugins:maven-dependency-plugin:{MAVEN_DEPENDENCY_PLUGIN}"
    goal = [f"{copy}:copy-dependencies", f"-DoutputDirectory={folder}", "-DincludeScope=runtime"]
    tools.run([mvn, "-q", "-B", *goal], log=log_of(NAME), cwd=folder)


def _write_config(data: Path, port: int, properties: Mapping[str, str]) -> Path:
    controller = f"{LOOPBACK}:{process.free_port()}"
    places = {
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{controller}",
        "controller.quorum.voters": f"1@{controller}",
        "log.dirs": str(data / "logs"),
    }
    lines = [f"{key}={value}\n" for key, value in {**PROPERTIES, **places, **properties}.items()]
    config = data / "server.properties"
    config.write_text("".join(lines))
    return config


def _format(java: list[str], config: Path, log: Path) -> None:
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    # One id in 64 begins with a dash; as a word of its own it would be taken for an option.
    format_it = ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", str(config)]
    with log.open("ab") as out:
        done = subprocess.run([*java, *format_it], stdout=out, stderr=out, check=False)
    if done.returncode != 0:
        raise NotReady(f"Kafka cannot format {config.parent}; {log}:\n{tools.tail(log)}")


def _is_ready(port: int) -> bool:
    """Tell whether the broker names itself as one that takes part (an open port says less)."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=2) as call:
            call.sendall(METADATA_REQUEST)
            answer = call.makefile("rb").read(12)
    except OSError:
        return False
    return len(answer) == 12 and struct.unpack(">iii", answer)[2] >= 1
