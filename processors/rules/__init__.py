"""One folder per situation: rule.py, README.md for the officer, scenarios. Found by scanning."""
