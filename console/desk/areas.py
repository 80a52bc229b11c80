"""The areas that an account or a team can be given: the nodes of the trees, and the estates."""

from collections.abc import Iterable

from console.accounts.principal import EVERYWHERE
from console.around.asking import Asked
from console.around.sight import area_name
from console.posting import Posted


def known_areas(asked: Asked) -> dict[str, str]:
    """Ids with their names for people; estates by their own name, nodes by their id."""
    around = asked.office.cases.around
    heard = {seen.view.estate for seen in asked.office.views.inputs.values()}
    estates = sorted({*around.estates, *heard})
    nodes = sorted({node for estate in estates for node in around.nodes(estate).values()})
    return {area: area_name(asked, area) for area in [*estates, *nodes]}


def areas_of(form: Posted) -> tuple[str, ...]:
    """The areas that a form says, those that were ticked and those that were typed, each once."""
    told = " ".join(form.all("areas")).replace(",", " ").replace("，", " ")
    return tuple(dict.fromkeys(told.split()))


def areas_text(asked: Asked, areas: Iterable[str]) -> str:
    """Areas as people call them."""
    say = asked.tongue.say
    named = (say("areas_all") if one == EVERYWHERE else area_name(asked, one) for one in areas)
    return str(say("comma").join(named))
