"""Telling people: who is told of a case, by what, and the proof of it."""
