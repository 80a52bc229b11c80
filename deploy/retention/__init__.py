"""How long what is kept, in every store: one table, the jobs that keep it, and backups."""
