"""The audit log: who did what to whose data, when and why; each entry seals all before it."""
