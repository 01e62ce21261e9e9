"""Zoho Books, API v3, as far as record sync uses it."""
