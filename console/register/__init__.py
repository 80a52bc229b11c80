"""The register (一标三实): homes, credentials, permits and what else changes a judgement, as people
keep it.

Clear values are sealed before they reach the database; each change is written down with who, when
and why, and goes through the outbox into the log of its estate.
"""
