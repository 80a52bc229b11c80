"""Hikvision iSecure Center, the platform: see README.md in this folder."""
