"""The search call: criteria in a notation of their own, addresses, numbers and words, over an index that may lag."""

from syncdsl.sandbox.crm.search.searching import Searching

__all__ = ["Searching"]
