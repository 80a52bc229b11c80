"""The one-command stack: every part on one machine, with nothing installed but Python.

The README of this folder says what the pieces are and what a crash of each may cost.
"""
