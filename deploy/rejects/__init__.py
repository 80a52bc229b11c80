"""The commands for messages that were not understood: `rejected list`, `show`, `redrive`."""
