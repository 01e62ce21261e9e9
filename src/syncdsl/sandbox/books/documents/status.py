"""The status a document shows: the one it was given, or the one the calendar has made of it.

A document does not count as modified when a date passes: its stamp stays, as in the real system (assumed).
"""

from datetime import date

from syncdsl.sandbox.books.documents.kind import Kind
from syncdsl.sandbox.store import Clause, Record


def shown_status(kind: Kind, record: Record, today: date) -> str:
    """Return the status of a document on a day."""
    lapse = kind.lapse
    if lapse is not None and record.status in lapse.sources and _passed(record, lapse.date, today):
        return lapse.status
    return record.status


def status_clause(kind: Kind, word: str, today: date) -> Clause:
    """Return the condition that a document shows a status, or one of the group that the word stands for."""
    if word in kind.groups:
        return _among(kind.groups[word])
    if kind.lapse is None:
        return Clause("status = ?", (word,))
    sources = _among(sorted(kind.lapse.sources))
    value = f"json_extract(record.document, '$.{kind.lapse.date}')"
    lapsed = f"({sources.sql} AND coalesce({value}, '') > '' AND {value} < ?)"
    parameters = (*sources.parameters, today.isoformat())
    if word == kind.lapse.status:
        return Clause(lapsed, parameters)
    return Clause(f"status = ? AND NOT {lapsed}", (word, *parameters))


def any_status(kind: Kind, words: tuple[str, ...], today: date) -> Clause:
    """Return the condition that a document shows one of some statuses; none of them asks for nothing."""
    clauses = [status_clause(kind, word, today) for word in words]
    sql = " OR ".join(f"({clause.sql})" for clause in clauses) or "1"
    return Clause(sql, tuple(parameter for clause in clauses for parameter in clause.parameters))


def _passed(record: Record, name: str, today: date) -> bool:
    value = str(record.document.get(name) or "")
    return bool(value) and value < today.isoformat()


def _among(statuses: list[str] | tuple[str, ...]) -> Clause:
    return Clause(f"status IN ({','.join('?' * len(statuses))})", tuple(statuses))
