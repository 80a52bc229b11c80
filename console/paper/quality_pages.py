"""`/quality`: how good the alerts of one's areas are, for those who supervise."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from console.around.asking import Asked, Format, Page
from console.around.sheets import Cell, Sheet, percent, row
from console.around.sight import area_name
from console.cases.reading import Reader
from console.cases.sight import in_sight
from console.cases.tables import CASE_ALERTS, CASE_DEVICES, CASES
from console.lifecycle.quality import Verdicts
from console.office import Office
from console.paper.quality import (
    STALE_MS,
    Rung,
    chatter,
    means,
    shift_loads,
    worst,
)
from console.tables import ALERTS
from console.wall_clock import midnight
from schemas.alerts import Alert
from schemas.base import Words

DAYS, DAYS_MAX = 7, 92
SHIFTS, STALE, VERDICTS = 60, 100, 40


def quality_pages(office: Office) -> APIRouter:
    """The page of how good the alerts are."""
    router = APIRouter(include_in_schema=False)

    @router.get("/quality")
    def quality(
        request: Request, days: Annotated[int, Query(ge=1, le=DAYS_MAX)] = DAYS,
        format: Format = "html",
    ) -> Response:  # fmt: skip
        asked = Asked(office, request)
        since = midnight(office.clock(), office.settings.zone, days - 1)
        with office.engine.connect() as tx:
            told = Quality(asked, office.cases.reader(tx, asked.who), since)
            sheets = told.sheets()
        more = {"days": days, "choices": (1, 7, 30, 92)}
        return asked.answer(Page("quality.html", asked.tongue.say("quality"), sheets, more), format)

    return router


class Quality:
    """The tables of one page, read in one connection."""

    def __init__(self, asked: Asked, reader: Reader, since: int) -> None:
        """Of what was opened or rang since an instant (ms)."""
        self.asked, self.reader, self.since = asked, reader, since
        self.tx: Connection = reader.tx
        self.tongue = asked.tongue
        self.seen = in_sight(reader.procedure, reader.who)

    def sheets(self) -> list[Sheet]:
        """All of them, in the order in which they are read."""
        told = self.reader.verdicts(self.since)
        loads = shift_loads(self._rung(), self.asked.office.settings.zone)
        return [
            self._means(loads), self._shifts(loads), self._chatter(), self._stale(),
            self._worst_rules(), self._worst_devices(), self._suppressed(),
            self._verdicts("false_by_rule", told.by_rule, self._title),
            self._verdicts("false_by_device", told.by_device, self._device),
        ]  # fmt: skip

    def _rung(self) -> Iterable[Rung]:
        query = sa.select(CASES.c.desk, CASES.c.alarm_at, CASES.c.severity).where(
            *self.seen, CASES.c.alarm_at >= self.since
        )
        for found in self.tx.execute(query):
            yield Rung(found.desk, found.alarm_at, found.severity == "red")

    def _sheet(self, key: str, columns: str, rows: Iterable[tuple[Cell, ...]]) -> Sheet:
        say = self.tongue.say
        return Sheet(say(key), self.tongue.columns(columns), tuple(rows), say(f"note_{key}"))

    def _means(self, loads: Sequence[Any]) -> Sheet:
        zone, now = self.asked.office.settings.zone, self.asked.office.clock()
        return self._sheet("load", "columns_load", (
            row(self._desk(one.desk), one.by_day, one.at_night,
                Cell(one.over, kind="over" if one.over else ""), one.shifts)
            for one in means(loads, self.since, now, zone)
        ))  # fmt: skip

    def _shifts(self, loads: Sequence[Any]) -> Sheet:
        return self._sheet("shifts", "columns_shifts", (
            row(one.day, f"{one.hour:02d}:00–{one.hour + 8:02d}:00", self._desk(one.desk),
                Cell(one.counted, kind="over" if one.is_over else ""), one.bar, one.red)
            for one in loads[:SHIFTS]
        ))  # fmt: skip

    def _desk(self, desk: str) -> str:
        level, _, node = desk.partition(":")
        levels = self.reader.procedure.clocks.levels
        named = levels.get(level)
        return f"{self.tongue.pick(named)} {area_name(self.asked, node)}" if named else desk

    def _chatter(self) -> Sheet:
        query = sa.select(CASES.c.kind, ALERTS.c.opened_at, ALERTS.c.rule, ALERTS.c.body).where(
            *self.seen, CASE_ALERTS.c.case == CASES.c.id, ALERTS.c.id == CASE_ALERTS.c.alert,
            CASES.c.opened_at >= self.since,
        )  # fmt: skip
        openings: dict[str, list[int]] = {}
        names: dict[str, tuple[str, Words]] = {}
        for found in self.tx.execution_options(yield_per=500).execute(query):
            alert = Alert.model_validate_json(found.body)
            key = f"{alert.rule}|{alert.estate}|{alert.key}"
            openings.setdefault(key, []).append(alert.opened_at)
            names[key] = (alert.rule, alert.place_name)
        return self._sheet("chatter", "columns_chatter", (
            row(self._title(names[key][0]), self.tongue.pick(names[key][1]), len(openings[key]),
                bursts)
            for key, bursts in chatter(openings)[:STALE]
        ))  # fmt: skip

    def _stale(self) -> Sheet:
        now = self.asked.now
        query = sa.select(CASES.c.id, ALERTS.c.body).where(
            *self.seen, CASE_ALERTS.c.case == CASES.c.id, ALERTS.c.id == CASE_ALERTS.c.alert,
            ALERTS.c.cleared.is_(False), ALERTS.c.opened_at < now - STALE_MS,
        )  # fmt: skip
        rows = []
        for found in self.tx.execute(query.order_by(ALERTS.c.opened_at).limit(STALE)):
            alert = Alert.model_validate_json(found.body)
            link = self.asked.link(f"/paper/cases/{found.id}")
            rows.append(
                row(Cell(self._title(alert.rule), link), self.tongue.pick(alert.place_name),
                    self.tongue.time(alert.opened_at), self.tongue.span(now - alert.opened_at))
            )  # fmt: skip
        return self._sheet("stale", "columns_stale", rows)

    def _worst_rules(self) -> Sheet:
        query = sa.select(CASES.c.kind, sa.func.count()).where(
            *self.seen, CASES.c.flow == "alert", CASES.c.opened_at >= self.since
        )
        counts = self._counted(query.group_by(CASES.c.kind))
        return self._worst("worst_rules", counts, self._title)

    def _worst_devices(self) -> Sheet:
        query = sa.select(CASE_DEVICES.c.device, sa.func.count()).where(
            *self.seen, CASE_DEVICES.c.case == CASES.c.id, CASES.c.opened_at >= self.since
        )
        counts = self._counted(query.group_by(CASE_DEVICES.c.device))
        return self._worst("worst_devices", counts, self._device)

    def _counted(self, query: sa.Select[Any]) -> dict[str, int]:
        return {row[0]: row[1] for row in self.tx.execute(query)}

    def _worst(self, key: str, counts: dict[str, int], named: Any) -> Sheet:
        rows = (row(named(name), count, percent(share)) for name, count, share in worst(counts))
        return self._sheet(key, "columns_worst", rows)

    def _suppressed(self) -> Sheet:
        """What was kept and told to nobody, by cause, of the estates that are in sight whole."""
        count = sa.func.count()
        reason = (sa.func.max(ALERTS.c.suppressed_zh), sa.func.max(ALERTS.c.suppressed_en))
        query = sa.select(ALERTS.c.estate, ALERTS.c.suppressed_by, count, *reason).where(
            ALERTS.c.opened_at >= self.since, ALERTS.c.suppressed_by.is_not(None)
        )
        counts: Counter[str] = Counter()
        names: dict[str, Words] = {}
        for estate, cause, n, zh, en in self.tx.execute(
            query.group_by(ALERTS.c.estate, ALERTS.c.suppressed_by)
        ):
            if self.asked.covers(estate, estate):
                counts[cause] += n
                names[cause] = Words(zh=zh, en=en)
        return self._sheet("suppressed", "columns_suppressed", (
            row(self._title(cause), self.tongue.pick(names[cause]), n)
            for cause, n in counts.most_common()
        ))  # fmt: skip

    def _verdicts(self, key: str, found: Sequence[Verdicts], named: Any) -> Sheet:
        return self._sheet(key, "columns_verdicts", (
            row(named(one.name), one.true, one.false, one.cannot_be_verified,
                percent(one.false_share), percent(one.false_share_at_least))
            for one in found[:VERDICTS]
        ))  # fmt: skip

    def _title(self, rule: str) -> str:
        return self.tongue.pick(self.asked.office.title(rule))

    def _device(self, device: str) -> str:
        views = list(self.asked.office.views.devices.values())
        found = next((one for one in views if one.device == device), None)
        return self.tongue.pick(found.name) if found else device
