"""Views: what holds now of devices, inputs and rules. The last message of a key counts.

They travel on `community.views`. The record's own Kafka timestamp is the wall clock of its writing
and tells how old a view is; the times inside are the data's.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from schemas.base import Instant, Model, Words
from schemas.events import EventError, explain


class DeviceView(Model):
    """One device: whether it is heard, how far its clock is off, and what cannot be judged for it.

    `skew_s` is the device's clock minus the gateway's, in seconds, once measured. `not_judged` are
    rule ids.
    """

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

    view: Literal["input"] = "input"
    estate: str
    name: Words | None = None
    complete_since: Instant | None = None
    ticked_at: Instant


class RuleView(Model):
    """One rule that runs, with its title for people; written at the processors' start."""

    view: Literal["rule"] = "rule"
    rule: str
    title: Words


View = DeviceView | InputView | RuleView
_ADAPTER: TypeAdapter[View] = TypeAdapter(Annotated[View, Field(discriminator="view")])


def view_key(view: View) -> str:
    """The Kafka key: `device/ESTATE/DEVICE`, `input/ESTATE` or `rule/RULE`."""
    if isinstance(view, DeviceView):
        return f"device/{view.estate}/{view.device}"
    return f"input/{view.estate}" if isinstance(view, InputView) else f"rule/{view.rule}"


def encode_view(view: View) -> bytes:
    """The Kafka value of a view."""
    return view.model_dump_json().encode()


def decode_view(raw: bytes | str) -> View:
    """The view of a Kafka value. Raises EventError naming the first fault."""
    try:
        return _ADAPTER.validate_json(raw)
    except ValidationError as error:
        raise EventError(explain(error)) from error
