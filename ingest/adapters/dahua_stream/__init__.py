"""Dahua events: cameras, recorders, door stations and terminals, over every carrier of theirs."""
