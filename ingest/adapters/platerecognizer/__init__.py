"""Plate Recognizer Stream and Snapshot webhooks."""
