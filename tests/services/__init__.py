"""Real Kafka, InfluxDB, mosquitto, PostgreSQL and Chromium for the tests, with no container engine.

A test double agrees with whatever we believed when we wrote it; the real service does not. Each
module here has a `prepare()` that fetches or builds one service into the user's cache, and a
`start(data)` that runs it on free loopback ports and answers a handle with its address. See
`python -m tests.services --help`, and `fixtures.py` for pytest.
"""
