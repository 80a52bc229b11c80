"""Shelly: see README.md in this folder."""
