"""Related lists: what belongs to a record, described by metadata and read, and for contact roles written, over it."""

from syncdsl.sandbox.crm.related.lists import RelatedList, related_lists
from syncdsl.sandbox.crm.related.relating import Relating

__all__ = ["RelatedList", "Relating", "related_lists"]
