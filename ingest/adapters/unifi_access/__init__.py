"""UniFi Access: see README.md in this folder."""
