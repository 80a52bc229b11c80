"""Views: what holds now of devices, inputs, rules, gates, homes. The last message of a key counts.

They travel on `community.views`. The record's own Kafka timestamp is the wall clock of its writing
and tells how old a view is; the times inside are the data's. They hold no clear identities.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, TypeAdapter, ValidationError

from schemas.base import Instant, Model, Words
from schemas.event_data import DwellingUse
from schemas.events import EventError, explain


class DeviceView(Model):
    """One device: whether it is heard, how far its clock is off, and what cannot be judged for it.

    `skew_s` is the device's clock minus the gateway's, in seconds, once measured. `not_judged` are
    rule ids.
    """

    KEY: ClassVar[tuple[str, ...]] = ("estate", "device")

    view: Literal["device"] = "device"
    estate: str
    device: str
    name: Words
    place: str
    place_name: Words
    state: Literal["online", "lost", "unknown"]
    last_seen: Instant | None = None
    skew_s: float | None = None
    not_judged: tuple[str, ...] = ()


class InputView(Model):
    """One estate's input: complete since when, and where its clock stands.

    Written whenever a tick moves the clock, so that its silence means that the input is down.
    """

    KEY: ClassVar[tuple[str, ...]] = ("estate",)

    view: Literal["input"] = "input"
    estate: str
    name: Words | None = None
    complete_since: Instant | None = None
    ticked_at: Instant


class RuleView(Model):
    """One rule that runs, with its title for people; written at the processors' start."""

    KEY: ClassVar[tuple[str, ...]] = ("rule",)

    view: Literal["rule"] = "rule"
    rule: str
    title: Words


class DayCount(Model):
    """Passages of one day, or the mean of several."""

    people_in: float = 0
    people_out: float = 0
    vehicles_in: float = 0
    vehicles_out: float = 0


class PassagesView(Model):
    """One gate's passages of one local day, by hour, with the mean of the same weekday before it.

    Each tuple has 24 counts, one an hour of the wall clock; an hour that comes twice counts both.
    People are counted where the gate has a counter, else by the credentials granted there, which
    miss who walks in with another (`people_by`). `weeks` is how many days the mean is of.
    """

    KEY: ClassVar[tuple[str, ...]] = ("estate", "gate")

    view: Literal["passages"] = "passages"
    estate: str
    gate: str
    gate_name: Words
    day: str
    people_by: Literal["counter", "credential"] = "credential"
    people_in: tuple[int, ...] = ()
    people_out: tuple[int, ...] = ()
    vehicles_in: tuple[int, ...] = ()
    vehicles_out: tuple[int, ...] = ()
    weekday_mean: DayCount | None = None
    weeks: int = 0
    at: Instant


HomeStatus = Literal["in_use", "seems_vacant", "differs", "cannot_be_judged"]
"""正常使用, 疑似空置, 登记与使用不符, 无法判断."""
HomeDoubt = Literal["no_source", "entry_only", "reader_down", "input_missing", "too_short"]


class HomeView(Model):
    """Whether a home is in use, by what was read at its doors: for a visit, no verdict.

    `differs` says in what way from the register: lived in though registered vacant, let though
    registered as the owner's, or shared by more than registered. `doubt` says why it cannot be
    judged. `nights` of the last seven it was used in. `last` is the last evidence, `last_by` its
    event type; `sources` are what could tell of it. `coverage` is the share of the last seven days
    in which each of its readers was heard. `inside` is None unless its doors read exits.
    """

    KEY: ClassVar[tuple[str, ...]] = ("estate", "dwelling")

    view: Literal["home"] = "home"
    estate: str
    dwelling: str
    place: str
    place_name: Words
    status: HomeStatus
    differs: Literal["vacant", "let", "shared"] | None = None
    doubt: HomeDoubt | None = None
    use: DwellingUse = "unknown"
    people: int | None = None
    nights: int = 0
    credentials: int = 0
    last: Instant | None = None
    last_by: str | None = None
    last_place: str | None = None
    sources: tuple[Literal["credential", "door"], ...] = ()
    coverage: float | None = None
    inside: bool | None = None
    at: Instant


class VehiclesView(Model):
    """The vehicles inside an estate or car park, by what passed its lanes, and the bays free.

    `registered` and `unregistered` by the permits of the moment they came in, `unread` without a
    plate; `loose_exits` left under a plate that had not come in, so `inside` is the sum of the
    three less these. `free` is None where the site gives no capacity.
    """

    KEY: ClassVar[tuple[str, ...]] = ("estate", "place")

    view: Literal["vehicles"] = "vehicles"
    estate: str
    place: str
    place_name: Words
    inside: int
    registered: int
    unregistered: int
    unread: int = 0
    loose_exits: int = 0
    overtime: int = 0
    capacity: int | None = None
    free: int | None = None
    at: Instant


class VisitorStay(Model):
    """A visit whose end has passed without its exit: the home visited, and since when inside."""

    ref: str
    dwelling: str | None = None
    place: str
    entered: Instant
    until: Instant


class VisitorsView(Model):
    """Visitors with a pass inside an estate, and those not out by the end of it.

    `overdue` are the longest overdue, at most ten; `overdue_count` all of them. Where `exits_read`
    is false, a way out of the estate reads no exits: nobody can be said not to have left.
    """

    KEY: ClassVar[tuple[str, ...]] = ("estate",)

    view: Literal["visitors"] = "visitors"
    estate: str
    inside: int = 0
    overdue_count: int = 0
    overdue: tuple[VisitorStay, ...] = ()
    exits_read: bool = False
    at: Instant


class CareView(Model):
    """A home enrolled in care: when it last gave a sign, and whether silence can be judged."""

    KEY: ClassVar[tuple[str, ...]] = ("estate", "dwelling")

    view: Literal["care"] = "care"
    estate: str
    dwelling: str
    place: str
    place_name: Words
    state: Literal["active", "silent", "away", "not_judged", "ended"]
    last: Instant | None = None
    last_by: str | None = None
    silent_max_s: int = 0
    away_until: Instant | None = None
    at: Instant


View = (
    DeviceView
    | InputView
    | RuleView
    | PassagesView
    | HomeView
    | VehiclesView
    | VisitorsView
    | CareView
)
_ADAPTER: TypeAdapter[View] = TypeAdapter(Annotated[View, Field(discriminator="view")])


def view_key(view: View) -> str:
    """The Kafka key: the kind, then what it is of: `device/ESTATE/DEVICE`, `rule/RULE`."""
    return "/".join((view.view, *(getattr(view, name) for name in view.KEY)))


def encode_view(view: View) -> bytes:
    """The Kafka value of a view."""
    return view.model_dump_json().encode()


def decode_view(raw: bytes | str) -> View:
    """The view of a Kafka value. Raises EventError naming the first fault."""
    try:
        return _ADAPTER.validate_json(raw)
    except ValidationError as error:
        raise EventError(explain(error)) from error
