"""Dahua access terminals behind a bridge on the maker's network library."""
