"""Dashboards on the declared measurements, written as code and kept as JSON."""
