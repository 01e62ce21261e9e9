"""Revisions of the state."""
