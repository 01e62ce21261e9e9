"""Types, values, canonical forms, and the schemas of connected systems."""
