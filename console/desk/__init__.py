"""Plain pages at the desk: the register, accounts and teams, and one's own account."""
