"""The mapping an operator writes in `adapter.yaml` without Python.

It may pick, rename, convert from a closed set, and enumerate. The first *if* beyond equality goes
to a `codec.py`. All faults of the YAML are found when it is loaded, with path and line; a message
it does not know is rejected with the value and the path that no entry matches.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, model_validator
from pydantic import ValidationError as Invalid
from pydantic_core import InitErrorDetails, PydanticCustomError

from ingest.generic.address import Address, parse_address
from ingest.message import PictureKind
from schemas.base import Model
from schemas.event_data import EventData

NOT_FROM_DEVICES = frozenset(
    {"clock.ticked", "config.activated", "register.changed", "watch.changed"}
)
"""Types that the gateway or the console write themselves; no device may speak them."""

_SEALED = frozenset({"plate", "sealed"})
_COMMON = frozenset(EventData.model_fields)
Loc = tuple[str | int, ...]
Value = str | int | float | bool


def _checked_address(text: str) -> str:
    parse_address(text)
    return text


def _quoted(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("YAML reads a bare yes, no, on or off as a truth value; put it in quotes")
    return value


Ref = Annotated[
    str,
    BeforeValidator(_quoted),
    AfterValidator(_checked_address),
    Field(description="Where a value stands: $.path, @.path inside each, column, topic[1], =text"),
]


def _short_form(value: Any) -> Any:
    return {"from": value} if isinstance(value, str) else value


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


class Pick(Model):
    """A value taken from a message, converted, and translated by a list of words."""

    source: Ref = Field(alias="from", description="Where the value stands")
    kind: Literal["text", "whole", "number", "flag"] | None = Field(
        None, alias="as", description="Conversion; without it the value is taken as it stands"
    )
    enum: dict[Value, Value] | None = Field(
        None, description="The maker's words and ours; any other word rejects the message"
    )


Picked = Annotated[Pick, BeforeValidator(_short_form, json_schema_input_type=str | Pick)]


class TimePick(Model):
    """The device's clock: where it stands and how it is written."""

    source: Annotated[tuple[Ref, ...], BeforeValidator(_as_list, json_schema_input_type=Any)] = (
        Field(alias="from", description="Where it stands; several parts are joined by a blank")
    )
    form: str = Field(
        alias="as",
        description="iso, compact (yyyyMMddHHmmss), epoch_s, epoch_ms, or a strptime format",
    )

    @model_validator(mode="after")
    def _known_form(self) -> Self:
        if self.form in ("iso", "compact", "epoch_s", "epoch_ms"):
            return self
        if "%" not in self.form:
            what = f"{self.form!r} is not iso, compact, epoch_s, epoch_ms or like %d.%m.%Y %H:%M"
        elif not any(mark in self.form for mark in ("%Y", "%y", "%c", "%x")):
            what = f"{self.form!r} has no year; a time without one cannot be placed"
        else:
            return self
        raise _located([(("as",), what)])


class DirectionPick(Model):
    """Which way somebody went, in the maker's words."""

    source: Ref = Field(alias="from", description="Where the maker's word stands")
    enum: dict[Value, Literal["in", "out", "unknown"]] = Field(
        min_length=1, description="The maker's words and ours; any other word rejects the message"
    )


class ConfidencePick(Model):
    """How sure the device is."""

    source: Ref = Field(alias="from", description="Where the number stands")
    full: float = Field(1.0, gt=0, description="What stands for complete certainty: 1 or 100")


class PicturePick(Model):
    """A field with a picture in base64, or with the address of one."""

    source: Ref = Field(alias="from", description="Where the picture or its address stands")
    shows: PictureKind = Field(
        "face", description="What it shows; unsaid, it counts as a face, which is rarely kept"
    )


PicturePicked = Annotated[
    PicturePick, BeforeValidator(_short_form, json_schema_input_type=str | PicturePick)
]


class ReplayedPick(Model):
    """The device's own mark for news from its memory."""

    source: Ref = Field(alias="from", description="Where the mark stands")
    equals: Value = Field(description="Its value for a reading that is not live")


class EventMap(Model):
    """One kind of message and the event it becomes. The first entry that matches is taken."""

    when: dict[Ref, Annotated[tuple[Value, ...], BeforeValidator(_as_list)]] = Field(
        default_factory=dict,
        description="What must stand where: one value or a list of them; empty matches all",
    )
    type: str = Field(description="A word of the table of event types")
    fields: dict[str, Picked] = Field(
        default_factory=dict, description="The type's own data fields; state.NAME for a state"
    )

    @model_validator(mode="after")
    def _known_words(self) -> Self:
        if faults := list(_type_faults(self.type)) or list(_field_faults(self.type, self.fields)):
            raise _located(faults)
        return self


class GenericMap(Model):
    """How the payloads of one make are read: their form, where the values stand, what they mean."""

    format: Literal["json", "csv", "lines"] = Field(description="How the payload is written")
    each: Ref | None = Field(None, description="json: the list inside the payload, $.path")
    columns: tuple[str, ...] = Field(
        (), description="csv: the columns' names in order; without them the first line names them"
    )
    delimiter: str = Field(",", min_length=1, max_length=1, description="csv: between two cells")
    pair_separator: str = Field("\t", min_length=1, description="lines: between two pairs")
    key_separator: str = Field("=", min_length=1, description="lines: between name and value")
    record_separator: str = Field("\n", min_length=1, description="lines: between two records")
    device: Ref | None = Field(
        None, description="The device's own id; without it the topic decides"
    )
    channel: Ref | None = Field(
        None, description="The door, lane or reader as the device counts it"
    )
    sequence: Ref | None = Field(None, description="The device's running number of the record")
    subject: Ref | None = Field(None, description="The card, plate or person")
    time: TimePick | None = Field(None, description="The device's clock")
    direction: DirectionPick | None = Field(None, description="Which way, if the message says so")
    confidence: ConfidencePick | None = Field(None, description="How sure the device is")
    replayed: ReplayedPick | None = Field(None, description="The mark of news from memory")
    pictures: tuple[PicturePicked, ...] = Field((), description="Pictures, and links to some")
    events: tuple[EventMap, ...] = Field(description="What the messages mean, most special first")

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if not self.events:
            raise _located([(("events",), "is empty; without an entry nothing is understood")])
        if faults := [*_misplaced(self), *_unreachable(self.events)]:
            raise _located(faults)
        return self

    def addresses(self) -> Iterator[tuple[Loc, str]]:
        """Every address in the mapping and where it is written."""
        for name in ("device", "channel", "sequence", "subject"):
            if (text := getattr(self, name)) is not None:
                yield (name,), text
        for name in ("direction", "confidence", "replayed"):
            if (pick := getattr(self, name)) is not None:
                yield (name, "from"), pick.source
        yield from ((("time", "from"), text) for text in (self.time.source if self.time else ()))
        yield from ((("pictures", n, "from"), p.source) for n, p in enumerate(self.pictures))
        for index, event in enumerate(self.events):
            where: Loc = ("events", index)
            yield from (((*where, "when", text), text) for text in event.when)
            yield from (((*where, "fields", n), p.source) for n, p in event.fields.items())


def _located(faults: Iterable[tuple[Loc, str]]) -> Invalid:
    """A validation error whose faults point below the model that raises it."""
    details = [
        InitErrorDetails(
            type=PydanticCustomError("mapping", "{what}", {"what": what}), loc=loc, input=None
        )
        for loc, what in faults
    ]
    return Invalid.from_exception_data("mapping", details)


def _type_faults(word: str) -> Iterator[tuple[Loc, str]]:
    if word not in EventData.TYPES:
        yield ("type",), f"{word!r} is not an event type; `adapters types` lists them"
    elif word in NOT_FROM_DEVICES:
        yield ("type",), f"{word!r} is written by this program alone, never by a device"


def own_fields(word: str) -> frozenset[str]:
    """The data fields that a mapping to this type may fill."""
    return frozenset(EventData.TYPES[word].model_fields) - _COMMON - _SEALED


def _field_faults(word: str, fields: Mapping[str, Pick]) -> Iterator[tuple[Loc, str]]:
    known = own_fields(word)
    for name, pick in fields.items():
        head, dot, rest = name.partition(".")
        if head not in known or bool(dot) != (head in ("state", "description")):
            have = ", ".join(sorted(known)) or "none"
            yield ("fields", name), f"is not a field of {word}; it has: {have}"
        elif dot and not rest:
            yield ("fields", name), f"needs a name after the dot, like {head}.battery"
        elif not dot:
            yield from _constant_faults(word, name, pick)


def _constant_faults(word: str, name: str, pick: Pick) -> Iterator[tuple[Loc, str]]:
    """What can be known of a value before any message: constants and the words of an enum."""
    values: list[Value] = list((pick.enum or {}).values())
    if pick.source.startswith("=") and not pick.enum:
        values = [pick.source[1:]]
    annotation: Any = EventData.TYPES[word].model_fields[name].annotation
    check = TypeAdapter[Any](annotation)
    for value in values:
        try:
            check.validate_python(value)
        except Invalid as error:
            yield ("fields", name), f"{value!r} cannot stand here: {error.errors()[0]['msg']}"


def _misplaced(mapping: GenericMap) -> Iterator[tuple[Loc, str]]:
    """Addresses that this format does not have."""
    if mapping.each is not None and (
        mapping.format != "json" or parse_address(mapping.each).kind != "root"
    ):
        yield ("each",), "names a list inside a JSON payload, like $.events"
    for where, text in mapping.addresses():
        if what := _misfit(mapping, parse_address(text)):
            yield where, what


def _misfit(mapping: GenericMap, address: Address) -> str | None:
    if address.kind == "element" and mapping.each is None:
        return f"{address.text!r} stands for an element, but there is no each:; write $."
    if address.kind in ("root", "element") and mapping.format != "json":
        return f"{address.text!r} is a path in JSON; here a value is named by its column or key"
    if address.kind != "column":
        return None
    if mapping.format == "json":
        return f"{address.text!r} is a column, and JSON has none; write $.{address.text}"
    if mapping.format == "csv" and mapping.columns and address.text not in mapping.columns:
        return f"{address.text!r} is not a column; there are: {', '.join(mapping.columns)}"
    return None


def _unreachable(events: tuple[EventMap, ...]) -> Iterator[tuple[Loc, str]]:
    for index, event in enumerate(events[:-1]):
        if not event.when:
            yield ("events", index), "matches everything, so no entry below is ever reached"
