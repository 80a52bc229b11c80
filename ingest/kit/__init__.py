"""The kit for whoever hooks in a new make: cases, their checks, a folder to begin with, a list."""
