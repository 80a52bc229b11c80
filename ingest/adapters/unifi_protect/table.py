"""What each event type means: one row a type, as the console of Protect names them. Pure.

https://github.com/uilibs/uiprotect, uiprotect/data/types.py lists the types.
"""

from dataclasses import dataclass

from schemas.event_data import Method


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an event of a type is, and what its end is where the end is a fact of its own.

    `zone` names what tripped where it is no housing, `silent` a panic button.
    """

    type: str
    ended: str | None = None
    method: Method | None = None
    hazard: str | None = None
    zone: str | None = None
    silent: bool = False


STATE = Meaning("device.state_reported")
_OPERATED = Meaning("device.operated")
_OFFLINE, _ONLINE = Meaning("device.offline"), Meaning("device.online")
_DESCRIBED = Meaning("device.described")
_TAMPERED = Meaning("device.tampered")
_GLASS = Meaning("device.tampered", zone="glass")
_PANIC = Meaning("help.requested", silent=True)
_MOTION = Meaning("motion.started", "motion.ended")

MEANINGS: dict[str, Meaning] = {
    "motion": _MOTION,
    "lightMotion": _MOTION,
    "sensorMotion": _MOTION,
    "alarmHubMotion": _MOTION,
    "smartDetectZone": Meaning("object.seen", "object.left"),
    "smartDetectLine": Meaning("line.crossed", "line.crossing_ended"),
    "smartDetectLoiterZone": Meaning("loitering.started", "loitering.ended"),
    "faceGroupDetected": Meaning("face.seen"),
    "ring": Meaning("doorbell.rung"),
    "sensorOpened": Meaning("door.opened"),
    "sensorClosed": Meaning("door.closed"),
    "alarmHubEntryOpened": Meaning("door.opened"),
    "alarmHubEntryClosed": Meaning("door.closed"),
    "doorlockOpened": Meaning("door.unlocked"),
    "doorlockClosed": Meaning("door.locked"),
    "nfcCardScanned": Meaning("access.presented", method="card"),
    "fingerprintIdentified": Meaning("access.presented", method="fingerprint"),
    "sensorTamper": _TAMPERED,
    "alarmHubTamper": _TAMPERED,
    "alarmHubGlassBreak": _GLASS,
    "alarmHubSmoke": Meaning("fire.detected", hazard="smoke"),
    "access": _OPERATED,
    **dict.fromkeys(
        ("disconnect", "cameraDisconnected", "deviceDisconnected", "networkDeviceOffline",
         "offline", "off"), _OFFLINE,
    ),
    **dict.fromkeys(
        ("cameraConnected", "cameraRebooted", "deviceConnected", "deviceRebooted", "reboot"),
        _ONLINE,
    ),
    **dict.fromkeys(
        ("deviceAdopted", "deviceUnadopted", "unadoptedDeviceDiscovered", "ufvDiscovered",
         "multipleUnadoptedDeviceDiscovered"), _DESCRIBED,
    ),
    **dict.fromkeys(
        ("recordingDeleted", "recordingModeChanged", "globalRecordingModeChanged", "recordingOff",
         "nvrSettingsChanged", "devicesPasswordUpdated", "videoExported", "videoDeleted",
         "microphoneDisabled", "recordingScheduleChanged", "factoryReset"), _OPERATED,
    ),
    **dict.fromkeys(
        ("provision", "update", "cameraPowerCycling", "doorAccess", "resolutionLowered",
         "poorConnection", "streamRecovery", "nonScheduledRecording", "hotplug",
         "consolidatedResolutionLowered", "consolidatedPoorConnection", "installed",
         "corruptedDbRecovered", "fwUpdate", "applicationUpdate", "applicationUpdatable",
         "driveFailed", "driveSlow", "cameraUtilizationLimitReached",
         "cameraUtilizationLimitExceeded", "deviceUpdatable", "multipleDeviceUpdatable",
         "sensorExtremeValues", "sensorWaterLeak", "sensorBatteryLow", "sensorSmokeTest",
         "sensorVape", "sensorSmokeBatteryLow", "sensorSmokeNeedsCleaning", "sensorSmokeFault",
         "sensorCoFault", "sensorSmokeEndOfLife", "alarmHubRelaySwitched",
         "alarmHubBatteryConnected", "alarmHubBatteryLow", "ringDisruptedConditions"), STATE,
    ),
}  # fmt: skip
"""`doorAccess` does not say how it went, so it is a state."""

QUIET = frozenset({"userArrived", "userLeft"})
"""Where the owner's telephone is: nobody's business here."""

CHOSEN: dict[str, dict[str, Meaning]] = {
    "sensorAlarm": {
        "smoke": Meaning("fire.detected", hazard="smoke"),
        "CO": Meaning("fire.detected", hazard="gas"),
        "glassBreak": _GLASS,
        "tamper": _TAMPERED,
    },
    "smartAudioDetect": {
        "alrmSmoke": Meaning("fire.detected", hazard="smoke"),
        "alrmCmonx": Meaning("fire.detected", hazard="gas"),
        "alrmGlassBreak": _GLASS,
        "smoke_cmonx": Meaning("fire.detected", hazard="unknown"),
    },
    "relayInputChanged": {
        "circuitClosed": Meaning("input.activated"),
        "circuitOpen": Meaning("input.cleared"),
    },
    "sensorButtonPressed": {"panic": _PANIC},
    "alarmHubButtonPress": {"panic": _PANIC},
}
"""Types whose meaning hangs on a word in their content; any other word is a state."""

KINDS = {
    "person": "person", "face": "person", "vehicle": "vehicle", "car": "vehicle",
    "licensePlate": "vehicle", "animal": "animal", "pet": "animal", "package": "package",
}  # fmt: skip
"""Protect's names of what it detects, and our kinds of objects."""
