"""The interpreter: one for preview and apply, which differ only in the sink."""
