"""`smart-community alerts quality`: how often alerts were right, as a table in a terminal."""

from collections.abc import Iterator

import httpx

from console.rest.answers import StatisticsAnswer, VerdictsAnswer
from console.tail import TOKEN_HELP, TailFault
from console.words import Language, pick
from schemas.base import Words

PATH = "/api/statistics/verdicts"
DOUBTED_FROM = 0.5
"""From this share on, sure to 95 %, a row is marked: it is wrong more often than right."""
MARK = "!"
HEADS = {
    "by_rule": Words(zh="按情形", en="by situation"),
    "by_device": Words(zh="按设备", en="by device"),
    "by_rule_and_device": Words(zh="按情形和设备", en="by situation and device"),
}
COLUMNS = Words(zh="属实  误报  无法核实  误报率  至少", en="true  false  unsure  share  at least")
NOTHING = Words(zh="没有结论", en="no verdicts")
NEXT = Words(
    zh="这里只计数，不会自动改动任何设置。先用 `smart-community backtest --set 规则.参数=值` 比较，"
    "再决定是否修改。标 ! 的：误报多于属实。",
    en="This only counts; no setting changes by itself. Compare another number with "
    "`smart-community backtest --set RULE.PARAMETER=VALUE` before you change it. Marked !: wrong "
    "more often than right.",
)


def fetch(client: httpx.Client, days: int) -> StatisticsAnswer:
    """The verdicts of the last days. Raises TailFault if the console refuses, or is not there."""
    try:
        answer = client.get(PATH, params={"days": days})
    except httpx.TransportError as error:
        where = client.base_url
        raise TailFault(f"the console at {where} does not answer ({error}); is it up?") from error
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise TailFault(TOKEN_HELP)
    if answer.status_code == httpx.codes.FORBIDDEN:
        raise TailFault("verdicts are for supervisors: give the token of one who is")
    if answer.is_error:
        raise TailFault(f"{answer.url} answers {answer.status_code}: is that a console?")
    return StatisticsAnswer.model_validate_json(answer.content)


def lines(found: StatisticsAnswer, language: Language) -> Iterator[str]:
    """The tables, the surest wrong ones first; then what may be done about them."""
    for name, head in HEADS.items():
        rows: list[VerdictsAnswer] = getattr(found, name)
        yield f"{pick(head, language)}  {pick(COLUMNS if rows else NOTHING, language)}"
        width = max((len(row.name) for row in rows), default=0)
        for row in rows:
            yield f"{_mark(row)} {row.name:<{width}}  {_figures(row)}"
    yield pick(NEXT, language)


def _mark(row: VerdictsAnswer) -> str:
    return MARK if (row.false_share_at_least or 0) >= DOUBTED_FROM else " "


def _figures(row: VerdictsAnswer) -> str:
    counts = f"{row.true:>4}  {row.false:>4}  {row.cannot_be_verified:>4}"
    return f"{counts}  {_percent(row.false_share)}  {_percent(row.false_share_at_least)}"


def _percent(share: float | None) -> str:
    return f"{'-':>5}" if share is None else f"{share:>5.0%}"
