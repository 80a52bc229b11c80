"""The pure heart: what a rule is, how inputs are ordered, and how a log becomes alerts.

Nothing in here reads a clock, a socket, a file or a random number. Given the same log it says the
same, whatever the order of arrival within the lateness, however often it is interrupted.
"""
