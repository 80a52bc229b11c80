"""Hooking devices in: their passwords, what to type into their pages, and walking the estate."""
