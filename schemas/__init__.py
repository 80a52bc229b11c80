"""The words all parts share: events, places, the register, alerts, acts, topics, measurements."""
