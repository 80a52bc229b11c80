"""What we know of Faust 0.15.3 and do not depend on; a change of it must be seen."""

import importlib.metadata
from types import SimpleNamespace

from faust.transport.consumer import Consumer
from faust.types import TP


def test_the_version_is_pinned() -> None:
    assert importlib.metadata.version("faust-streaming") == "0.15.3"


def test_a_gap_before_the_acked_run_is_skipped_so_we_ack_in_order_only() -> None:
    """The off-by-one of `_new_offset`: 14 committed, only 15 acked, and 16 is committed."""
    spot = TP("t", 0)

    known = SimpleNamespace(
        _acked={spot: [15]}, _committed_offset={spot: 14}, _gap={spot: None},
        _acked_index={spot: {15}},
    )  # fmt: skip
    assert Consumer._new_offset(known, spot) == 16
