"""What became of messages that were not understood: listed, shown to whom may see, re-driven."""
