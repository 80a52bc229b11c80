"""What each family of devices puts on the wire, written after the makers' documented formats."""

from typing import NamedTuple

from deploy.simulation.clocks import Stamp
from deploy.simulation.facts import Fact
from schemas.site import DeviceSite


class Telling(NamedTuple):
    """A fact about to be told: by which device, at which time of its own clock."""

    fact: Fact
    device: DeviceSite
    stamp: Stamp
