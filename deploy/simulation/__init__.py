"""A seeded estate: its people and vehicles, a day of incidents, and the truth about them.

Everything but `publish`, `runner` and `cli` is pure: the same seed gives the same bytes, and no
module but those three knows a clock, a socket or a file.
"""
