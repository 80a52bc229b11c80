"""An independent oracle: months of an estate, what was made to happen in them, and a score.

The simulated world (all but `judge.py` and the commands) knows the schemas, the simulated devices
and the catalogue of situations. It knows no rule: what it says is true, it says of the world.
"""
