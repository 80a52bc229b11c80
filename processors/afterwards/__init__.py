"""Late events and backlogs, judged by the back-test once they have all come."""
