"""Apprise's channels, with what they leave out. Loading Apprise takes 1.6 s: load this late.

Apprise reads the URLs, signs and speaks SMTP. Two things are ours. The robots of DingTalk and
WeCom answer 200 with an `errcode` when they refuse, which Apprise takes for delivered; and no
request goes where the address was not judged. So what Apprise would post there, we post.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import orjson
from apprise import AppriseAsset
from apprise.plugins.base import NotifyBase
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.email import NotifyEmail
from apprise.plugins.smseagle import NotifySMSEagle
from apprise.plugins.wecombot import NotifyWeComBot

from console.notify.addresses import AllowedHost, NotAllowed, allowed, resolved
from console.notify.message import Message
from console.notify.wire import Outcome, one_line, post

_ASSET = AppriseAsset(app_id="smart-community", http_redirects=False)
_LOGGER = logging.getLogger("apprise")
_ONE_AT_A_TIME = Lock()
_JSON = {"Content-Type": "application/json; charset=utf-8"}


class _Robot:
    """Posts what a robot takes, and reads whether it did."""

    rules: tuple[AllowedHost, ...] = ()
    phones: tuple[str, ...] = ()
    outcome = Outcome(ok=False, code="")

    def deliver(self, host: str, url: str, payload: dict[str, Any]) -> bool:
        """Post it; the outcome is kept beside."""
        answer = post(allowed(self.rules, host, 443), url, orjson.dumps(payload), _JSON)
        self.outcome = read_errcode(answer.status, answer.body)
        return self.outcome.ok


class DingTalk(_Robot, NotifyDingTalk):  # type: ignore[no-untyped-call]
    """A robot of a DingTalk group; calls people by their phone numbers."""

    def send(self, body: str, title: str = "", **_: Any) -> bool:  # type: ignore[override]
        """One message."""
        signed: Any = self.get_signature
        timestamp, sign = signed() if self.secret else ("", "")
        url = self.notify_url.format(token=self.token)
        # The signature comes quoted already.
        url += f"&timestamp={timestamp}&sign={sign}" if sign else ""
        called = {"atMobiles": list(self.phones), "isAtAll": False}
        text = {"content": f"{title}\n{body}" if title else body}
        payload = {"msgtype": "text", "text": text, "at": called}
        return self.deliver("oapi.dingtalk.com", url, payload)


class WeCom(_Robot, NotifyWeComBot):  # type: ignore[no-untyped-call]
    """A robot of a WeCom group; calls people by their phone numbers."""

    def send(self, body: str, title: str = "", **_: Any) -> bool:  # type: ignore[override]
        """One message."""
        text = {"content": f"{title}\n{body}" if title else body}
        payload = {"msgtype": "text", "text": text | {"mentioned_mobile_list": list(self.phones)}}
        return self.deliver("qyapi.weixin.qq.com", self.api_url, payload)


_CLASSES: dict[str, type[Any]] = {
    "dingtalk": DingTalk, "wecombot": WeCom, "mailto": NotifyEmail, "mailtos": NotifyEmail,
    "smseagle": NotifySMSEagle, "smseagles": NotifySMSEagle,
}  # fmt: skip


def read_errcode(status: int, body: bytes) -> Outcome:
    """What a robot's answer means: it took the message where `errcode` is 0."""
    try:
        told = orjson.loads(body)
        errcode, said = told["errcode"], str(told.get("errmsg", ""))
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return Outcome(ok=False, code=str(status), line=one_line(body.decode(errors="replace")))
    ok = status == 200 and errcode == 0
    return Outcome(ok=ok, code=f"{status}/{errcode}"[:32], line=one_line(said))


def send(
    url: str, addresses: tuple[str, ...], rules: tuple[AllowedHost, ...], message: Message
) -> Outcome:
    """Send a message by one of Apprise's URLs. Raises NotAllowed, OSError, httpx.HTTPError."""
    schema = url.partition(":")[0]
    kind = _CLASSES[schema]
    parsed = kind.parse_url(url)
    if not parsed:
        raise NotAllowed("is no URL that Apprise reads")
    is_robot = issubclass(kind, _Robot)
    targets = () if is_robot else addresses
    one = kind(**parsed | {"targets": list(targets) or parsed.get("targets")}, asset=_ASSET)
    one.redirects = False
    if is_robot:
        one.rules, one.phones = rules, addresses
        one.notify(body=message.body, title=message.title)
        return one.outcome if isinstance(one.outcome, Outcome) else Outcome(ok=False, code="")
    return _by_apprise(one, rules, message)


def _by_apprise(one: NotifyBase, rules: tuple[AllowedHost, ...], message: Message) -> Outcome:
    """Mail and SMS: the server is judged just before, and Apprise says whether it took it."""
    host = getattr(one, "smtp_host", "") or one.host or ""
    port = one.port or (_SMTP if isinstance(one, NotifyEmail) else _HTTP)[bool(one.secure)]
    resolved(allowed(rules, host, port))
    with _heard() as lines:
        ok = bool(one.notify(body=message.body, title=message.title))
    return Outcome(ok=ok, code="accepted" if ok else "failed", line="" if ok else _why(lines))


_SMTP, _HTTP = {False: 25, True: 587}, {False: 80, True: 443}


def _why(lines: list[str]) -> str:
    """The line that says why; those that repeat what was sent are not looked at."""
    told = [line for line in lines if "Socket Exception" in line or "error=" in line]
    return one_line((told or ["the server did not take it"])[0])


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What Apprise says while it sends. It says it to one logger, so one sends at a time."""
    lines: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    with _ONE_AT_A_TIME:
        ear, level, passes_on = Ear(), _LOGGER.level, _LOGGER.propagate
        _LOGGER.addHandler(ear)
        _LOGGER.setLevel(logging.DEBUG)
        # Payloads and tokens are among these lines: nobody else hears them.
        _LOGGER.propagate = False
        try:
            yield lines
        finally:
            _LOGGER.removeHandler(ear)
            _LOGGER.setLevel(level)
            _LOGGER.propagate = passes_on
