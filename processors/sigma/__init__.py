"""Operators' own rules: documents in Sigma's correlation words, made into rules like any other.

Pure. What a document may say stands in `schemas.operator_rule`.
"""
