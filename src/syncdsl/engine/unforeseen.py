"""What an apply may do and its preview cannot show: it is said, and never counted as nothing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from syncdsl.changes.change_set import Unpreviewed
from syncdsl.engine.operations import CreateDocument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.engine.context import Context


def unforeseen(context: Context) -> tuple[Unpreviewed, ...]:
    """Return what follows from the changes of a context and is known only once they are made."""
    return tuple(_written_back(context))


def _written_back(context: Context) -> Iterator[Unpreviewed]:
    """Yield what new documents write back to their records: the other system makes it, such as their numbers."""
    made = Counter(item.document.name for item in context.operations if isinstance(item, CreateDocument))
    for name, count in sorted(made.items()):
        document = context.plan.documents[name]
        if not document.write_backs:
            continue
        record = context.plan.records[document.record].endpoint
        fields = ", ".join(f"`{assignment.target}`" for assignment in document.write_backs)
        yield Unpreviewed(
            rule=name,
            location=document.location,
            text=f"{fields} of {record.connection}.{record.module}, written back once the documents are made",
            count=count,
        )
