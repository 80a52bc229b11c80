"""Huaxia Zhixin parking cameras that post forms over HTTP."""
