"""The outbox: what changed a judgement, on its way from the database into the log of its estate."""
