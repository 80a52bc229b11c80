"""Xinlutong parking cameras over their own MQTT."""
