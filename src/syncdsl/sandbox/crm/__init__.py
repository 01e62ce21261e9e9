"""Zoho CRM, API v8, as far as record sync uses it."""
