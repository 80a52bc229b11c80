"""ONVIF events over MQTT and as XML: see README.md in this folder."""
