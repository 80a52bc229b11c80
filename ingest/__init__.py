"""From devices to events: MQTT in, Kafka out, and a pure mapping between."""
