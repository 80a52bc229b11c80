"""GA/T 1400 objects: see README.md in this folder."""
