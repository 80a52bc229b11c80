"""See rule.py."""
