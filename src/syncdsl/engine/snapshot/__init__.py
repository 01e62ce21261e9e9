"""Observation snapshots: all that a preview rests on, in one file, and previews made of it."""
