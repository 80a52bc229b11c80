"""Draws what stands around the alerts from its plain texts."""

from collections.abc import Sequence

from console.pages.parts import box, text
from console.pages.summary import Foot, GlanceRow, Row, Side, Speaker


def draw_side(speaker: Speaker, side: Side) -> None:
    """The right column. A row's button bears the kind of its table in `data-kind`."""
    text("h2", speaker.say("glance"))
    for row in side.glance:
        _draw_row(speaker, row)
    _draw_row(speaker, GlanceRow("devices", speaker.say("devices"), side.tiles))
    if side.headline:
        text("p", side.headline, "well")
    _draw_rows(side.troubled)
    if side.more:
        text("p", side.more, "none")
    with box("details", "unjudged"):
        text("summary", side.unjudged or speaker.say("rules_not_judged", n=0))
        for line in side.not_judged or (speaker.say("not_judged_none"),):
            text("p", line, "line" if side.not_judged else "none")
    text("h3", speaker.say("inputs"))
    _draw_rows(side.inputs)


def _draw_row(speaker: Speaker, row: GlanceRow) -> None:
    with box("button", "glance", speaker.say("glance_open", what=row.word)) as button:
        button.props.update({"type": "button", "data-kind": row.kind})
        text("b", row.word, "glance-word")
        with box("span", "tiles"):
            for tile in row.tiles:
                with box("span", f"tile {tile.kind} {_some(tile.count)}"):
                    text("b", "–" if tile.count is None else str(tile.count))
                    text("span", tile.word)


def _draw_rows(rows: Sequence[Row]) -> None:
    with box("ul", "rows"):
        for row in rows:
            with box("li", row.kind):
                text("b", row.name)
                if row.where:
                    text("span", row.where, "where")
                text("span", row.said, "said")


def draw_reasons(foot: Foot) -> None:
    """How many alerts were suppressed today; their reasons open on a click."""
    if not foot.reasons:
        text("span", foot.suppressed, "none")
        return
    with box("details", "reasons"):
        text("summary", foot.suppressed)
        with box("ul"):
            for reason in foot.reasons:
                text("li", reason)


def _some(count: int | None) -> str:
    return "some" if count else "none"
