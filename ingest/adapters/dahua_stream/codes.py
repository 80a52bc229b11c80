"""The event codes that mean one thing each: what begins, what ends, and of which object.

Names from the maker's HTTP API ("eventManager attach", list of codes) and from captures. Codes
whose meaning hangs on their data are in `stations`, `credentials` and `traffic`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code's Start (or Pulse) and its Stop stand for.

    Without `stop` the end of it is a state: no word of ours says that it is over.
    """

    start: str
    stop: str | None = None
    object: str | None = None
    hazard: str | None = None


MEANINGS: dict[str, Meaning] = {
    "VideoMotion": Meaning("motion.started", "motion.ended"),
    "MoveDetection": Meaning("motion.started", "motion.ended"),
    "SmartMotionHuman": Meaning("motion.started", "motion.ended", "person"),
    "SmartMotionVehicle": Meaning("motion.started", "motion.ended", "vehicle"),
    "CrossLineDetection": Meaning("line.crossed", "line.crossing_ended"),
    "CrossFenceDetection": Meaning("line.crossed", "line.crossing_ended"),
    "CrossRegionDetection": Meaning("zone.entered", "zone.left"),
    "ParkingDetection": Meaning("zone.entered", "zone.left", "vehicle"),
    "WanderDetection": Meaning("loitering.started", "loitering.ended"),
    "LeftDetection": Meaning("object.seen", "object.left", "left_object"),
    "TakenAwayDetection": Meaning("object.left", None, "taken_object"),
    "RioterDetection": Meaning("object.seen", "object.left", "crowd"),
    "CrowdDetection": Meaning("object.seen", "object.left", "crowd"),
    "StayDetection": Meaning("loitering.started", "loitering.ended"),
    "AnimalDetection": Meaning("object.seen", "object.left", "animal"),
    "ObjectAppearDetection": Meaning("object.seen", "object.left"),
    "ObjectPlacementDetection": Meaning("object.seen", "object.left", "left_object"),
    "ObjectRemovalDetection": Meaning("object.left", None, "taken_object"),
    "HumanTrait": Meaning("object.seen", "object.left", "person"),
    "FaceDetection": Meaning("face.seen", "object.left", "face"),
    "VideoBlind": Meaning("camera.blinded", "camera.restored"),
    "VideoUnFocus": Meaning("camera.blinded", "camera.restored"),
    "VideoAbnormalDetection": Meaning("camera.blinded", "camera.restored"),
    "VideoLoss": Meaning("camera.video_lost", "camera.restored"),
    "FireDetection": Meaning("fire.detected", hazard="fire"),
    "FireWarning": Meaning("fire.detected", hazard="fire"),
    "SmokeDetection": Meaning("fire.detected", hazard="smoke"),
    "AlarmLocal": Meaning("input.activated", "input.cleared"),
    "AlarmIPC": Meaning("input.activated", "input.cleared"),
    "AlarmExtended": Meaning("input.activated", "input.cleared"),
    "ProfileAlarmTransmit": Meaning("input.activated", "input.cleared"),
    "BreakIn": Meaning("door.forced"),
    "DoorNotClosed": Meaning("door.held"),
    "ChassisIntruded": Meaning("device.tampered"),
    "Tamper": Meaning("device.tampered"),
    "Duress": Meaning("access.duress"),
}

STATES: frozenset[str] = frozenset({
    "APConnect", "AccessSnap", "AddCard", "AlarmOutput", "AudioAnomaly", "AudioIntensity",
    "AudioMutation", "AutoRegister", "BackLightOff", "BackLightOn", "BatteryLowPower", "CallSnap",
    "ChangeDetection", "CitizenPictureCompare", "ConfigChange", "DGSErrorReport", "DialRecognition",
    "DoorControl", "DoorStateDetection", "ElevatorWorkInfo", "FaceFeatureAbstract",
    "FightDetection", "Fingerprint", "FireWarningInfo", "GotoPreset", "HeatImagingTemper",
    "HungupPhone", "IPConflict", "IntelliFrame", "InterVideoAccess", "KeepLightOn",
    "LeFunctionStatusSync", "LeaveDetection", "LoginFailure", "MACConflict", "MDResult",
    "ManNumDetection", "NetAbort", "NetMonitorAbort", "NetworkChange", "NewFile",
    "ObjectDisappearDetection", "ObjectStateDetection", "OpenCloseDoorDetection",
    "ParkingSpaceStatus", "PassiveHungup", "QueueNumDetection", "QueueStayDetection", "Reboot",
    "RecordDelete", "RequestCallState", "RtspSessionDisconnect", "SecurityImExport", "SendCard",
    "StorageFailure", "StorageFormat", "StorageLowSpace", "StorageNotExist", "SystemState",
    "TrafficJam", "TrappedInLiftDetection", "TumbleDetection", "UpdateFile", "Upgrade", "UserLock",
    "WorkClothesDetection",
})  # fmt: skip
"""Codes that tell how a device is or what its software does: kept as states, never happenings."""

STATION_ONLY: frozenset[str] = frozenset({
    "AccessCtl", "BackKeyLight", "CallNoAnswered", "DoorBell", "IgnoreInvite", "Invite",
    "RingBell",
})  # fmt: skip
"""Codes that only a door station sends: they tell what the other codes of one message mean."""
