"""What the API and the pages of telling people take and answer."""

from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, SecretStr

from console.accounts.principal import Principal
from console.notify.channels import FEED, Book, Channel, FeedRule
from console.notify.people import HOURS_MAX, Standing
from console.notify.roster import EVERYWHERE, Away, Entry, Hours, area_of, on_duty
from console.notify.store import Health, Proof
from console.notify.wire import Outcome
from console.rest.paging import Page
from schemas.base import Instant, Model


class EntryAsked(Model):
    """One entry of the roster, and why."""

    entry: Entry
    why: str = Field(default="", max_length=2000)


class EntryAnswer(Model):
    """One entry of the roster."""

    id: str
    entry: Entry


class RosterAnswer(BaseModel):
    """The roster of one's areas, and who is on duty in them: by duty and area."""

    entries: list[EntryAnswer]
    now: dict[str, dict[str, list[str]]]


class RosterPage(Page[EntryAnswer]):
    """A page of the roster, and who is on duty now in one's areas: by duty and area."""

    now: dict[str, dict[str, list[str]]]


class HoursAsked(Model):
    """Somebody's quiet hours; none: they have none any more."""

    hours: tuple[Hours, ...] = Field(max_length=HOURS_MAX)


class QuietAnswer(HoursAsked):
    """The quiet hours of `person:LOGIN` or `channel:NAME`."""

    subject: str


class ContactAsked(Model):
    """Where a person is reached on a channel: a phone number, an address, or nothing."""

    address: SecretStr = Field(default=SecretStr(""), max_length=200)


class ContactAnswer(BaseModel):
    """That a person is reached by a channel. Where, is not told."""

    login: str
    channel: str


class OutcomeAnswer(BaseModel):
    """What an attempt came to."""

    ok: bool
    code: str
    line: str

    @classmethod
    def of(cls, outcome: Outcome) -> "OutcomeAnswer":
        """From an outcome."""
        return cls(ok=outcome.ok, code=outcome.code, line=outcome.line)


class ChannelAnswer(BaseModel):
    """A channel or a feed (`feed:NAME`), without its secrets, and how it did last."""

    name: str
    kind: str
    host: str
    group: bool = False
    roles: list[str] = []
    areas: list[str] = []
    confidential: bool = False
    enabled: bool = True
    legal_basis: str = ""
    dead: bool = False
    failures: int = 0
    last_at: Instant | None = None
    last_ok_at: Instant | None = None
    code: str = ""
    line: str = ""


class ProofAnswer(BaseModel):
    """One message about a case: to whom, by what, and what the channel answered."""

    reason: str
    channel: str
    people: list[str]
    status: str
    due_at: Instant
    number: int
    at: Instant | None
    answered_at: Instant | None
    outcome: str
    code: str
    line: str

    @classmethod
    def of(cls, proof: Proof) -> "ProofAnswer":
        """From a proof."""
        told = {name: getattr(proof, name) for name in cls.model_fields if name != "people"}
        return cls(**told, people=list(proof.people))


def roster_of(who: Principal, standing: Standing, at: int, zone: ZoneInfo) -> RosterAnswer:
    """What somebody sees of the roster: their areas' entries, and their own."""
    entries = [
        EntryAnswer(id=name, entry=entry)
        for name, entry in standing.entries.items()
        if who.covers((area_of(entry),)) or entry.person == who.login
    ]
    return RosterAnswer(entries=entries, now=_duty_now(who, standing, at, zone))


def _duty_now(
    who: Principal, standing: Standing, at: int, zone: ZoneInfo
) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for entry in standing.entries.values():
        duty, area = getattr(entry, "duty", None), area_of(entry)
        if duty is None or not who.covers((area,)):
            continue
        here = [e for e in standing.entries.values() if area_of(e) in (area, EVERYWHERE)]
        mine = [e for e in here if isinstance(e, Away) or e.area == area]
        found.setdefault(area, {})[duty] = list(on_duty(mine, (duty,), (area,), at, zone))
    return found


def channels_of(book: Book, healths: dict[str, Health]) -> list[ChannelAnswer]:
    """All channels and feeds with their last results."""
    both: dict[str, Channel | FeedRule] = dict(book.channels)
    both |= {f"{FEED}{name}": feed for name, feed in book.feeds.items()}
    return [_channel(name, one, healths.get(name)) for name, one in both.items()]


def _channel(name: str, one: Channel | FeedRule, health: Health | None) -> ChannelAnswer:
    host, port = one.target()
    same = {"name": name, "host": f"{host}:{port}", "kind": one.kind}
    own = ("group", "roles", "areas", "confidential", "enabled", "legal_basis")
    told = {field: getattr(one, field) for field in own if hasattr(one, field)}
    told |= {field: list(told[field]) for field in ("roles", "areas") if field in told}
    if health is not None:
        kept = ("failures", "last_at", "last_ok_at", "code", "line")
        told |= {field: getattr(health, field) for field in kept} | {"dead": health.is_dead}
    return ChannelAnswer(**same, **told)
