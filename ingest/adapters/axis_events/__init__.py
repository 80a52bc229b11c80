"""Axis events over MQTT and from the metadata stream: see README.md in this folder."""
