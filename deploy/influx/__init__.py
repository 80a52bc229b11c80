"""InfluxDB's buckets and tasks."""
