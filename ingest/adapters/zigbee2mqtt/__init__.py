"""Zigbee2MQTT: see README.md in this folder."""
