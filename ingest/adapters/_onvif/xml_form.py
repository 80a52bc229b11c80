"""Notifications in XML: metadata streams, pulled and pushed SOAP messages, bare ones. Pure."""

from typing import Any

from ingest.adapters._onvif.notification import Notification, topic_path, utc_time
from ingest.message import Unreadable
from ingest.xml_tree import DEPTH_MAX, ELEMENTS_MAX, local_name, parse_into

NOTIFICATIONS_MAX = 1000
_ENVELOPES = frozenset({"Envelope", "MetadataStream", "Notify", "PullMessagesResponse", "Event"})
_SECTIONS = frozenset({"Source", "Key", "Data"})
_PRODUCER = "uri://"


def read_notifications(payload: bytes) -> list[Notification]:
    """Every notification of a document in order; none if an envelope carries none, or only the
    blank ones that some firmware answers a poll with.

    Raises Unreadable for another document, for too many notifications and for a broken time.
    """
    collector = _Collector()
    parse_into(collector, payload)
    if not collector.found and collector.root not in _ENVELOPES:
        raise Unreadable(f"is a {collector.root} document without a notification", "$")
    if collector.root in _ENVELOPES:
        blank = _blank()
        collector.found = [raw for raw in collector.found if raw != blank]
    return [_notification(raw, at) for at, raw in enumerate(collector.found)]


def _notification(raw: dict[str, Any], at: int) -> Notification:
    where = f"$.NotificationMessage[{at}]"
    path = topic_path(raw["Topic"])
    if not path:
        raise Unreadable("notification without a topic", where)
    return Notification(
        path,
        time=utc_time(raw["UtcTime"], f"{where}.UtcTime"),
        operation=raw["PropertyOperation"] or None,
        device=producer(raw["Address"]),
        source={**raw["Key"], **raw["Source"]},
        data=raw["Data"],
    )


def producer(address: str | None) -> str | None:
    """The device's own id in a producer's address. A network address is nobody's identity."""
    text = (address or "").strip()
    return text[len(_PRODUCER) :].partition("/")[0] or None if text.startswith(_PRODUCER) else None


def _blank() -> dict[str, Any]:
    return {
        "Topic": "", "Address": "", "UtcTime": "", "PropertyOperation": "",
        "Source": {}, "Key": {}, "Data": {},
    }  # fmt: skip


class _Collector:
    """Collects notifications as the parser walks the document."""

    def __init__(self) -> None:
        self.root = ""
        self.found: list[dict[str, Any]] = []
        self._open: list[str] = []
        self._elements = 0
        self._section: dict[str, Any] | None = None
        self._text: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        name = local_name(tag)
        self._elements += 1
        if self._elements > ELEMENTS_MAX or len(self._open) >= DEPTH_MAX:
            raise Unreadable("has too many or too deeply nested elements", "$")
        self.root = self.root or name
        self._open.append(name)
        self._text.clear()
        if name == "NotificationMessage":
            if len(self.found) >= NOTIFICATIONS_MAX:
                raise Unreadable(f"has more than {NOTIFICATIONS_MAX} notifications", "$")
            self.found.append(_blank())
        elif self.found:
            self._inside(name, attributes)

    def _inside(self, name: str, attributes: dict[str, str]) -> None:
        current = self.found[-1]
        if name == "Message" and "UtcTime" in attributes:
            if current["UtcTime"]:
                current = self._another(current)
            current["UtcTime"] = attributes["UtcTime"]
            current["PropertyOperation"] = attributes.get("PropertyOperation", "")
        elif name in _SECTIONS and self._open[-2:-1] == ["Message"]:
            self._section = current[name]
        elif name == "SimpleItem" and self._section is not None and "Name" in attributes:
            self._section.setdefault(attributes["Name"], attributes.get("Value", ""))
        elif name == "ElementItem" and self._section is not None and "Name" in attributes:
            self._section.setdefault(attributes["Name"], "")

    def _another(self, current: dict[str, Any]) -> dict[str, Any]:
        """A further message in one holder: the same topic and producer, its own content."""
        if len(self.found) >= NOTIFICATIONS_MAX:
            raise Unreadable(f"has more than {NOTIFICATIONS_MAX} notifications", "$")
        named = {name: current[name] for name in ("Topic", "Address")}
        self.found.append({**_blank(), **named})
        return self.found[-1]

    def data(self, text: str) -> None:
        """Text inside an element."""
        self._text.append(text)

    def end(self, tag: str) -> None:
        """An element closes."""
        name = self._open.pop()
        text = "".join(self._text).strip()
        self._text.clear()
        if not self.found:
            return
        if name in _SECTIONS and self._open[-1:] == ["Message"]:
            self._section = None
        elif name in ("Topic", "Address") and self._section is None:
            outer = self._open[-1:] in (["NotificationMessage"], ["ProducerReference"])
            self.found[-1][name] = text if outer else self.found[-1][name]
        elif self._section is not None and text:
            self._section[_element(name, self._open)] = text

    def close(self) -> None:
        """The document ends."""


def _element(name: str, inside: list[str]) -> str:
    """What a text inside an element item is called; a class's type is ClassTypes elsewhere."""
    return "ClassTypes" if name == "Type" and inside[-1:] == ["Class"] else name
