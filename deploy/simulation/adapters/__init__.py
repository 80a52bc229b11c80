"""The simulated estate's own adapters, as an operator's folder: give it with `--adapters`."""

from pathlib import Path

FOLDER = Path(__file__).parent
