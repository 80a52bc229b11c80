"""From what a rule wants to say to what people are told: one alert, its revisions, its reasons.

A key that is open is updated, not opened twice. A key that opens again soon after clearing is the
same alert. An alert with an open cause is kept with its reason and told to nobody; once the cause
is gone and the rule says it again, it is told. Red alerts of rules without inhibitors, duress above
all, are never touched.
"""

from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from typing import TypeVar

from processors.core.duress import disguised
from processors.core.effects import ClearAlert, OpenAlert, UpdateAlert
from processors.core.rule import Rule, Situation
from processors.core.words import LEVELS, clock_text, headline
from schemas.alerts import (
    EVIDENCE_MAX,
    SEVERITIES,
    Alert,
    Camera,
    Delivery,
    Evidence,
    Severity,
    Suppression,
)
from schemas.base import MS_PER_S, Words, format_instant
from schemas.place import EstateConfig

DELIVERIES: tuple[Delivery, ...] = ("statistic", "list", "push")
Rank = TypeVar("Rank", Severity, Delivery)
IsOpen = Callable[[str, str], bool]
"""Asks whether an alert (rule, key) of the estate is open."""


def alert_id(rule: str, estate: str, key: str, opening: str) -> str:
    """The id of an alert, the same for the same rule, key and opening event."""
    text = "\x1f".join((rule, estate, key, opening))
    return blake2b(text.encode(), digest_size=16).hexdigest()


def opened(
    rule: Rule, now: Situation, told: OpenAlert, prior: Alert | None, is_open: IsOpen
) -> Alert:
    """The alert after a rule opened a key; `prior` is the alert this key already has, if any."""
    if prior is not None:
        return _continued(rule, now, told, prior, is_open)
    severity = told.severity or rule.severity
    opening = told.identity or (told.evidence[0].id if told.evidence else format_instant(now.at))
    items, more = _merged((), _shown(told.evidence, silent=told.silent_on_site), 0)
    return Alert(
        id=alert_id(rule.id, now.config.estate, told.key, opening), revision=1, rule=rule.id,
        rule_version=rule.version, estate=now.config.estate, key=told.key, severity=severity,
        handler=told.handler or rule.handler,
        also=rule.also if told.also is None else told.also,
        delivery=_delivery(rule, now, told, None), silent_on_site=told.silent_on_site,
        subject=told.subject, place=told.place, place_name=now.config.place_name(told.place),
        opened_at=now.at, updated_at=now.at, evidence=items, evidence_more=more,
        steps=_steps(rule, items, None),
        cameras=_cameras(now.config, told.place, now.at), roles=told.roles,
        reason=_reason(rule, now.config, severity, (told.place, now.at), told.detail),
        found_afterwards=now.behind or any(item.replayed for item in told.evidence),
        suppressed=_cause(rule, now, told, is_open), config=now.config.digest,
    )  # fmt: skip


def _continued(rule: Rule, now: Situation, told: OpenAlert, prior: Alert, is_open: IsOpen) -> Alert:
    """The same alert with what the rule says now; only severity and delivery never fall.

    An at-once rule may hear of an earlier reading later: then the alert begins with that one.
    """
    severity = _highest(SEVERITIES, prior.severity, told.severity or rule.severity)
    items, more = _joined(prior, told.evidence)
    began = min(prior.opened_at, now.at)
    moved = told.place != prior.place or began != prior.opened_at
    changes = {
        "severity": severity,
        "handler": told.handler or prior.handler,
        "also": prior.also if told.also is None else told.also,
        "delivery": _delivery(rule, now, told, prior),
        "subject": told.subject,
        "place": told.place,
        "place_name": now.config.place_name(told.place) if moved else prior.place_name,
        "cameras": _cameras(now.config, told.place, began) if moved else prior.cameras,
        "roles": told.roles,
        "opened_at": began,
        "cleared_at": None,
        "cleared_reason": None,
        "evidence": items,
        "evidence_more": more,
        "steps": _steps(rule, items, prior),
        "reason": _reason(rule, now.config, severity, (told.place, began), told.detail),
        "suppressed": _cause(rule, now, told, is_open) if prior.suppressed else None,
    }
    return _revised(prior, changes, now.at)


def _revised(prior: Alert, changes: Mapping[str, object], at: int) -> Alert:
    """The next revision, or the alert as it was where nothing about it is new."""
    if all(getattr(prior, name) == value for name, value in changes.items()):
        return prior
    told_at = max(prior.updated_at, at)
    return prior.model_copy(
        update={**changes, "revision": prior.revision + 1, "updated_at": told_at}
    )


def updated(rule: Rule, now: Situation, told: UpdateAlert, prior: Alert) -> Alert:
    """An open alert after more became known of it."""
    severity = _highest(SEVERITIES, prior.severity, told.severity or prior.severity)
    items, more = _joined(prior, told.evidence)
    reason = _relevelled(prior, severity)
    if told.detail is not None:
        reason = _reason(rule, now.config, severity, (prior.place, prior.opened_at), told.detail)
    changes = {
        "severity": severity,
        "handler": told.handler or prior.handler,
        "delivery": prior.delivery
        if now.behind
        else _highest(DELIVERIES, prior.delivery, told.delivery or prior.delivery),
        "evidence": items,
        "evidence_more": more,
        "steps": _steps(rule, items, prior),
        "reason": reason,
    }
    return _revised(prior, changes, now.at)


def cleared(rule: Rule, now: Situation, told: ClearAlert, prior: Alert) -> Alert:
    """An alert whose situation is over."""
    items, more = _joined(prior, told.evidence)
    return prior.model_copy(
        update={
            "revision": prior.revision + 1,
            "updated_at": max(prior.updated_at, now.at),
            "cleared_at": now.at,
            "evidence": items,
            "evidence_more": more,
            "steps": _steps(rule, items, prior),
        }
    )


def _steps(rule: Rule, items: Iterable[Evidence], prior: Alert | None) -> dict[str, Words]:
    """What the steps mean, by name, so that the order of arrival leaves no trace."""
    said = {item.step: rule.steps[item.step] for item in items if item.step in rule.steps}
    return dict(sorted({**(prior.steps if prior else {}), **said}.items()))


def _cause(rule: Rule, now: Situation, told: OpenAlert, is_open: IsOpen) -> Suppression | None:
    causes: Iterable[tuple[str, str]] = rule.inhibitors(now, told) if rule.inhibitors else ()
    for cause, key in causes:
        if is_open(cause, key):
            why = Words(
                zh="同因预警已在处理，本条并入，不另行通知。",
                en="An alert of the same cause is open; this one is kept with it and rings nobody.",
            )
            return Suppression(by=f"{cause}|{key}", reason=why)
    return None


def _reason(
    rule: Rule, config: EstateConfig, level: Severity, spot: tuple[str, int], detail: Words
) -> Words:
    place, at = spot
    when = clock_text(at, config.timezone)
    return headline(level, rule.title, config.place_name(place), when, detail)


def _relevelled(alert: Alert, level: Severity) -> Words:
    """The text as it was, under another level."""
    old, new = LEVELS[alert.severity], LEVELS[level]
    return Words(
        zh=new.zh + alert.reason.zh.removeprefix(old.zh),
        en=new.en + alert.reason.en.removeprefix(old.en),
    )


def _delivery(rule: Rule, now: Situation, told: OpenAlert, prior: Alert | None) -> Delivery:
    """How it is told: never with a bell while it is old news, and never less than before."""
    wanted = told.delivery or rule.delivery
    if now.behind and wanted == "push":
        wanted = "list"
    return wanted if prior is None else _highest(DELIVERIES, prior.delivery, wanted)


def _highest(order: tuple[Rank, ...], one: Rank, other: Rank) -> Rank:
    return max(one, other, key=order.index)


def _joined(prior: Alert, new: Iterable[Evidence]) -> tuple[tuple[Evidence, ...], int]:
    shown = _shown(new, silent=prior.silent_on_site)
    return _merged(prior.evidence, shown, prior.evidence_more)


def _shown(items: Iterable[Evidence], *, silent: bool) -> Iterable[Evidence]:
    """Only an alert that is silent on site says that a credential was used under duress."""
    return items if silent else disguised(items)


def _merged(
    old: tuple[Evidence, ...], new: Iterable[Evidence], more: int
) -> tuple[tuple[Evidence, ...], int]:
    """The earliest readings, whatever order they came in, and how many more there were."""
    by_id = {item.id: item for item in (*new, *old)}
    everything = sorted(by_id.values(), key=lambda item: (item.time, item.id))
    return tuple(everything[:EVIDENCE_MAX]), more + max(0, len(everything) - EVIDENCE_MAX)


def _cameras(config: EstateConfig, place: str, at: int) -> tuple[Camera, ...]:
    return tuple(
        Camera(
            id=camera.id,
            name=camera.name,
            live_url=_filled(camera.live_url, camera.id, at),
            recording_url=_filled(camera.recording_url, camera.id, at),
        )
        for camera in config.cameras_at(place)
    )


def _filled(template: str | None, camera: str, at: int) -> str | None:
    if template is None:
        return None
    start, end = format_instant(at - 10 * MS_PER_S), format_instant(at + 30 * MS_PER_S)
    return template.replace("{camera}", camera).replace("{start}", start).replace("{end}", end)
