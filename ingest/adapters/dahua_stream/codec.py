"""Dahua events to readings: every carrier, every code this house knows. Pure."""

from collections.abc import Callable

from ingest.adapters.dahua_stream import cameras, credentials, stations, traffic
from ingest.adapters.dahua_stream.codes import MEANINGS, STATES
from ingest.adapters.dahua_stream.element import HEARTBEAT, LOCK_TIMER, Element
from ingest.adapters.dahua_stream.elements import elements
from ingest.adapters.dahua_stream.reading import reading, state
from ingest.message import Message, Reading, Unreadable
from ingest.quick import changed

Reader = Callable[[Element], Reading]


def decode(message: Message) -> list[Reading]:
    """The readings of one message.

    A code this adapter does not know is refused. Among known ones it is kept as a state that names
    it, so that one new code does not cost the events it came with.
    """
    told = elements(message)
    from_station = any(stations.is_station(element) for element in told)
    read = [_read(element, from_station) for element in told]
    if all(found is None for found in read):
        code = told[0].code[:64]
        raise Unreadable(f"event code {code!r} is not known here; see the README", "$.Code")
    return _numbered([
        state(element, unknown_code=element.code[:64]) if found is None else found
        for element, found in zip(told, read, strict=True)
    ])  # fmt: skip


def _numbered(readings: list[Reading]) -> list[Reading]:
    """Readings with nothing to tell them apart, numbered in the order of their message."""
    if len(readings) == 1:
        return readings
    return [
        changed(found, sequence=number) if found.time is None and found.sequence is None else found
        for number, found in enumerate(readings, start=1)
    ]


def _read(element: Element, from_station: bool) -> Reading | None:
    """What an element says, or None if its code is not known."""
    if from_station and (pressed := stations.exit_button(element)) is not None:
        return pressed
    reader = _READERS.get(element.code)
    if reader is None and traffic.has_plate(element):
        reader = traffic.vehicle
    return None if reader is None else reader(element)


def _heartbeat(element: Element) -> Reading:
    return reading(element, "device.heartbeat", native=HEARTBEAT)


_READERS: dict[str, Reader] = {
    **dict.fromkeys(MEANINGS, cameras.of_table),
    **dict.fromkeys(STATES, state),
    **dict.fromkeys(traffic.PASSAGES, traffic.vehicle),
    **dict.fromkeys(("Invite", "CallNoAnswered", "PhoneCallDetect"), stations.bell),
    **dict.fromkeys(("DoorBell", "RingBell"), stations.bell),
    **dict.fromkeys(("AccessControl", "AccessCtl"), credentials.access_control),
    **dict.fromkeys(("NTPAdjustTime", "TimeChange"), stations.clock_set),
    "BackKeyLight": stations.key_light,
    "DoorCard": credentials.door_card,
    "DoorStatus": stations.contact,
    "FaceRecognition": cameras.face,
    "FingerPrintCheck": credentials.fingerprint,
    "IgnoreInvite": stations.answered,
    "NumberStat": cameras.people_counter,
    "TrafficFlowStat": traffic.flow,
    "SIPRegisterResult": stations.sip_registered,
    "VideoMotionInfo": cameras.motion_info,
    "VideoTalkLog": stations.call_log,
    "_DoTalkAction_": stations.talk,
    "_DoorFace_": cameras.door_face,
    HEARTBEAT: _heartbeat,
    LOCK_TIMER: stations.lock_timer,
}
