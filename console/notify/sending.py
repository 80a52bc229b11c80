"""One attempt on one channel. Whatever goes wrong out there is an outcome, never an exception."""

import smtplib
from dataclasses import dataclass

import httpx
import orjson

from console.notify.addresses import NotAllowed, allowed
from console.notify.channels import Book, Channel, FeedRule
from console.notify.message import Message
from console.notify.police import CONTENT_TYPE, PATH, feed_body, notification, read_statuses
from console.notify.wire import Outcome, one_line, post, signed_headers


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message on its way: its id, which attempt it is and when (s), and whom it is for."""

    id: str
    attempt: int
    at_s: int
    message: Message
    addresses: tuple[str, ...] = ()
    opened_at: int = 0


def attempt(book: Book, sender: Channel | FeedRule, parcel: Parcel) -> Outcome:
    """Send it. Blocks for at most some ten seconds."""
    try:
        if isinstance(sender, FeedRule):
            return _feed(book, sender, parcel)
        if sender.kind == "webhook":
            return _webhook(book, sender, parcel)
        # Apprise takes more than a second to load.
        from console.notify.robots import send

        url = sender.url.get_secret_value()
        return send(url, parcel.addresses, book.allow, parcel.message)
    except NotAllowed as error:
        return Outcome(ok=False, code="not_allowed", line=one_line(str(error)), final=True)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, smtplib.SMTPException) as error:
        said = str(error) or type(error).__name__
        return Outcome(ok=False, code="no_answer", line=one_line(said))


def _webhook(book: Book, channel: Channel, parcel: Parcel) -> Outcome:
    body: dict[str, object] = dict(parcel.message.plain())
    if channel.address != "none":
        body["to"] = list(parcel.addresses)
    return _signed(book, channel, parcel, orjson.dumps(body))


def _signed(book: Book, sender: Channel | FeedRule, parcel: Parcel, body: bytes) -> Outcome:
    secret = sender.secret.get_secret_value() if sender.secret else ""
    headers = signed_headers(secret, parcel.id, parcel.attempt, parcel.at_s, body)
    target = allowed(book.allow, *sender.target())
    answer = post(target, sender.url.get_secret_value(), body, headers)
    return Outcome(answer.ok, str(answer.status), answer.line)


def _feed(book: Book, feed: FeedRule, parcel: Parcel) -> Outcome:
    if feed.kind == "webhook":
        body = feed_body(parcel.message, parcel.opened_at, feed.legal_basis)
        return _signed(book, feed, parcel, body)
    body = notification(parcel.message, parcel.opened_at, feed.unit, feed.subscription)
    url = feed.url.get_secret_value().rstrip("/") + PATH
    auth = httpx.DigestAuth(feed.user, feed.password.get_secret_value())
    headers = {"Content-Type": CONTENT_TYPE, "User-Identify": feed.device}
    answer = post(allowed(book.allow, *feed.target()), url, body, headers, auth)
    return read_statuses(answer.status, answer.body)
