"""Cases in the database: opened by alerts and reports, moved by acts, passed up by the clock."""
