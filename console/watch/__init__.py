"""Watch entries: what the police look for, with a case, a legal basis, two names and an end."""
