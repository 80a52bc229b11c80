"""A test of one channel: a message that says nothing of any case, to whoever asked for it."""

from dataclasses import dataclass

from console.database import writing
from console.notify import store
from console.notify.channels import Book
from console.notify.message import TEXTS, Message
from console.notify.people import PeopleDesk
from console.notify.sending import Parcel, attempt
from console.notify.wire import Outcome
from console.register.vault import NoKey
from schemas.base import MS_PER_S
from schemas.events import event_id
from schemas.sealing import SealError

NUMBER = "0" * 8


@dataclass(frozen=True, slots=True)
class Trial:
    """A test of one channel: which, who asked, and when (ms)."""

    channel: str
    login: str
    at: int

    @property
    def id(self) -> str:
        """Of this test alone."""
        return event_id("test", self.channel, self.login, self.at)


def try_channel(book: Book, people: PeopleDesk, trial: Trial) -> Outcome:
    """Send a test to whoever asked, and write down how it went."""
    sender = book.sender(trial.channel)
    assert sender is not None
    try:
        addresses = people.addresses([trial.login], trial.channel)
    except (NoKey, SealError):
        return Outcome(ok=False, code="no_key", line="the master key cannot be read")
    said = {word: TEXTS.say(f"test_{word}", sender.language) for word in ("kind", "estate")}
    link = book.link.replace("{case}", "")
    message = Message(NUMBER, "blue", said["kind"], said["estate"], link, sender.language)
    parcel = Parcel(trial.id, 1, trial.at // MS_PER_S, message, addresses, trial.at)
    outcome = attempt(book, sender, parcel)
    with writing(people.engine) as tx:
        store.keep_health(tx, trial.channel, outcome, trial.at)
    return outcome
