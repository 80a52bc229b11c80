"""The scenarios of the shipped rules; how one is read and run stands in `processors.scenarios`."""

from processors.core.machine import Output
from processors.rules.catalogue import rule_folders
from processors.scenarios import (
    ESTATE,
    START_MS,
    Scenario,
    activation,
    build,
    differences,
    estate_config,
    load_scenario,
    plate_ref,
    scenario_files,
)

__all__ = [
    "ESTATE", "FILES", "KINDS", "NAMES", "START_MS", "Scenario", "activation", "build", "check",
    "estate_config", "load_scenario", "plate_ref",
]  # fmt: skip
KINDS = (
    "fires_inside_window",
    "silent_outside_window",
    "reversed_order",
    "same_subject_other_place",
    "other_subject_same_place",
    "duplicate_delivery",
    "deadline_alone",
)
FILES = [file for folder in rule_folders() for file in scenario_files(folder)]
NAMES = [f"{file.parent.parent.name}/{file.stem}" for file in FILES]


def check(scenario: Scenario, out: Output) -> None:
    """What came out for this rule is exactly what the scenario expects."""
    assert not list(differences(scenario, out)), scenario.about
