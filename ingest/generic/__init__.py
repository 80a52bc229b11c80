"""The mapping an operator writes without Python: its schema, and the codec made of it."""

from ingest.generic.codec import generic_codec
from ingest.generic.schema import GenericMap

__all__ = ["GenericMap", "generic_codec"]
