"""`smart-community adapters`: a new folder whose case fails, the running of cases, the lists."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.cli import build_app
from ingest.catalogue import SHIPPED, Catalogue, load_adapter, load_catalogue
from ingest.generic.schema import NOT_FROM_DEVICES
from ingest.kit.cases import Case, CaseFault, cases_of
from ingest.kit.checks import adapter_faults, case_faults, differences
from ingest.kit.docs import DOCUMENTS, with_table
from ingest.kit.known import known_forms
from ingest.kit.samples import guess, list_in, repeating, samples_of, time_form
from ingest.kit.table import rows_of, type_lines
from schemas.event_data import EventData
from tests.ingest.cases import adapters, shipped

JSON = b'{"unit":"P-07","rows":[{"Idx":8,"When":"2026/03/01 08:00:05","ev":"OK","badge":"551002"}]}'
CSV = b"01.03.2026 08:00:00;P7;SMY1234;E;93\n"
LINES = b"evt=12\tdoor=1\tcard=10020\tts=1772323200\n"
TOPIC = "portalis/P-07/journal"


def run(*words: str | Path) -> Result:
    argv = ["adapters", *map(str, words)]
    return CliRunner().invoke(build_app(), argv, catch_exceptions=False)


def begin(folder: Path, payload: bytes, *more: str) -> Path:
    """A new adapter with a message of the device; its folder."""
    folder.mkdir(exist_ok=True)
    (folder / "message").write_bytes(payload)
    made = run("new", "portalis_gate", "--folder", folder, "--message", folder / "message",
               "--topic", TOPIC, *more)  # fmt: skip
    assert made.exit_code == 0, made.output
    return folder / "portalis_gate"


# A new one


@pytest.mark.parametrize(
    ("payload", "more", "why"),
    [
        (JSON, (), "knows $.rows[0].ev = 'OK' (but the-word-that-stands-there); add one under"),
        (CSV, (), "knows line 1, c1 = '01.03.2026 08:00:00'"),
        (LINES, (), "knows record 1, evt = '12'"),
        (b'{"event":"pass"}', ("--python",), "event 'pass' is not known (in the message: $.event)"),
        (b"<a><b>1</b></a>", ("--python",), "is not JSON"),
        (b"\xff\xd8\x00", ("--python",), "is not JSON"),
    ],
)
def test_the_first_case_fails_and_says_what_to_fill_in(
    tmp_path: Path, payload: bytes, more: tuple[str, ...], why: str
) -> None:
    folder = begin(tmp_path, payload, *more)
    found = run("test", folder)
    assert found.exit_code == 1
    assert "FAIL   portalis_gate/first" in found.output
    assert why in found.output
    (case,) = cases_of(load_adapter(folder))
    assert case.payload.split() == payload.split() or json.loads(case.payload) == json.loads(
        payload
    )


def test_a_recording_gives_a_case_for_each_kind_of_message(tmp_path: Path) -> None:
    recording = tmp_path / "gate.ndjson"
    bodies = [{"ev": "OK", "n": 1}, {"ev": "OK", "n": 2}, {"ev": "NO WAY", "n": 3},
              {"ev": "OK", "n": 4, "mask": 1}]  # fmt: skip
    lines = [json.dumps({"topic": f"p/{n}", "received_at": "2026-03-01T00:00:00Z", "payload": body})
             for n, body in enumerate([*map(json.dumps, bodies), '{"ev": '])]  # fmt: skip
    recording.write_text("\n".join(lines))
    run("new", "portalis_gate", "--folder", tmp_path, "--message", recording)
    cases = {case.folder.name: case for case in cases_of(load_adapter(tmp_path / "portalis_gate"))}
    assert set(cases) == {"first", "no_way", "ok", "kind_4"}
    assert json.loads(cases["ok"].payload) == bodies[3]
    assert cases["kind_4"].payload == b'{"ev": '
    assert cases["no_way"].spec["topic"] == "p/2"


def test_without_a_message_it_begins_with_an_example(tmp_path: Path) -> None:
    made = run("new", "portalis_gate", "--folder", tmp_path)
    assert f"smart-community adapters test {tmp_path / 'portalis_gate'}" in made.output
    assert run("test", tmp_path).exit_code == 1


def test_its_names_and_guesses_stand_in_comments(tmp_path: Path) -> None:
    text = (begin(tmp_path, JSON) / "adapter.yaml").read_text(encoding="utf-8")
    assert 'each: "$.rows"' in text
    assert '# time: {from: "@.When", as: "%Y/%m/%d %H:%M:%S"}' in text
    assert '# subject: "@.badge"' in text
    assert '#   $.unit                       "P-07"' in text


@pytest.mark.parametrize(
    ("words", "mend"),
    [
        (("new", "Acme Gate"), "small letters, digits and underscores"),
        (("new", "esp_rfid"), "there is one of this name already"),
        (("new", "acme_gate", "--message", "{tmp}/nowhere"), "check its name and rights"),
        (("new", "acme_gate", "--message", "{tmp}/body.xml"), "so give --python"),
        (("new", "acme_gate", "--message", "{tmp}/body.parts"), "so give --python"),
        (("new", "acme_gate", "--message", "{tmp}/bad.ndjson"), "line 1: is not JSON"),
        (("new", "acme_gate", "--message", "{tmp}/none.ndjson"), "holds no message"),
        (("test", "{tmp}"), "holds no adapter.yaml"),
        (("test", "{tmp}/nowhere"), "is no folder"),
        (("list", "--markdown", "fr"), "is neither en nor zh"),
        (("types", "moon"), "no event type begins so"),
    ],
)
def test_faults_are_one_line_and_status_2(
    tmp_path: Path, words: tuple[str, ...], mend: str
) -> None:
    (tmp_path / "body.xml").write_text("<a/>")
    (tmp_path / "body.parts").write_text('--b\nContent-Type: text/json\n\n{"a":1}\n--b--\n')
    (tmp_path / "bad.ndjson").write_text("{")
    (tmp_path / "none.ndjson").write_text("\n")
    found = run(*(word.format(tmp=tmp_path) for word in words))
    assert found.exit_code == 2
    assert mend in found.output
    assert found.output.count("\n") == 1


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("2026-03-01T08:00:00Z", "iso"), ("2026-03-01 08:00:00", "iso"),
        ("20260301080000", "compact"), ("1772323200", "epoch_s"), ("1772323200123", "epoch_ms"),
        ("01.03.2026 08:00:00", '"%d.%m.%Y %H:%M:%S"'),
    ],
)  # fmt: skip
def test_how_a_time_is_written_is_guessed(value: str, form: str) -> None:
    (sample,) = samples_of(json.dumps({"t": value}).encode(), "json")
    assert time_form(sample) == form


def test_values_are_found_under_the_addresses_of_a_mapping() -> None:
    content = {"a": {"odd name": 1}, "l": [5], "rows": [{"x": True}, {"x": False}], "n": None}
    payload = json.dumps(content).encode()
    assert list_in(payload) == "$.rows"
    assert {sample.address: sample.value for sample in samples_of(payload, "json")} == {
        "$.a['odd name']": "1", "$.l[0]": "5", "@.x": "true", "$.n": "",
    }  # fmt: skip
    assert guess(samples_of(LINES, "lines"), "subject") == samples_of(LINES, "lines")[2]


def test_the_makes_word_is_found_by_its_coming_again() -> None:
    said = [
        {"did": ("GO", "STOP")[n % 2], "badge": f"A{n}", "door": 1, "x": "same"} for n in range(8)
    ]
    samples = [samples_of(json.dumps(content).encode(), "json") for content in said]
    assert repeating(samples) == "$.did"
    assert repeating(samples[:1]) is None


# Running cases


MAP = """
name: portalis_gate
title: Portalis gates
make: Portalis (invented)
evidence: B
topics: [portalis/+/journal]
topic_decides: true
map:
  format: lines
  device: topic[1]
  sequence: n
  events:
    - {when: {evt: 12}, type: access.granted}
    - {when: {evt: 0}, type: device.heartbeat}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An adapter of an operator's own, without cases."""
    found = tmp_path / "portalis_gate"
    found.mkdir()
    (found / "adapter.yaml").write_text(MAP, encoding="utf-8")
    return found


def add_case(folder: Path, name: str, payload: str, **more: object) -> Path:
    case = folder / "cases" / name
    case.mkdir(parents=True)
    content = {"topic": TOPIC, "received_at": "2026-03-01T00:00:00Z", "payload": payload} | more
    (case / "message.json").write_text(json.dumps(content), encoding="utf-8")
    return case


def faults(folder: Path, name: str) -> list[str]:
    catalogue = load_catalogue([folder])
    cases = cases_of(catalogue.adapters["portalis_gate"])
    return case_faults(next(case for case in cases if case.folder.name == name), catalogue)


def test_what_a_case_becomes_is_written_once_and_then_held(folder: Path) -> None:
    case = add_case(folder, "swipe", "evt=12\tn=1")
    add_case(folder, "strange", "evt=99\tn=2")
    assert run("test", folder).exit_code == 1

    written = run("test", folder, "--write")
    assert written.exit_code == 0, written.output
    assert "wrote  portalis_gate/swipe/expected.json: read it" in written.output
    assert json.loads((case / "expected.json").read_text())[0]["type"] == "access.granted"
    assert "knows record 1, evt = '99'" in (folder / "cases/strange/rejected.json").read_text()

    (folder / "adapter.yaml").write_text(MAP.replace("access.granted", "access.presented"))
    held = run("test", folder, "--write")
    assert held.exit_code == 1
    assert "[0].type is 'access.presented'; expected was 'access.granted'" in held.output


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("told = {}\n    return told['unit']", "codec.py:3: KeyError: 'unit'; mend it"),
        ("return reading_of(message)", "codec.py:2: NameError: name 'reading_of'"),
        ("return None", "decode answers None; return a list"),
    ],
)
def test_a_mistake_of_a_codec_is_told_with_its_line(folder: Path, body: str, said: str) -> None:
    spec = MAP.partition("map:")[0]
    (folder / "adapter.yaml").write_text(spec, encoding="utf-8")
    (folder / "codec.py").write_text(f"def decode(message):\n    {body}\n", encoding="utf-8")
    case = add_case(folder, "swipe", "evt=12")

    found = run("test", folder, "--write")
    assert found.exit_code == 1
    assert said in found.output
    assert not (case / "rejected.json").exists()


def test_a_wall_clock_time_without_a_zone_is_told(folder: Path) -> None:
    clock = "  time: {from: at, as: iso}\n"
    (folder / "adapter.yaml").write_text(MAP.replace("  events:", f"{clock}  events:"))
    add_case(folder, "bare", "evt=12\tn=1\tat=2026-03-01T08:00:00")
    zoned = {"timezone": "Asia/Shanghai"}
    add_case(folder, "zoned", "evt=12\tn=1\tat=2026-03-01T08:00:00", **zoned)
    assert any('put "timezone"' in fault for fault in faults(folder, "bare"))
    assert not any('put "timezone"' in fault for fault in faults(folder, "zoned"))
    assert run("test", folder, "--write").output.count('put "timezone"') == 1


def test_what_is_still_to_do_is_said(folder: Path) -> None:
    add_case(folder, "swipe", "evt=12\tn=1")
    (folder / "cases/empty").mkdir()
    told = " ".join(adapter_faults(load_adapter(folder)))
    for what in ("two cases or more", "a case that is rejected", "holds no message.json", "README"):
        assert what in told


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ([], "it becomes access.granted; expected were nothing"),
        ([{"type": "access.granted"}], "[0].source is '/"),
        (None, "--write puts it down"),
    ],
)
def test_a_case_that_does_not_hold_says_where(folder: Path, expected: object, said: str) -> None:
    case = add_case(folder, "swipe", "evt=12\tn=1")
    if expected is not None:
        (case / "expected.json").write_text(json.dumps(expected))
    assert said in " ".join(faults(folder, "swipe"))


def test_a_rejection_is_held_too(folder: Path) -> None:
    case = add_case(folder, "strange", "evt=99")
    (case / "rejected.json").write_text('{"reason": "is strange", "path": "record 1, evt"}')
    assert "expected was 'is strange'" in " ".join(faults(folder, "strange"))
    (case / "rejected.json").unlink()
    (case / "expected.json").write_text("[]")
    assert "is rejected: no entry of events" in " ".join(faults(folder, "strange"))
    (case / "message.json").write_text((case / "message.json").read_text().replace("99", "12"))
    (case / "expected.json").unlink()
    (case / "rejected.json").write_text("{}")
    assert "rejected.json says it is not understood" in " ".join(faults(folder, "strange"))


def test_another_form_must_have_the_id_of_its_twin(folder: Path) -> None:
    add_case(folder, "swipe", "evt=12\tn=1")
    twins = [
        ("same", "n=1\tevt=12", ""), ("other", "evt=12\tn=2", "has other ids"),
        ("broken", "evt=99", "one of them is rejected"),
    ]  # fmt: skip
    for name, payload, said in twins:
        add_case(folder, name, payload, same_as="swipe")
        run("test", folder, "--write")
        found = " ".join(faults(folder, name))
        assert said in found if said else not found
    add_case(folder, "orphan", "evt=12", same_as="nobody")
    assert "is no case of this adapter" in " ".join(faults(folder, "orphan"))


def test_a_device_without_time_and_number_sends_again_with_the_same_id(folder: Path) -> None:
    """Cases are read at one receipt; what changes with it is for `devices prove` to say."""
    add_case(folder, "swipe", "evt=12")
    run("test", folder, "--write")
    assert faults(folder, "swipe") == []


def test_an_adapter_that_another_one_claims_from_is_told(folder: Path) -> None:
    add_case(folder, "swipe", "evt=12\tn=1")
    catalogue = load_catalogue([folder])
    own = catalogue.adapters["portalis_gate"]
    twin = Catalogue(catalogue.adapters | {"twin": own})
    (case,) = cases_of(own)
    run("test", folder, "--write")
    assert "is not chosen by topic and content: several adapters" in " ".join(
        case_faults(case, twin)
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"topic": None}, "lacks topic"), ({"colour": 1}, "message.json has colour"),
        ({"payload_base64": "eA=="}, "it has 2"), ({"received_at": "noon"}, "received_at"),
        ({"payload": None, "payload_file": "gone"}, "cannot be read"),
        ({"timezone": "Moon"}, "timezone"), ({"site": {"estates": 1}}, "site"),
    ],
)  # fmt: skip
def test_a_case_that_is_badly_written_says_how_to_mend_it(
    folder: Path, change: dict[str, object], said: str
) -> None:
    case = add_case(folder, "swipe", "evt=12")
    content = json.loads((case / "message.json").read_text()) | change
    content = {name: value for name, value in content.items() if value is not None}
    (case / "message.json").write_text(json.dumps(content))
    try:
        told = " ".join(faults(folder, "swipe"))
    except CaseFault as error:
        told = str(error)
    assert said in told
    assert run("test", folder).exit_code in (1, 2)


def test_a_message_that_is_no_json_is_a_fault(folder: Path) -> None:
    case = add_case(folder, "swipe", "x")
    for text in ("{", "[]"):
        (case / "message.json").write_text(text)
        with pytest.raises(CaseFault, match=r"message\.json"):
            cases_of(load_adapter(folder))


def test_shipped_adapters_can_be_run_by_their_folder() -> None:
    found = run("test", SHIPPED / "generic_reader_lines")
    assert found.exit_code == 0, found.output
    assert "good   generic_reader_lines/bad_time" in found.output


def test_differences_end() -> None:
    many = list(differences([{"a": n} for n in range(9)], [{"a": n + 1} for n in range(9)], ""))
    assert len(many) == 6
    assert many[-1] == "and more"
    assert list(differences({"a": [1]}, {"a": [1]}, "")) == []


# Lists


def test_the_list_has_every_adapter_with_grade_and_cases() -> None:
    told = run("list").output
    for adapter in adapters():
        (line,) = [row for row in told.splitlines() if row.split()[:1] == [adapter.spec.name]]
        assert line.split()[1:4] == [adapter.spec.evidence, str(len(cases_of(adapter))), "cases"]


def test_own_adapters_are_listed_with_the_shipped(folder: Path) -> None:
    assert "portalis_gate" in run("list", "--adapters", folder).output


@pytest.mark.parametrize("adapter", adapters(), ids=lambda adapter: adapter.spec.name)
def test_an_adapter_says_in_both_languages_what_it_understands(adapter: object) -> None:
    rows = {lang: rows_of([adapter], lang) for lang in DOCUMENTS}  # type: ignore[list-item]
    assert rows["zh"][0].title != rows["en"][0].title
    assert rows["en"][0].ways


@pytest.mark.parametrize("lang", DOCUMENTS)
def test_the_table_goes_between_its_marks(lang: str) -> None:
    text = with_table("head\n<!-- adapters -->\nworn out\n<!-- end of adapters -->\ntail\n", lang)
    assert text.startswith("head\n<!-- adapters -->\n\n| ")
    assert text.endswith("\n<!-- end of adapters -->\ntail\n")
    assert "worn out" not in text
    assert text.count("\n| [`") == len(shipped().adapters)
    assert with_table(text, lang) == text


def test_the_types_are_those_of_devices_with_their_fields() -> None:
    told = [line.split()[0] for line in type_lines() if not line.startswith(" ")]
    assert set(told) == set(EventData.TYPES) - NOT_FROM_DEVICES
    access = run("types", "access.denied").output
    assert "reason: unknown_credential, no_permission" in access
    assert "person: str" in access


def plain(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("width", [None, 200, 100, 80, 40, 20])
def test_the_types_are_told_whole_however_narrow_it_is(width: int | None) -> None:
    lines = type_lines("", width)
    assert plain(" ".join(lines)) == plain(" ".join(type_lines()))
    longest = max(max(map(len, line.split())) for line in lines)
    if width is not None:
        assert max(map(len, lines)) <= max(width, 26 + longest)
    for data in (EventData.TYPES["access.denied"], EventData.TYPES["person.counted"]):
        assert plain(data.__doc__ or "") in plain(" ".join(lines))


def test_in_a_pipe_each_text_stands_on_one_line() -> None:
    assert run("types").output.splitlines() == type_lines()


def test_a_case_is_named_by_its_adapter_and_folder(folder: Path) -> None:
    assert Case("a", folder / "cases/b", {}).name == "a/b"


def test_known_forms_are_those_of_cases_that_become_events(folder: Path) -> None:
    for name, payload in (("swipe", "evt=12\tn=1"), ("strange", "evt=99"), ("gone", "evt=12")):
        add_case(folder, name, payload)
    run("test", folder, "--write")
    broken = folder / "cases/gone/message.json"
    told = {"topic": TOPIC, "received_at": "2026-03-01T00:00:00Z", "payload_file": "gone.txt"}
    broken.write_text(json.dumps(told))
    (known,) = known_forms([load_adapter(folder)])
    assert (known.adapter, known.case) == ("portalis_gate", "swipe")
    assert list(known.form.names) == ["evt", "n"]
