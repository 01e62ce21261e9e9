"""What every HTTP adapter shares: hosts, tokens, retries, rate limits, exact JSON, redaction."""
