"""What lists of documents can be asked for (Zoho Books API v3, the query parameters of each list call)."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from syncdsl.sandbox.books import contact
from syncdsl.sandbox.books.body import amount
from syncdsl.sandbox.books.custom_fields import CUSTOM_FIELDS
from syncdsl.sandbox.books.documents.kind import Kind
from syncdsl.sandbox.books.documents.status import any_status, status_clause
from syncdsl.sandbox.books.documents.values import day
from syncdsl.sandbox.books.envelope import invalid_value
from syncdsl.sandbox.books.listing import Listing, containing
from syncdsl.sandbox.exchange import Call
from syncdsl.sandbox.store import Clause, Record, fold

DATE_VARIANTS = (("", "="), ("_start", ">="), ("_end", "<="), ("_before", "<"), ("_after", ">"))
AMOUNT_VARIANTS = (
    ("", "="),
    ("_less_than", "<"),
    ("_less_equals", "<="),
    ("_greater_than", ">"),
    ("_greater_equals", ">="),
)
LINE_TEXTS = {"item_id": "item_id", "item_name": "name", "item_description": "description"}
PARTNER = "CAST(json_extract(record.document, '$.partner_id') AS INTEGER)"
PARTNER_NAME = f"(SELECT fold(partner.name) FROM record AS partner WHERE partner.id = {PARTNER})"  # noqa: S608 - see PARTNER


def listing(kind: Kind, row: Callable[[Record], dict[str, Any]]) -> Listing:
    """Return how a kind of document is listed: newest first unless asked otherwise."""
    sorts = {
        "created_time": "created",
        "last_modified_time": "modified",
        kind.partner_name_key: PARTNER_NAME,
        "reference_number": text_of("reference_number"),
        "bcy_total": f"{number_of('total')} * {number_of('exchange_rate')}",
        **{name: number_of(name) for name in kind.amounts},
        **{name: f"coalesce({text_of(name)}, '')" for name in ("date", *kind.dates, *kind.sorts)},
        **{field.api_name: text_of(f"custom.{field.api_name}") for field in CUSTOM_FIELDS[kind.entity]},
    }
    texts = {
        kind.partner_name_key: PARTNER_NAME,
        kind.partner_key: text_of("partner_id"),
        "reference_number": text_of("reference_number"),
        "zcrm_potential_id": text_of("zcrm_potential_id"),
        **{name: text_of(name) for name in (*kind.sorts, *kind.references)},
    }
    if kind.prefix:
        sorts[kind.number_key] = texts[kind.number_key] = "fold(name)"
    return Listing(
        resource=kind.resource,
        report=kind.report,
        collection=kind.collection,
        sorts=sorts,
        texts=texts,
        keys=frozenset({kind.number_key, kind.partner_key, "reference_number", "zcrm_potential_id"}) & texts.keys(),
        row=row,
    )


def conditions(kind: Kind, call: Call, today: date) -> tuple[list[Clause], str]:
    """Return the conditions of a list call beyond what `Listing` knows itself, and the filter that was applied."""
    filter_by = call.query.get("filter_by", "Status.All")
    words = kind.filter_words()
    if filter_by not in words:
        raise invalid_value("filter_by")
    where = [any_status(kind, words[filter_by], today)]
    if status := call.query.get("status"):
        if status not in kind.statuses:
            raise invalid_value("status")
        where.append(status_clause(kind, status, today))
    where += _dates(kind, call)
    where += _amounts(kind, call)
    where += _lines(call)
    where += _custom_fields(kind, call)
    if searched := call.query.get("search_text"):
        searchable = ["fold(name)", PARTNER_NAME, text_of("reference_number"), *map(text_of, kind.sorts)]
        where.append(containing(searchable, searched))
    if email := call.query.get("email"):
        held = "SELECT id FROM record_key WHERE collection = ? AND field = 'email' AND value = ?"
        where.append(Clause(f"{PARTNER} IN ({held})", (contact.COLLECTION, fold(email))))
    if identities := call.query.get(f"{kind.entity}_ids"):
        wanted = tuple(part.strip() for part in identities.split(","))
        where.append(Clause(f"CAST(id AS TEXT) IN ({','.join('?' * len(wanted))})", wanted))
    return where, filter_by


def text_of(key: str) -> str:
    """Return the SQL for a text key of the document, folded."""
    return f"fold(json_extract(record.document, '$.{key}'))"


def number_of(key: str) -> str:
    """Return the SQL for an amount of the document."""
    return f"CAST(json_extract(record.document, '$.{key}') AS REAL)"


def _dates(kind: Kind, call: Call) -> Iterator[Clause]:
    columns = {name: f"json_extract(record.document, '$.{name}')" for name in ("date", *kind.dates)}
    columns["created_date"] = "date(created, 'unixepoch')"
    for name, column in columns.items():
        for suffix, sign in DATE_VARIANTS:
            if value := call.query.get(name + suffix):
                yield Clause(f"coalesce({column}, '') > '' AND {column} {sign} ?", (day(value, name + suffix),))


def _amounts(kind: Kind, call: Call) -> Iterator[Clause]:
    for name in kind.amounts:
        for suffix, sign in AMOUNT_VARIANTS:
            if value := call.query.get(name + suffix):
                yield Clause(f"{number_of(name)} {sign} ?", (float(amount(value, name + suffix)),))


def _lines(call: Call) -> Iterator[Clause]:
    for name, key in LINE_TEXTS.items():
        column = f"fold(json_extract(line.value, '$.{key}'))"
        for suffix in ("", "_startswith", "_contains"):
            if value := call.query.get(name + suffix):
                condition = _like(column, value, suffix)
                lines = "json_each(record.document, '$.line_items') AS line"
                yield Clause(f"EXISTS (SELECT 1 FROM {lines} WHERE {condition.sql})", condition.parameters)  # noqa: S608 - names from this file


def _custom_fields(kind: Kind, call: Call) -> Iterator[Clause]:
    names = [field.api_name for field in CUSTOM_FIELDS[kind.entity]]
    if value := call.query.get("custom_field"):
        marks = ",".join("?" * len(names))
        held = f"SELECT id FROM record_key WHERE collection = ? AND field IN ({marks}) AND value = ?"  # noqa: S608 - only bind marks are inserted
        yield Clause(f"id IN ({held})", (kind.collection, *names, fold(value)))
    for suffix in ("_startswith", "_contains"):
        if value := call.query.get("custom_field" + suffix):
            clauses = [_like(text_of(f"custom.{name}"), value, suffix) for name in names]
            parameters = tuple(parameter for clause in clauses for parameter in clause.parameters)
            yield Clause(" OR ".join(clause.sql for clause in clauses) or "0", parameters)


def _like(column: str, value: str, suffix: str) -> Clause:
    """Return the condition that a folded text is, begins with or contains a value."""
    escaped = fold(value).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    pattern = {"": escaped, "_startswith": escaped + "%", "_contains": f"%{escaped}%"}[suffix]
    return Clause(f"{column} LIKE ? ESCAPE '\\'", (pattern,))
