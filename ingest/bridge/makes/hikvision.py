"""Hikvision: HTTP listening of terminals, cameras and recorders, and iSecure Center's callbacks.

The status is all they read. Terminals keep what was not taken and send it again with
`currentEvent` false; cameras send an alarm that lasts once more by themselves.
"""

from ingest.bridge.make import Make

MAKE = Make("hikvision", "Hikvision: HTTP listening, iSecure Center", "/push/DEVICE/hikvision")
