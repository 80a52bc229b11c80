"""What the console tells Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

ALERTS = Counter("console_alerts", "Alert revisions that were news", ["severity", "delivery"])
UNREADABLE = Counter("console_unreadable", "Records that could not be read")
BEHIND = Gauge("console_behind_records", "Records that stand in the log and are not yet taken in")
UP = Gauge("console_stream_up", "1 while the log can be read")
FEED = Gauge("console_feed_alerts", "Alerts in sight")
TAKEN = Histogram(
    "console_taken_seconds", "From an alert's record being written to its being kept and told",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
)  # fmt: skip
OUTBOX = Gauge("console_outbox_waiting", "Changes that are not known to stand in the log")
WRITTEN = Counter("console_outbox_events", "Changes and announcements written to the log")
ACTS_WAITING = Gauge("console_acts_waiting", "Acts that are not known to stand in the log")
ACTS_SENT = Counter("console_acts_sent", "Acts written to the log")
NOTICES = Counter("console_notices", "Messages to people that were tried", ["channel", "outcome"])
NOTICES_WAITING = Gauge("console_notices_waiting", "Acts and messages that nobody was told of yet")
NOBODY_TOLD = Counter("console_nobody_told", "Rings for which nobody was on duty, or reachable")
CHANNEL_UP = Gauge("console_channel_up", "0 while a channel fails again and again", ["channel"])
CASES_MOVED = Counter("console_cases_moved", "Cases that the clock passed up or took off a shelf")
