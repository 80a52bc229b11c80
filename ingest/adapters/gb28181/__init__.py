"""GB/T 28181 alarms and status: see README.md in this folder."""
