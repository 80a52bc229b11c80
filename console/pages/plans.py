"""The plans as they travel to the browser, bounded to whoever looks. Pure."""

from collections.abc import Mapping
from typing import Any

from console.pages.bounds import Bounds
from console.plans import Plan, seen_part
from console.words import Language, pick

Plans = Mapping[str, Plan]


def plans_of(plans: Plans, bounds: Bounds, language: Language) -> list[dict[str, str]]:
    """The estates in sight that have a plan, with their names."""
    return [
        {"estate": plan.estate, "name": pick(plan.name, language)}
        for plan in plans.values()
        if bounds.touches(plan.estate)
    ]


def plan_of(plans: Plans, bounds: Bounds, estate: str, language: Language) -> dict[str, Any] | None:
    """One plan; None where there is none in sight."""
    plan = plans.get(estate)
    if plan is None or not bounds.touches(estate):
        return None
    covered = {one.place: bounds.covers(estate, one.place) for one in plan.shapes if one.place}
    seen = seen_part(plan, covered)
    return {
        "estate": estate, "name": pick(seen.name, language), "height": seen.height,
        "made_up": seen.is_made_up,
        "shapes": [
            {"kind": one.kind, "form": one.form, "points": one.points, "place": one.place,
             "name": pick(one.name, language), "heading": one.heading}
            for one in seen.shapes
        ],
    }  # fmt: skip
