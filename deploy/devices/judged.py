"""How one device is found, timed and missed, in words, before it is ever heard. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from processors.core.rule import ms
from processors.rules.device_lost.rule import RULE, DeviceLostParams
from processors.rules.devices import parents, patience_ms, rests_on
from schemas.base import MS_PER_S
from schemas.device_site import DeviceSite
from schemas.place import EstateConfig
from schemas.site import EstateSite, Site

FAULT_WORDS = {
    "lost_offset_sign": "its offset lost its sign, so its wall clock counts",
    "local_as_epoch": "its wall clock stands where seconds since 1970 should",
    "utc_is_local": "its wall clock stands where UTC should",
    "factory_zone": "its UTC is eight hours behind its wall clock, whatever the zone",
    "no_summer_time": "its UTC is an hour ahead in summer",
    "fixed_shift": "it is ahead by a fixed time",
}


def found(site: Site, name: str) -> list[tuple[EstateSite, DeviceSite]]:
    """The devices of this name; estates may share one."""
    return [(e, device) for e in site.estates for device in e.devices if device.id == name]


@dataclass(frozen=True, slots=True)
class Known:
    """What else is known of a device: its clock's measured error, and the make under which it would
    push by HTTP, None for one that speaks MQTT.
    """

    behind_s: float | None = None
    push: str | None = None


def judged(estate: EstateSite, device: DeviceSite, known: Known) -> Iterator[str]:
    """One line for each thing that is decided about it.

    Raises ValueError where the site's settings of the rule do not hold.
    """
    config = estate.config()
    place = config.place_name(device.place)
    yield f"{device.id}: {device.kind} at {device.place} ({place.zh}) of {estate.id}"
    yield f"  understood by  {device.adapter}"
    signs = "; ".join(_signs(device, known.push)) or "nothing yet: give it ids: or topics:"
    yield f"  known by       {signs}"
    yield f"  clock          {_clock(estate, device, known.behind_s)}"
    yield f"  lost           {'; '.join(_losses(config, device))}"
    blind = ", ".join(rests_on(config, device.id)) or "no rule"
    yield f"  while lost     cannot be judged there: {blind}"
    if device.face is not None:
        yield f"  faces          {device.face.faces_enrolled} enrolled, {_papers(device)}"


def _signs(device: DeviceSite, push: str | None) -> Iterator[str]:
    if push is not None:
        yield f"HTTP pushes to /push/{device.id}/{push}"
    if device.ids:
        yield f"its own name {', '.join(device.ids)}"
    if device.topics:
        yield f"the topics {', '.join(device.topics)}"
    if device.address:
        yield f"pulled by the bridge from {device.address}"


def _clock(estate: EstateSite, device: DeviceSite, behind_s: float | None) -> str:
    words = f"times without a zone are those of {device.timezone or estate.timezone}"
    if device.clock_fault is not None:
        shift = f" ({device.clock_shift_s} s)" if device.clock_shift_s is not None else ""
        words += f"; {device.clock_fault}: {FAULT_WORDS[device.clock_fault]}{shift}"
    if behind_s:
        side = "behind" if behind_s > 0 else "ahead"
        words += f"; measured {abs(behind_s):.0f} s {side}, which is taken off"
    return words


def _losses(config: EstateConfig, device: DeviceSite) -> Iterator[str]:
    told = RULE.read_params(config.rule_settings(RULE.id, device.place))
    assert isinstance(told, DeviceLostParams)
    head_start, flap = ms(told.parent_first_s), ms(told.flap_s)
    patience = patience_ms(config, device.id, told.heartbeats_max, head_start, flap)
    if patience == 0:
        yield "never by silence, as neither heartbeat_s nor silence_s is set"
    elif device.silence_s is not None:
        yield f"after {_span(patience)} without a word (silence_s)"
    else:
        yield (
            f"after {_span(patience)} without a word "
            f"({told.heartbeats_max:g} heartbeats of {device.heartbeat_s} s)"
        )
    yield f"{_span(flap)} after a last will, if it leaves one"
    above = [parent.id for parent in parents(config, device.id)]
    if above:
        yield f"told only if {' and '.join(above)} is there, on which it hangs"


def _span(milliseconds: int) -> str:
    seconds = round(milliseconds / MS_PER_S)
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return f"{seconds} s"
    return f"{minutes} min" + (f" {rest} s" if rest else "")


def _papers(device: DeviceSite) -> str:
    assert device.face is not None
    return (
        f"kept {device.face.retention_days} days, impact assessment "
        f"{device.face.impact_assessment}, other way in: {device.face.other_way_in}"
    )
