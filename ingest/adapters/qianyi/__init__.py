"""Qianyi parking cameras over their own MQTT."""
