"""What is kept where, for how long, and what lets it go: the one table, made of the code's figures.

Read by `retention show` and by the documents (`python -m deploy.retention.stores` writes them).
"""

from dataclasses import dataclass
from pathlib import Path

from console.cases.once import KEPT_MS as ANSWERS_KEPT_MS
from console.privacy.periods import BACKUP_DAYS, DAY_MS, HOUR_MS
from console.settings import ConsoleSettings
from console.words import Language, pick
from ingest.quarantine import EXAMPLES_KEPT_MS, NOTES_KEPT_MS
from ingest.settings import IngestSettings
from processors.shell.points_file import KEPT_NS
from schemas.base import Words
from schemas.topics import (
    ACTS,
    EVENTS,
    LATE,
    POINTS,
    REJECTED,
    SIGHTING_LIFE_MS,
    Topic,
)

FOLDER = Path(__file__).parents[2] / "docs"
DOCUMENTS: dict[Language, str] = {"en": "privacy.md", "zh": "privacy.zh-CN.md"}
BEGIN, END = "<!-- kept -->\n", "<!-- /kept -->\n"
HEADS = {"en": ("store", "what", "how long", "let go by"),
         "zh": ("存放处", "内容", "期限", "清除方式")}  # fmt: skip
KAFKA = Words(zh="Kafka 主题设置；一体机为 keeper", en="the topic's settings; embedded: the keeper")
CONSOLE = Words(zh="控制台每小时任务", en="the console's hourly round")
GATEWAY = Words(zh="接入程序", en="ingest")


@dataclass(frozen=True, slots=True)
class Kept:
    """One row: where, what of people is in it, how long, and what lets it go."""

    store: str
    what: Words
    period: Words
    by: Words


def kept(console: ConsoleSettings, ingest: IngestSettings) -> list[Kept]:
    """The table by some settings."""
    return [*_topics(), *_database(console), *_files(ingest), *_outside()]


def _topics() -> list[Kept]:
    return [
        _topic(EVENTS, "事件：化名、密文", "readings: pseudonyms, sealed values"),
        Kept("`community.sightings`", Words(zh="跨小区车牌键", en="plates under the city's keys"),
             _hours(SIGHTING_LIFE_MS), KAFKA),
        _topic(LATE, "迟到事件", "late readings"),
        _topic(REJECTED, "无法识别的报文，密封", "messages that were not understood, sealed"),
        _topic(POINTS, "统计点，不含个人", "points of nobody in particular"),
        _topic(ACTS, "处置记录（人员填写的理由）", "acts, with what staff wrote"),
        Kept("`community.alerts`", Words(zh="预警与证据", en="alerts with their evidence"),
             Words(zh="与控制台相同", en="as long as the console"),
             Words(zh="控制台写墓碑，日志压缩", en="the console's tombstones, and compaction")),
    ]  # fmt: skip


def _database(settings: ConsoleSettings) -> list[Kept]:
    db = "`console.db`"
    return [
        Kept(db, Words(zh="未立案的预警", en="alerts that no case holds"),
             _days(settings.record_days, " after they opened", "（自发生起）"), CONSOLE),
        Kept(db, Words(zh="案件的预警与证据", en="a case's alerts and evidence"),
             _days(settings.evidence_days, " after the case is closed", "（自办结起）"), CONSOLE),
        Kept(db, Words(zh="案件与处置记录", en="cases and their acts"),
             _of(ACTS, " after the case is closed", "（自办结起）"), CONSOLE),
        Kept(db, Words(zh="上报的文字与房屋", en="words and homes of reports"),
             _days(settings.report_days, " after the case is closed", "（自办结起）"), CONSOLE),
        Kept(db, Words(zh="走访登记的文字", en="words of visits"),
             _days(settings.report_days, " after the visit", "（自走访起）"), CONSOLE),
        Kept(db, Words(zh="交接班备注", en="notes of handovers"),
             _days(settings.report_days, " after the shift", "（自交班起）"), CONSOLE),
        Kept("`photos/`", Words(zh="手机上传的照片", en="photos from phones"),
             _days(settings.report_days, " after the case is closed", "（自办结起）"), CONSOLE),
        Kept(db, Words(zh="通知及送达凭证", en="messages with their proof of delivery"),
             _days(settings.audit_days), CONSOLE),
        Kept(db, Words(zh="登记、布控及其历史", en="register, watch entries, their history"),
             _days(settings.register_days, " after their end", "（自失效起）"), CONSOLE),
        Kept(db, Words(zh="个人信息请求的内容", en="what people wrote in requests"),
             _days(settings.register_days, " after the answer", "（自答复起）"), CONSOLE),
        Kept(db, Words(zh="审计日志、请求的结果", en="audit log, outcomes of requests"),
             _days(settings.audit_days), CONSOLE),
        Kept(db, Words(zh="已发送的登记变更", en="changes that were sent"), _of(EVENTS), CONSOLE),
        Kept(db, Words(zh="重复请求的应答", en="answers to requests that may be repeated"),
             _hours(ANSWERS_KEPT_MS), CONSOLE),
        Kept(db, Words(zh="登录会话", en="sessions"),
             _hours(settings.session_hours * HOUR_MS), CONSOLE),
    ]  # fmt: skip


def _files(settings: IngestSettings) -> list[Kept]:
    return [
        Kept("`pictures/`", Words(zh="图片", en="pictures"),
             _days(settings.pictures_days), GATEWAY),
        Kept("`pictures/*/held/`", Words(zh="案件所需图片", en="pictures that a case rests on"),
             Words(zh="与该案证据相同", en="as long as the case's evidence"), CONSOLE),
        Kept("`rejected/`", Words(zh="超大报文，密封", en="large bodies, sealed"),
             _of(REJECTED), GATEWAY),
        Kept("`*.quarantine.db`", Words(zh="未登记设备：报文样例，密封",
                                        en="unregistered devices: examples, sealed"),
             _ms(EXAMPLES_KEPT_MS), GATEWAY),
        Kept("`*.quarantine.db`", Words(zh="未登记设备：名称与类型",
                                        en="unregistered devices: names and types"),
             _ms(NOTES_KEPT_MS), GATEWAY),
        Kept("`points.db`", Words(zh="统计曲线，不含个人", en="series of nobody in particular"),
             _ms(KEPT_NS // 10**6), Words(zh="sink 每次写入时", en="the sink, at each write")),
        Kept("`keeper.db`", Words(zh="一体机的 Kafka 日志", en="embedded: the log of Kafka"),
             Words(zh="同各主题", en="as the topics"), Words(zh="keeper", en="the keeper")),
    ]  # fmt: skip


def _outside() -> list[Kept]:
    return [
        Kept("InfluxDB `raw`", Words(zh="统计曲线，不含个人", en="series of nobody in particular"),
             _ms(KEPT_NS // 10**6), Words(zh="存储桶期限", en="the bucket's retention")),
        Kept("`backup`", Words(zh="数据库副本，不含主密钥与图片",
                               en="copies of the databases, without master key and pictures"),
             _days(BACKUP_DAYS),
             Words(zh="每次备份时清除旧副本", en="each `backup`, of those before it")),
    ]  # fmt: skip


def _topic(topic: Topic, zh: str, en: str) -> Kept:
    return Kept(f"`{topic.name}`", Words(zh=zh, en=en), _of(topic), KAFKA)


def _of(topic: Topic, en: str = "", zh: str = "") -> Words:
    return _ms(topic.retention_ms or 0, en, zh)


def _ms(period: int, en: str = "", zh: str = "") -> Words:
    return _days(period // DAY_MS, en, zh)


def _days(count: int, en: str = "", zh: str = "") -> Words:
    return Words(zh=f"{count} 天{zh}", en=f"{count} days{en}")


def _hours(period: int) -> Words:
    return Words(zh=f"{period // HOUR_MS} 小时", en=f"{period // HOUR_MS} hours")


def rows(language: Language, table: list[Kept]) -> list[tuple[str, ...]]:
    """The table's cells in one language."""
    return [(one.store, *(pick(cell, language) for cell in (one.what, one.period, one.by)))
            for one in table]  # fmt: skip


def with_table(text: str, language: Language) -> str:
    """A document with the table as shipped, between its two marks."""
    shipped = kept(ConsoleSettings(), IngestSettings())
    heads = HEADS[language]
    lines = [heads, ("---",) * len(heads), *rows(language, shipped)]
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def main() -> None:
    """Write both documents anew."""
    for language, name in DOCUMENTS.items():
        path = FOLDER / name
        path.write_text(with_table(path.read_text(encoding="utf-8"), language), encoding="utf-8")


if __name__ == "__main__":
    main()
