"""Frigate's labels and our kinds of objects."""

_KINDS = {
    "car": "vehicle", "truck": "vehicle", "bus": "vehicle", "van": "vehicle",
    "backpack": "bag", "handbag": "bag", "suitcase": "bag",
}  # fmt: skip
VERIFIED = "-verified"
"""A review item writes this behind a label once the object was recognised."""


def kind_of(label: str | None) -> str | None:
    """Our word for a label; a label without one stands for itself."""
    if label is None:
        return None
    plain = label.removesuffix(VERIFIED)
    return _KINDS.get(plain, plain)
