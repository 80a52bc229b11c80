"""What door stations (VTO) and their bridges tell: bells, locks, contacts, clocks. Pure."""

from collections.abc import Mapping

from ingest.adapters.dahua_stream.codes import STATION_ONLY
from ingest.adapters.dahua_stream.element import Element
from ingest.adapters.dahua_stream.reading import begins, reading, state
from ingest.converters import flag, said, whole
from ingest.message import Reading

EXIT_BUTTON_INPUT = 3
"""`AlarmLocal` of a door station: input 3 is its exit button."""
_UNLOCKED, _RESTARTED = 8, 11
_BELLS: Mapping[int, bool | None] = {1: None, 2: None, 5: True, 6: False}
_LIGHTS = {0: "idle", 4: "voice message", 7: "called by an indoor station", 9: "unlock failed"}
_CONTACT = {"open": "door.opened", "close": "door.closed", "closed": "door.closed"}
_CALL_ENDS = {"Missed": False, "Received": True}


def bell(element: Element) -> Reading:
    """Somebody rang. `CallNoAnswered` too begins with the ring, so nobody knows the answer yet."""
    if element.action == "State" or not begins(element):
        return state(element)
    return reading(element, "doorbell.rung")


def answered(element: Element) -> Reading:
    """`IgnoreInvite`: an indoor station took the call."""
    if element.action == "State" or not begins(element):
        return state(element)
    return reading(element, "doorbell.rung", fields={"answered": True})


def talk(element: Element) -> Reading:
    """`_DoTalkAction_` of doorbells: the invitation is the ring, the rest is the call going on."""
    told = said(element.data.get("Action")) or element.action
    return reading(element, "doorbell.rung") if told == "Invite" else state(element, talk=told)


def call_log(element: Element) -> Reading:
    """`VideoTalkLog`: how a call ended."""
    ended = _CALL_ENDS.get(said(element.data.get("EndState")) or "")
    if ended is None:
        return state(element)
    return reading(element, "doorbell.rung", fields={"answered": ended})


def key_light(element: Element) -> Reading:
    """`BackKeyLight`: the station's lamp, which shows what happens at the door."""
    number = whole(element.data.get("State"))
    native = f"{element.code}/{number}"
    if number == _UNLOCKED:
        return reading(element, "door.unlocked", native=native)
    if number == _RESTARTED:
        return reading(element, "device.online", native=native)
    if number is not None and number in _BELLS:
        fields = {"answered": _BELLS[number]}
        return reading(element, "doorbell.rung", native=native, fields=fields)
    meaning = _LIGHTS.get(-1 if number is None else number)
    return state(element, meaning=meaning) if meaning else state(element)


def contact(element: Element) -> Reading:
    """`DoorStatus`: the leaf; some firmware writes the state as the action."""
    told = (said(element.data.get("Status")) or element.action).lower()
    word = _CONTACT.get(told)
    return state(element) if word is None else reading(element, word)


def clock_set(element: Element) -> Reading:
    """The clock was set, unless the message says that setting it failed."""
    failed = flag(element.data.get("result")) is False
    return state(element) if failed else reading(element, "device.clock_set")


def sip_registered(element: Element) -> Reading:
    """The station told its SIP server who it is."""
    success = flag(element.data.get("Success"))
    fields = {"description": {} if success is None else {"sip_registered": success}}
    return reading(element, "device.described", fields=fields)


def lock_timer(element: Element) -> Reading:
    """A bridge's timer after an unlocking it did itself; no sensor, so a state at most."""
    locked = flag(element.data.get("isLocked"))
    fields = {"state": {} if locked is None else {"locked": locked, "source": "timer"}}
    return reading(element, "device.state_reported", fields=fields)


def is_station(element: Element) -> bool:
    """Whether an element shows that a door station sent it."""
    model = said(element.names.get("deviceType")) or ""
    return element.code in STATION_ONLY or "VTO" in model.upper()


def exit_button(element: Element) -> Reading | None:
    """The exit button of a door station, if that is what the element tells."""
    if (element.code, element.index) != ("AlarmLocal", EXIT_BUTTON_INPUT):
        return None
    return reading(element, "exit.requested") if element.action in ("Start", "Pulse") else None
