"""A folder to begin a new adapter with: one case that fails, and everything that is needed. Pure.

The case holds a message of the device, if one is given; the mapping understands nothing yet. So
the first run of the case says what to fill in. Which name means what is guessed by its spelling and
stands in comments: a person decides.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

import orjson
import yaml

from ingest.forms import Form, form_of
from ingest.kit.cases import MESSAGE
from ingest.kit.samples import (
    Sample,
    delimiter_of,
    guess,
    list_in,
    repeating,
    samples_of,
    time_form,
)
from ingest.message import Message
from schemas.base import format_instant

EXAMPLE = (
    b'{"serial": "X-1", "time": "2026-03-01T08:00:00+08:00", "event": "pass", "card": "100200"}'
)
SHOWN_MAX = 60
KINDS_MAX = 20
NO_GUESS = "?"
FORMATS = {"JSON": "json", "CSV": "csv", "names and values": "lines"}
"""What can be read without Python, and how a mapping calls it."""
HINTS = {
    "device": "its own name for itself; topic[1] is a level of the topic",
    "channel": "the door, lane or reader as it counts them",
    "sequence": "its running number of the record",
    "subject": "the card, plate or person",
}


@dataclass(frozen=True)
class Plan:
    """What is known of the new make: its name, and one message of it or more."""

    name: str
    python: bool
    messages: tuple[Message, ...]

    @property
    def payload(self) -> bytes:
        """The message that the mapping begins with."""
        return self.messages[0].payload

    @property
    def topics(self) -> list[str]:
        """Where it speaks, as far as is seen."""
        return sorted({message.topic for message in self.messages})

    @cached_property
    def form(self) -> Form:
        """How the message is written."""
        return form_of(self.payload)

    @cached_property
    def samples(self) -> list[Sample]:
        """Each value of the message with the address under which a mapping finds it."""
        return samples_of(self.payload, FORMATS.get(self.form.written, ""))

    @cached_property
    def word(self) -> str | None:
        """The address of the make's word for what happened, as far as one can guess."""
        if found := guess(self.samples, "word"):
            return found.address
        written = FORMATS.get(self.form.written, "")
        alike = (m.payload for m in self.messages if form_of(m.payload) == self.form)
        return repeating([samples_of(payload, written) for payload in alike])

    @property
    def needs_python(self) -> bool:
        """Whether no mapping without Python can read such a message, or find anything in it."""
        return self.form.written not in FORMATS or not self.samples


def folder_files(plan: Plan) -> dict[str, str]:
    """The new folder's files by their path in it."""
    templates = files(__package__).joinpath("templates")
    found = {
        "adapter.yaml": "\n".join(_adapter_yaml(plan)) + "\n",
        "README.md": templates.joinpath("README.md").read_text("utf-8").replace("NAME", plan.name),
    }
    for name, message in _kinds(plan).items():
        found[f"cases/{name}/{MESSAGE}"] = _message_json(message)
    if plan.python:
        found["codec.py"] = templates.joinpath("codec.py").read_text("utf-8")
        found["__init__.py"] = f'"""{plan.name}."""\n'
    return found


def _kinds(plan: Plan) -> dict[str, Message]:
    """The first message of each kind: of other names, or with another word where the word seems to
    stand. The very first one is called so, the others by their word.
    """
    found: dict[tuple[str, str], Message] = {}
    for message in plan.messages:
        form = form_of(message.payload)
        samples = samples_of(message.payload, FORMATS.get(form.written, ""))
        word = next((sample.value for sample in samples if sample.address == plan.word), "")
        found.setdefault((" ".join(form.names) or form.written, word), message)
    named = {"first": plan.messages[0]}
    for number, ((_, said), message) in enumerate(list(found.items())[1:KINDS_MAX], start=2):
        slug = re.sub(r"\W+", "_", said.lower()).strip("_")[:30]
        named[slug if slug and slug not in named else f"kind_{number}"] = message
    return named


def _message_json(message: Message) -> str:
    content: dict[str, object] = {
        "topic": message.topic, "received_at": format_instant(message.received_at),
    }  # fmt: skip
    try:
        text = message.payload.decode()
        is_json = form_of(message.payload).written == "JSON"
        content["payload"] = orjson.loads(text) if is_json else text
    except (orjson.JSONDecodeError, UnicodeDecodeError):
        content["payload_base64"] = base64.b64encode(message.payload).decode()
    if message.retained:
        content["retained"] = True
    return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode() + "\n"


def _adapter_yaml(plan: Plan) -> Iterator[str]:
    """The specification, with the names of the message beside it to pick from."""
    title = plan.name.replace("_", " ").capitalize()
    yield f"name: {plan.name}"
    yield f"title: {title}"
    yield f"# title_zh: {title}"
    yield f"make: {title}"
    yield "# A: documentation and captured messages; B: one of them; C: hearsay."
    yield "evidence: B"
    yield "# MQTT filters on which it speaks; + stands for any one level."
    yield f"topics: [{', '.join(map(_quoted, plan.topics))}]"
    yield "# True if nobody else speaks there; else recognise: says what gives its content away."
    yield "topic_decides: true"
    if not plan.python:
        yield from _map(plan)
    if plan.samples:
        yield "# What stands in the message:"
    for sample in plan.samples[:SHOWN_MAX]:
        yield f"#   {sample.address:<28} {_quoted(sample.value)}"


def _map(plan: Plan) -> Iterator[str]:
    """A mapping that is whole and understands nothing: its one entry waits for a word."""
    written = FORMATS.get(plan.form.written, "json")
    yield "map:"
    yield f"  format: {written}"
    if written == "csv":
        yield f"  delimiter: {_quoted(delimiter_of(plan.payload))}"
        columns = ", ".join(sample.address for sample in plan.samples)
        yield f"  columns: [{columns}]  # in order; leave it out if the first line names them"
    if written == "json" and (listed := list_in(plan.payload)):
        yield f"  each: {_quoted(listed)}  # the list inside; @.name is a value of its element"
    yield "  # Take away the # where the guess is right, or mend it; all of these may be left out."
    for field, hint in HINTS.items():
        yield f"  # {f'{field}: {_guessed(plan, field)}':<36} # {hint}"
    form = time_form(guess(plan.samples, "time"))
    yield f"  # time: {{from: {_guessed(plan, 'time')}, as: {form}}}"
    way = guess(plan.samples, "direction")
    words = f"{_quoted(way.value)}: in" if way else "1: in, 2: out"
    yield f"  # direction: {{from: {_guessed(plan, 'direction')}, enum: {{{words}}}}}"
    yield "  events:"
    yield "    # One entry for each kind of message: the word that stands there, the event it is."
    yield "    # `smart-community adapters types` lists the events and their fields."
    word = plan.word or (plan.samples[0].address if plan.samples else "$.name")
    word = _quoted(word) if word[0] == "@" else word
    yield f"    - when: {{{word}: the-word-that-stands-there}}"
    yield "      type: access.granted"


def _guessed(plan: Plan, field: str) -> str:
    """The address that is most likely meant, quoted where YAML asks for it; NO_GUESS for none."""
    found = guess(plan.samples, field)
    if found is None:
        return NO_GUESS
    return _quoted(found.address) if found.address[0] == "@" else found.address


def _quoted(text: str) -> str:
    return str(yaml.safe_dump(text, default_style='"', allow_unicode=True, width=10**6)).strip()
