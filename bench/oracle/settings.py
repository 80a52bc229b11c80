"""What an operator of the oracle's estate sets: what is shipped off, and shorter months."""

from typing import Any

RULES: dict[str, dict[str, Any]] = {
    "impossible_travel": {"enabled": True},
    "shared_credential": {"enabled": True},
    "abandoned_vehicle": {"stay_d": 12},
    "overstay": {"forget_d": 12},
    "crowd": {"people_min": 30},
    "homes": {"vacant_d": 20},
}
"""An abandoned vehicle stands for 12 days here and an empty home is empty after 20, so that a month
can hold several."""
