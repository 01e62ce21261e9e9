"""Which operations cannot come about without others of the same change set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.operations import ActOnDocument, CreateDocument, CreateRecord

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from syncdsl.engine.operations import Operation


def dependents(operations: Collection[Operation], gone: Collection[Operation]) -> Iterator[Operation]:
    """Yield the operations that cannot come about without those that are `gone`.

    They refer to a record that is not made then, or act on a document that is not.
    """
    missing = {source for operation in gone if (source := makes(operation)) is not None}
    documents = {_document(operation) for operation in gone if isinstance(operation, CreateDocument)}
    out = {id(operation) for operation in gone}
    found = True
    while found:
        found = False
        for operation in operations:
            if id(operation) in out:
                continue
            waits = isinstance(operation, CreateRecord | CreateDocument) and missing.intersection(
                operation.effect.waits_for
            )
            if not waits and not (isinstance(operation, ActOnDocument) and _document(operation) in documents):
                continue
            found = True
            out.add(id(operation))
            if (source := makes(operation)) is not None:
                missing.add(source)
            if isinstance(operation, CreateDocument):
                documents.add(_document(operation))
            yield operation


def makes(operation: Operation) -> tuple[str, str, str] | None:
    """Return the record whose partner an operation makes."""
    if not isinstance(operation, CreateRecord):
        return None
    source = operation.effect.source
    return source.connection, source.module, source.id or ""


def _document(operation: CreateDocument | ActOnDocument) -> tuple[str, str, int]:
    number = operation.effect.instance if isinstance(operation, CreateDocument) else operation.number
    return operation.document.name, operation.source.id, number
