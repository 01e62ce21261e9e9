"""Sync as code: rules checked, planned, previewed and applied exactly once."""
