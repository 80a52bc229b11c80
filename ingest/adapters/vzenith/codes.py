"""The numbers of Vzenith's protocols: plates, vehicles, triggers, inputs.

From the maker's HTTP push document (code tables of chapter 3) and its MQTT document 1.1.x.
"""

PLATE_COLOURS = {1: "blue", 2: "yellow", 3: "white", 4: "black", 5: "green", 6: "yellow-green"}

PLATE_TYPES = {
    1: "blue", 2: "black", 3: "yellow", 4: "yellow_double", 5: "police", 6: "armed_police",
    7: "personal", 8: "military", 9: "military_double", 10: "embassy", 11: "hong_kong", 12: "farm",
    13: "training", 14: "macau", 15: "armed_police_double", 16: "armed_police_headquarters",
    17: "armed_police_headquarters_double", 18: "aviation", 19: "new_energy",
    20: "new_energy_large", 21: "emergency", 22: "consulate", 23: "standard_fuel",
    24: "standard_new_energy", 25: "airport", 26: "foreign", 29: "fake", 30: "logo", 31: "none",
}  # fmt: skip

CAR_COLOURS = {
    0: "white", 1: "silver", 2: "yellow", 3: "pink", 4: "red", 5: "green", 6: "blue", 7: "brown",
    8: "black",
}  # fmt: skip

CAR_TYPES = {
    1: "sedan", 2: "suv", 3: "mpv", 4: "minibus", 5: "bus", 6: "light_truck", 7: "truck",
}  # fmt: skip

TRIGGERS = {
    1: "auto", 2: "input", 4: "software", 8: "virtual_loop", 64: "stays", 65: "stays_no_more",
    66: "turned_back",
}  # fmt: skip

INPUTS = {0: "1", 1: "2", 2: "3", 3: "4", 4: "tcp"}
"""`source` counts wired inputs from 0; 4 is a trigger that came over the network."""

INPUT_VALUES = {0: "input.cleared", 1: "input.activated", 2: "input.activated"}
"""Off, on, and a pulse: on and off again."""

GATES = {0: "barrier.closed", 1: "barrier.opened"}
