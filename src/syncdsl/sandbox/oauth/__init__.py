"""Zoho Accounts, as far as the two systems need it: OAuth codes, tokens and scopes."""

from syncdsl.sandbox.oauth.accounts import Accounts
from syncdsl.sandbox.oauth.tokens import Tokens

__all__ = ["Accounts", "Tokens"]
