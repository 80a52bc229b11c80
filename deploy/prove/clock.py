"""Whether a device's clock is right, and whether it stands in the right zone. Pure.

A clock that is off by whole quarters of an hour is right and stands in a wrong zone; what is left
beyond them is its own error. Zones are a quarter of an hour apart at least.
"""

from collections.abc import Iterator

from deploy.prove.findings import Finding
from deploy.prove.trial import AS_CONFIGURED, Trial, is_live, median, quantile
from ingest.skew import CORRECTED_FROM_MS, RESET_FROM_MS, SPREAD_MAX_MS
from schemas.base import MS_PER_S

QUARTER_MS = 900 * MS_PER_S
ZONE_MAX_MS = 27 * 3600 * MS_PER_S
"""The furthest that two places' wall clocks are apart (UTC-12 and UTC+14), and a little."""
SAMPLES_MIN = 3


def parted(gap: int) -> tuple[int, int]:
    """A clock's distance as (whole quarters of an hour, the rest), both in ms.

    A distance below ten minutes, or beyond what zones can make, is no zone's.
    """
    quarters = round(gap / QUARTER_MS) * QUARTER_MS
    if abs(gap) < QUARTER_MS - RESET_FROM_MS or abs(gap) > ZONE_MAX_MS:
        return 0, gap
    rest = gap - quarters
    return (quarters, rest) if abs(rest) <= RESET_FROM_MS else (0, gap)


def check_clock(trial: Trial) -> Iterator[Finding]:
    """How far the device's clock is off, without what its zone makes."""
    gaps = trial.clock_gaps()
    if not gaps:
        yield _no_gap(trial)
        return
    _, rest = parted(median(gaps))
    spread = quantile(gaps, 0.75) - quantile(gaps, 0.25)
    values: dict[str, object] = {"off_s": f"{abs(rest) / MS_PER_S:.1f}", "readings": len(gaps)}
    if len(gaps) < SAMPLES_MIN:
        yield Finding("untried", "clock_few", values)
    elif spread > SPREAD_MAX_MS:
        yield Finding("limit", "clock_wanders", values | {"spread_s": spread // MS_PER_S})
    elif abs(rest) > RESET_FROM_MS:
        yield Finding("limit", "clock_unusable", values)
    elif abs(rest) > CORRECTED_FROM_MS:
        yield Finding("limit", "clock_behind" if rest > 0 else "clock_ahead", values)
    else:
        yield Finding("good", "clock_right", values)


def _no_gap(trial: Trial) -> Finding:
    live = [e for e in trial.happenings if is_live(e)]
    if not live:
        return Finding("untried", "no_happening")
    if all(event.data.device_time is None for event in live):
        return Finding("limit", "no_clock")
    if not any(told.heard.timed for told in trial.told):
        return Finding("untried", "no_receipts")
    return Finding("limit", "clock_unread")


def check_zone(trial: Trial) -> Iterator[Finding]:
    """Whether the device's times are read in the zone that they are written in."""
    unread = [e for e in trial.happenings if e.data.device_time and e.data.time_from == "received"]
    if unread:
        yield Finding("limit", "zone_unknown", {"time": unread[0].data.device_time})
        return
    gaps = trial.clock_gaps()
    if not gaps:
        yield Finding("untried", "zone_untried")
        return
    quarters, _ = parted(median(gaps))
    if quarters == 0:
        yield Finding("good", "zone_right")
        return
    hours = f"{abs(quarters) / 3_600_000:g}"
    fault = _named_fault(trial)
    if fault is not None:
        yield Finding("limit", "zone_fault", {"hours": hours, "fault": fault})
    else:
        yield Finding("limit", "zone_behind" if quarters > 0 else "zone_ahead", {"hours": hours})


def _named_fault(trial: Trial) -> str | None:
    """The known fault that would explain the distance: with it the clock is right.

    Several may; the one that fits how the device writes its time goes first.
    """
    raw = next((e.data.device_time for e in trial.happenings if e.data.device_time), "")
    fits = "local_as_epoch" if raw.isdigit() else "utc_is_local"
    for fault in sorted(trial.mappers, key=lambda name: (name != fits, name)):
        gaps = trial.clock_gaps(fault) if fault != AS_CONFIGURED else []
        if gaps and abs(median(gaps)) <= RESET_FROM_MS:
            return fault
    return None
