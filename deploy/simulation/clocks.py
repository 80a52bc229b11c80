"""How each device writes the time: to the second or finer, with a zone, without, as a number.

Texts of one second are made once, because an estate at speed writes many of them.
"""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deploy.simulation import estate as makes
from deploy.simulation.estate import Estate
from deploy.simulation.facts import Fact
from deploy.simulation.stage import SECOND

_KEPT_SECONDS = 4096


class Stamp(NamedTuple):
    """A device's time: the instant it means (ms), its text, and what the id of a reading holds."""

    at: int
    text: str | None
    identity: str | int


class Clocks:
    """The clocks of an estate's devices, all of them right."""

    def __init__(self, estate: Estate) -> None:
        """Reads the estate's zone; the zone must keep one offset all year, as China's does."""
        self._estate = estate
        self._zone = ZoneInfo(estate.site.timezone)
        self._utc = ZoneInfo("UTC")
        self._texts: dict[int, tuple[str, str]] = {}

    def utc(self, at: int) -> str:
        """RFC 3339 in UTC with milliseconds, as events have it."""
        return f"{self._text(at)[0]}.{at % SECOND:03d}Z"

    def local(self, at: int) -> str:
        """Local wall-clock time as yyyy-mm-ddThh:mm:ss."""
        return self._text(at)[1]

    def stamp(self, fact: Fact) -> Stamp:
        """What the device of a fact writes for its time."""
        site = self._estate.devices.get(fact.device)
        if site is None:
            return Stamp(fact.at, None, fact.at)
        fine = site.kind == "camera" and (site.adapter == makes.DAHUA or bool(site.direction))
        match site.adapter:
            case makes.HIKVISION:
                return self._zoned(fact.at, fine=fine)
            case makes.DAHUA:
                return self._naive(fact.at, fine=fine)
            case makes.FRIGATE:
                began = fact.at if fact.began is None else fact.began
                return Stamp(began, seconds_text(began), began)
            case makes.ESP_RFID:
                whole = fact.at - fact.at % SECOND
                return Stamp(whole, str(whole // SECOND), whole)
        return Stamp(fact.at, str(fact.at), fact.at)

    def _zoned(self, at: int, *, fine: bool) -> Stamp:
        if fine:
            return Stamp(at, f"{self.local(at)}.{at % SECOND:03d}+08:00", at)
        whole = at - at % SECOND
        return Stamp(whole, f"{self.local(at)}+08:00", whole)

    def _naive(self, at: int, *, fine: bool) -> Stamp:
        """Wall-clock text; milliseconds, if there are any, stand in a field of their own."""
        local = self.local(at)
        text = local.replace("T", " ")
        if fine and at % SECOND:
            return Stamp(at, text, f"{local}.{at % SECOND:03d}000")
        return Stamp(at - at % SECOND, text, local)

    def _text(self, at: int) -> tuple[str, str]:
        second = at // SECOND
        found = self._texts.get(second)
        if found is None:
            if len(self._texts) >= _KEPT_SECONDS:
                self._texts.clear()
            utc = datetime.fromtimestamp(second, self._utc)
            local = utc.astimezone(self._zone)
            found = (f"{utc:%Y-%m-%dT%H:%M:%S}", f"{local:%Y-%m-%dT%H:%M:%S}")
            self._texts[second] = found
        return found


def seconds_text(at: int) -> str:
    """Seconds with a fraction, as Python and Frigate print them."""
    return repr(at / SECOND)
