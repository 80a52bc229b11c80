"""UniFi Protect: see README.md in this folder."""
