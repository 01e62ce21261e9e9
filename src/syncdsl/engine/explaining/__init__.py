"""Explaining: why a record is as it is, and what keeps something from being done about it. Decides nothing."""
