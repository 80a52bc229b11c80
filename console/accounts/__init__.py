"""Accounts: who comes in, as what, for which area, and how that is made sure of."""
