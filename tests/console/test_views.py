"""Views on the wire."""

import pytest

from schemas.events import EventError
from schemas.views import View, decode_view, encode_view, view_key
from tests.console.samples import device, gateway_input, rule


@pytest.mark.parametrize(
    ("view", "key"),
    [
        (device(skew_s=-2.5, not_judged=("door_held",)), "device/lakeside/north-panel"),
        (gateway_input(), "input/lakeside"),
        (rule("duress"), "rule/duress"),
    ],
)
def test_a_view_survives_the_wire_under_its_key(view: View, key: str) -> None:
    assert decode_view(encode_view(view)) == view
    assert view_key(view) == key


def test_times_are_rfc_3339_on_the_wire() -> None:
    assert b'"ticked_at":"2026-03-01T01:00:00.000Z"' in encode_view(gateway_input())


@pytest.mark.parametrize("raw", [b"{}", b'{"view":"weather"}', b"x", b'{"view":"rule","rule":"a"}'])
def test_what_is_no_view_is_refused_with_the_place_of_the_fault(raw: bytes) -> None:
    with pytest.raises(EventError, match=r"^[a-z.]+: "):
        decode_view(raw)
