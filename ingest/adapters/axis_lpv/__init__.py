"""AXIS License Plate Verifier: see README.md in this folder."""
