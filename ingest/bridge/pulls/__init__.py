"""Devices that tell what happened only to those who ask: each way of asking is one module."""
