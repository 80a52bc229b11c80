"""`channels.yaml`: by what people are told, checked whole before anything is sent.

Channels stand in a file and not in the database: their secrets are for whoever runs the machine,
and a page through which an office can change where messages go is a way out of the house.
"""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, SecretStr, field_validator

from console.lifecycle.table import Role
from console.notify.addresses import AllowedHost, NotAllowed, allowed, host_of
from console.notify.whom import Repeat
from console.words import Language
from schemas.alerts import Severity
from schemas.base import Model
from schemas.rule_files import read_yaml
from schemas.yaml_file import Fault, FileFaults, validate

ChannelName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Address = Literal["phone", "mail", "none"]
SECRET_MIN = 16
FIXED_HOSTS = {"dingtalk": "oapi.dingtalk.com", "wecombot": "qyapi.weixin.qq.com"}
"""Robots whose servers are always the same."""
_MAIL = {"mailto": 25, "mailtos": 587}
_SMS = {"smseagle": 80, "smseagles": 443}
SCHEMAS = (*FIXED_HOSTS, *_MAIL, *_SMS)
"""What of Apprise is used; everything else is refused, and so is what it calls settings of a URL
that would take a check away."""
_REFUSED_KEYS = frozenset({"verify", "redirect", "format", "overflow", "template", "pgp"})
FEED = "feed:"


class ChannelsFault(RuntimeError):
    """The file of channels does not hold: every fault with its line."""


class Channel(Model):
    """One way to people. `apprise` is a URL of Apprise's, `webhook` our own signed request.

    `group`: what is sent there is read by all of `roles` of `areas`, by these `teams` of them where
    they are named, and calls whoever is on duty; else it reaches one person at the address that
    they have there. `confidential`:
    everybody who reads along may know of duress and watch hits.
    """

    kind: Literal["apprise", "webhook"]
    url: SecretStr
    secret: SecretStr | None = Field(default=None, min_length=SECRET_MIN)
    language: Language = "zh"
    group: bool = False
    roles: tuple[Role, ...] = ()
    teams: tuple[str, ...] = ()
    areas: tuple[str, ...] = ("*",)
    confidential: bool = False
    address: Address = "none"

    @property
    def readers(self) -> frozenset[str]:
        """The roles or teams that read along."""
        return frozenset(self.teams or self.roles)

    def target(self) -> tuple[str, int]:
        """Host and port that it leads to. Raises NotAllowed."""
        url = self.url.get_secret_value()
        return host_of(url) if self.kind == "webhook" else _apprise_host(url)

    @property
    def takes(self) -> Address:
        """What an address of a person is there."""
        schema = urlsplit(self.url.get_secret_value()).scheme
        if self.kind == "webhook":
            return self.address
        return "mail" if schema in _MAIL else "phone"


class FeedRule(Model):
    """What goes to a police platform: which kinds of which areas, and on what legal basis.

    `gat1400` posts a notification object of GA/T 1400 with digest authentication, `webhook` our
    own signed request. `unit` is the sender's code of twelve digits.
    """

    kind: Literal["gat1400", "webhook"]
    url: SecretStr
    legal_basis: str = Field(min_length=4, max_length=200)
    kinds: tuple[str, ...] = Field(min_length=1)
    areas: tuple[str, ...] = Field(min_length=1)
    enabled: bool = False
    confidential: bool = False
    language: Language = "zh"
    secret: SecretStr | None = Field(default=None, min_length=SECRET_MIN)
    user: str = ""
    password: SecretStr = SecretStr("")
    unit: str = Field(default="0" * 12, pattern=r"^[0-9]{12}$")
    device: str = Field(default="", pattern=r"^([0-9]{20})?$")
    subscription: str = Field(default="", max_length=40)

    def target(self) -> tuple[str, int]:
        """Host and port that it leads to. Raises NotAllowed."""
        return host_of(self.url.get_secret_value())

    @field_validator("legal_basis")
    @classmethod
    def _says_something(cls, text: str) -> str:
        if len(text.strip()) < 4:
            raise ValueError("name the law or the order, and its number")
        return text


REPEATS: dict[Severity, Repeat] = {
    "red": Repeat(every_s=30, times=4), "orange": Repeat(every_s=60, times=3),
    "yellow": Repeat(every_s=150, times=2), "blue": Repeat(every_s=150, times=2),
}  # fmt: skip
"""As often as fits before the case climbs (own judgement; the clocks are in `clocks.yaml`)."""


class Book(Model):
    """Everything that `channels.yaml` says. `link` leads to a case, with `{case}` for its id."""

    link: str = ""
    allow: tuple[AllowedHost, ...] = ()
    channels: dict[ChannelName, Channel] = Field(default_factory=dict)
    feeds: dict[ChannelName, FeedRule] = Field(default_factory=dict)
    repeats: dict[Severity, Repeat] = Field(default_factory=dict)

    @field_validator("link")
    @classmethod
    def _leads_to_a_case(cls, link: str) -> str:
        if link and ("{case}" not in link or urlsplit(link).scheme not in ("http", "https")):
            raise ValueError("write it like https://office.example/cases/{case}")
        return link

    @field_validator("repeats")
    @classmethod
    def _bounded(cls, repeats: dict[Severity, Repeat]) -> dict[Severity, Repeat]:
        for one in repeats.values():
            if not (10 <= one.every_s <= 3600 and 1 <= one.times <= 10):
                raise ValueError("every_s: 10 to 3600, times: 1 to 10")
        return repeats

    def repeat(self, severity: Severity) -> Repeat:
        """How often a ring of a level is repeated."""
        return self.repeats.get(severity, REPEATS[severity])

    def sender(self, name: str) -> Channel | FeedRule | None:
        """A channel, or a feed as `feed:NAME`; None where it is no longer there or off."""
        if name.startswith(FEED):
            feed = self.feeds.get(name.removeprefix(FEED))
            return feed if feed is not None and feed.enabled else None
        return self.channels.get(name)


def load_channels(file: Path | None) -> Book:
    """The channels of a file; none without one. Raises ChannelsFault."""
    if file is None:
        return Book()
    try:
        document = read_yaml(file)
        book = validate(document, Book)
        faults = [document.fault(path, what) for path, what in _faults(book)]
        if _others_may_read(file):
            faults.append(Fault(str(file), 1, "file", f"others may read it; chmod 600 {file}"))
        if faults:
            raise FileFaults(faults)
    except FileFaults as error:
        raise ChannelsFault(str(error)) from error
    return book


def _others_may_read(file: Path) -> bool:
    return bool(file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _faults(book: Book) -> Iterator[tuple[tuple[str, ...], str]]:
    if (book.channels or book.feeds) and not book.link:
        yield ("link",), "is missing; add where a case is opened, with {case}"
    for kind, senders in (("channels", book.channels), ("feeds", book.feeds)):
        for name, sender in senders.items():
            try:
                allowed(book.allow, *sender.target())
            except NotAllowed as error:
                yield (kind, name, "url"), str(error)
            if sender.kind == "webhook" and sender.secret is None:
                yield (kind, name, "secret"), "is missing; a webhook is signed with it"
    for name, channel in book.channels.items():
        if channel.group and not channel.roles:
            yield ("channels", name, "group"), "say with `roles` who reads along"
    for name, feed in book.feeds.items():
        if feed.kind == "gat1400" and not (feed.user and feed.subscription and feed.device):
            yield ("feeds", name, "kind"), "gat1400 needs user, password, device and subscription"


def _apprise_host(url: str) -> tuple[str, int]:
    """Where one of Apprise's URLs leads. Raises NotAllowed."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotAllowed("is no URL that Apprise reads") from error
    if parts.scheme not in SCHEMAS:
        raise NotAllowed(f"begin it with one of {', '.join(f'{name}://' for name in SCHEMAS)}")
    asked = {key.lower(): values[0] for key, values in parse_qs(parts.query).items()}
    if refused := _REFUSED_KEYS & set(asked):
        raise NotAllowed(f"leave out {', '.join(sorted(refused))}: it would take a check away")
    if parts.scheme in FIXED_HOSTS:
        return FIXED_HOSTS[parts.scheme], 443
    host = asked.get("smtp") or parts.hostname or ""
    if not host:
        raise NotAllowed("write the host of the server")
    return host, port or (_MAIL | _SMS)[parts.scheme]
