"""Effects, change sets and guards."""
