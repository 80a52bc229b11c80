"""How a Kafka client of ingest reaches its broker: address, TLS, and who we are there."""

from aiokafka.helpers import create_ssl_context

from ingest.settings import IngestSettings
from schemas.base import MS_PER_S


def kafka_connection(settings: IngestSettings) -> dict[str, object]:
    """The options that a producer and a consumer share, as aiokafka names them."""
    password = settings.kafka_password
    secured = settings.kafka_security in ("SSL", "SASL_SSL")
    ca = str(settings.kafka_ca) if settings.kafka_ca else None
    sasl = {
        "sasl_mechanism": settings.kafka_mechanism,
        "sasl_plain_username": settings.kafka_user,
        "sasl_plain_password": password.get_secret_value() if password else None,
    }
    return {
        "bootstrap_servers": settings.bootstrap,
        "client_id": f"smart-community-{settings.gateway}",
        "request_timeout_ms": round(settings.kafka_timeout_s * MS_PER_S),
        "security_protocol": settings.kafka_security,
        "ssl_context": create_ssl_context(cafile=ca) if secured else None,
        **(sasl if settings.kafka_security.startswith("SASL") else {}),
    }
