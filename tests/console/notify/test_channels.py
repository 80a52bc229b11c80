"""The file of channels: every fault with its line; and Apprise, mail, robots and the police."""

from pathlib import Path

import orjson
import pytest

from console.notify.channels import SCHEMAS, ChannelsFault, load_channels
from console.notify.message import Message, harmless
from console.notify.police import notification, notification_id, read_statuses
from console.notify.robots import read_errcode
from console.notify.roster import Shift
from console.notify.sending import Parcel, attempt
from console.notify.wire import Outcome, one_line, signature
from tests.console.notify.conftest import OpenScene
from tests.console.notify.receivers import Mailbox, Receiver
from tests.console.notify.scene import SECRET, channels_text, write_channels
from tests.console.samples import NINE

MESSAGE = Message("a1b2c3d4", "red", "胁迫", "湖畔苑", "https://office.example/m/cases/a1", "zh")
PARCEL = Parcel("id-1", 1, 1_772_326_800, MESSAGE, (), NINE)


def fault_of(folder: Path, text: str) -> str:
    with pytest.raises(ChannelsFault) as caught:
        load_channels(write_channels(folder, text))
    return str(caught.value).replace(str(folder), "")


def one(url: str, more: str = "", host: str = "*.example") -> str:
    return (
        "link: https://office.example/m/cases/{case}\n"
        f"allow:\n  - {{host: '{host}', ports: [25, 80, 443, 587]}}\n"
        f"channels:\n  one:\n    kind: apprise\n    url: {url}\n{more}"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (one("slack://a/b/c"), "/channels.yaml:7: channels.one.url: begin it with one of dingtalk"),
        (one("json://a.example/x"), "channels.one.url: begin it with one of"),
        (one("dingtalk://tok"), "oapi.dingtalk.com:443 is not under `allow`"),
        (one("mailtos://u:p@mail.example?verify=no"), "leave out verify: it would take a check"),
        (one("mailtos://u:p@mail.example?redirect=yes"), "leave out redirect"),
        (one("mailtos://u:p@mail.example?smtp=10.0.0.1"), "10.0.0.1:587 is not under `allow`"),
        (one("mailtos://u:p@mail.example:22"), "mail.example:22 is not under `allow`"),
        (one("mailtos://"), "write the host of the server"),
        (one("mailtos://m.example", "    group: true\n"), "channels.one.group: say with `roles`"),
        (one("mailtos://m.example", "    colour: red\n"), "colour: is not a name known here"),
        (one("mailtos://m.example").replace("{case}", ""), ":1: link: write it like"),
        (one("mailtos://m.example").replace("link: ", "# "), "link: is missing"),
        (one("http://h.example/").replace("apprise", "webhook"), "channels.one.secret: is missing"),
        (one("http://169.254.169.254/").replace("apprise", "webhook"), "169.254.169.254:80 is not"),
        (one("mailtos://m.example", "repeats: {red: {every_s: 1, times: 4}}\n"), ":8: repeats: "),
    ],
)  # fmt: skip
def test_faults_have_their_line(tmp_path: Path, text: str, said: str) -> None:
    told = fault_of(tmp_path, text)
    assert said in told, told


def test_others_may_not_read_it_and_it_shows_no_secret(tmp_path: Path) -> None:
    file = write_channels(tmp_path, channels_text(80))
    assert SECRET not in repr(load_channels(file))
    file.chmod(0o644)
    with pytest.raises(ChannelsFault, match="chmod 600"):
        load_channels(file)


FEED = """
feeds:
  bureau:
    kind: gat1400
    url: http://127.0.0.1:PORT/
    user: sc
    password: open sesame
    unit: "320500000000"
    device: "32050000001190000001"
    subscription: "320500000000032026030109000000001"
    kinds: [door_forced]
    areas: [lakeside]
    enabled: true
    legal_basis: 公安机关数据接入协议 2026-12
"""


@pytest.mark.parametrize("line", ["legal_basis", "kinds", "areas", "subscription", "device"])
def test_a_feed_says_on_what_basis_and_what_of(tmp_path: Path, line: str) -> None:
    lines = [one for one in FEED.splitlines() if f"    {line}:" not in one]
    assert "feeds.bureau" in fault_of(tmp_path, channels_text(80, more="\n".join(lines)))


def test_a_feed_is_off_unless_it_is_switched_on(tmp_path: Path) -> None:
    text = channels_text(80, more=FEED.replace("    enabled: true\n", ""))
    assert load_channels(write_channels(tmp_path, text)).sender("feed:bureau") is None


async def test_the_police_platform_is_sent_an_object(
    open_scene: OpenScene, receiver: Receiver
) -> None:
    receiver.login = ("sc", "open sesame")
    receiver.answer = orjson.dumps(
        {"ResponseStatusListObject": {"ResponseStatusObject": [{"StatusCode": "0"}]}}
    )
    scene = open_scene(channels_text(receiver.port, " {}", FEED))
    scene.push()
    scene.push("a2", rule="tailgating")
    scene.push("a3", rule="duress", severity="red")
    await scene.turn()
    (request,) = receiver.requests
    assert request.path == "/VIID/SubscribeNotifications"
    assert request.headers["user-identify"] == "32050000001190000001"
    (told,) = orjson.loads(request.body)["SubscribeNotificationListObject"][
        "SubscribeNotificationObject"
    ]
    assert told["Title"] == "【橙】门被强开｜湖畔苑"
    assert told["TriggerTime"] == "20260301090000"
    assert (told["InfoIDs"], told["SubscribeID"]) == ("a1", "320500000000032026030109000000001")
    assert len(told["NotificationID"]) == 33
    assert scene.attempts()[0].code == "200/0"


def test_a_notification_has_an_id_of_its_own() -> None:
    ids = {notification_id("320500000000", "20260301090000", f"case {n}") for n in range(50)}
    assert len(ids) > 45
    body = notification(MESSAGE, NINE, "320500000000", "s")
    assert orjson.loads(body)["SubscribeNotificationListObject"]


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, {"ResponseStatusObject": {"StatusCode": 0, "StatusString": "OK"}}, (True, "200/0")),
        (200, {"ResponseStatusListObject": {"ResponseStatusObject": [
            {"StatusCode": 0}, {"StatusCode": 4, "StatusString": "bad"}]}}, (False, "200/0,4")),
        (200, {"ResponseStatusListObject": {"ResponseStatusObject": []}}, (False, "200/")),
        (200, [], (False, "200/?")),
        (500, {}, (False, "500")),
    ],
)  # fmt: skip
def test_what_the_platform_says(status: int, body: object, outcome: tuple[bool, str]) -> None:
    told = read_statuses(status, orjson.dumps(body))
    assert (told.ok, told.code) == outcome


# What a robot says


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b'{"errcode":0,"errmsg":"ok"}', Outcome(True, "200/0", "ok")),
        (200, b'{"errcode":310000,"errmsg":"keywords\\nnot"}',
         Outcome(False, "200/310000", "keywords")),
        (200, b"<html>proxy", Outcome(False, "200", "<html>proxy")),
        (502, b'{"errcode":0}', Outcome(False, "502/0", "")),
        (200, b"[]", Outcome(False, "200", "[]")),
    ],
)  # fmt: skip
def test_a_robot_that_refuses_did_not_deliver(status: int, body: bytes, expected: Outcome) -> None:
    assert read_errcode(status, body) == expected


@pytest.mark.parametrize(
    ("url", "host", "phones"),
    [
        ("dingtalk://abc123", "oapi.dingtalk.com", ("at", "atMobiles")),
        ("dingtalk://SEC1@abc123", "oapi.dingtalk.com", ("at", "atMobiles")),
        ("wecombot://0a1b2c3d-1111-2222-3333-444455556666", "qyapi.weixin.qq.com",
         ("text", "mentioned_mobile_list")),
    ],
)  # fmt: skip
def test_a_robot_calls_the_person_on_duty(
    monkeypatch: pytest.MonkeyPatch, url: str, host: str, phones: tuple[str, str]
) -> None:
    """Its server is not here: what would be posted to it is looked at on the way out."""
    from console.notify import robots
    from console.notify.addresses import AllowedHost, Target
    from console.notify.wire import Answer

    seen: list[tuple[str, str, bytes]] = []

    def post(target: Target, url: str, body: bytes, _headers: object) -> Answer:
        seen.append((target.host, url, body))
        return Answer(200, b'{"errcode":0,"errmsg":"ok"}')

    monkeypatch.setattr(robots, "post", post)
    outcome = robots.send(url, ("13800000001",), (AllowedHost(host=host),), MESSAGE)
    assert outcome == Outcome(True, "200/0", "ok")
    ((asked, sent_to, body),) = seen
    assert asked == host
    assert f"https://{host}/" in sent_to
    assert ("sign=" in sent_to) is ("SEC1" in url)
    told = orjson.loads(body)
    assert told[phones[0]][phones[1]] == ["13800000001"]
    assert told["text"]["content"].splitlines() == [
        "【红】胁迫｜湖畔苑", "编号 a1b2c3d4", "https://office.example/m/cases/a1",
    ]  # fmt: skip


# Mail, over a real connection


def mail_text(port: int) -> str:
    channel = """
  mail:
    kind: apprise
    url: "mailto://office.example:PORT?smtp=127.0.0.1&from=desk@office.example"
"""
    return channels_text(port, channel)


async def test_mail_goes_to_the_address_of_the_person(
    open_scene: OpenScene, mailbox: Mailbox
) -> None:
    scene = open_scene(mail_text(mailbox.port))
    scene.person("wang")
    scene.duty(Shift(person="wang", duty="police", part="00:00-24:00"))
    scene.reach("wang", "mail", "wang@police.example")
    scene.push()
    await scene.turn()
    ((to, letter),) = mailbox.letters
    assert [line.lower() for line in to] == ["rcpt to:<wang@police.example>"]
    assert "wang@police.example" not in str(scene.rows()) + str(scene.attempts())
    assert scene.attempts()[0].code == "accepted"
    assert "Subject:" in letter


async def test_mail_that_is_refused_says_so(open_scene: OpenScene, mailbox: Mailbox) -> None:
    mailbox.refuses = "550 no such user"
    scene = open_scene(mail_text(mailbox.port))
    scene.person("wang")
    scene.duty(Shift(person="wang", duty="police", part="00:00-24:00"))
    scene.reach("wang", "mail", "wang@police.example")
    scene.push()
    await scene.turn()
    (attempt_made,) = scene.attempts()
    assert (attempt_made.outcome, attempt_made.code) == ("refused", "failed")
    assert not mailbox.letters


# Places that were allowed and lead elsewhere


def test_a_host_that_leads_inside_is_refused_when_it_is_used(tmp_path: Path) -> None:
    text = channels_text(80).replace(", addresses: [127.0.0.0/8]", "")
    book = load_channels(write_channels(tmp_path, text))
    outcome = attempt(book, book.channels["hook"], PARCEL)
    assert (outcome.ok, outcome.code, outcome.final) == (False, "not_allowed", True)
    assert "not public" in outcome.line


def test_a_port_where_nobody_answers_is_an_outcome(tmp_path: Path) -> None:
    book = load_channels(write_channels(tmp_path, channels_text(9)))
    outcome = attempt(book, book.channels["hook"], PARCEL)
    assert (outcome.ok, outcome.code, outcome.final) == (False, "no_answer", False)


# Small things


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("门被强开", "门被强开"),
        ("a\nb\tc", "a b c"),
        ("<b>@all</b> [x](http://e)", "b all /b x (http e)"),
        ("\u202egpj.exe\u200b", "gpj.exe"),
        ("长" * 99, "长" * 40),
    ],
)
def test_names_are_made_harmless(text: str, expected: str) -> None:
    assert harmless(text) == expected


def test_the_signature_is_the_documented_one() -> None:
    """A known answer, computed with `openssl dgst -sha256 -hmac`."""
    assert signature("0123456789abcdef", "1772326800", b'{"number":"1"}') == KNOWN


KNOWN = "v1=fd6d409af21f782553737dab8a7bb806f7323dac56cc87386cfb97809731b20f"


def test_one_line_is_one_line() -> None:
    assert one_line("\n a\x00b \nc") == "a b"
    assert one_line("") == ""


def test_the_list_of_schemas_is_closed() -> None:
    assert set(SCHEMAS) == {
        "dingtalk", "wecombot", "mailto", "mailtos", "smseagle", "smseagles",
    }  # fmt: skip
