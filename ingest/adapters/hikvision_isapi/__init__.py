"""Hikvision devices that speak ISAPI: see README.md in this folder."""
