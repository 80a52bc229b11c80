"""Dahua traffic cameras that post their plates by ITSAPI."""
