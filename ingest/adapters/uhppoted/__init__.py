"""UHPPOTE access boards behind uhppoted-mqtt."""
