"""Names, types and map laws; from rule files and schema snapshots to the plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.analysis.accords import lower_access, lower_moved, lower_transactions
from syncdsl.analysis.binding import UsedFile, bound
from syncdsl.analysis.documents import lower_document
from syncdsl.analysis.exchanges import exchanged_pairs
from syncdsl.analysis.guards import lower_guards
from syncdsl.analysis.landmarks import landmarks
from syncdsl.analysis.likeness import Library, Likeness
from syncdsl.analysis.modules import lower_module
from syncdsl.analysis.program import Checker, Declarations, declare
from syncdsl.analysis.proofs import prove
from syncdsl.analysis.rehearsing import lower_tests
from syncdsl.analysis.steps import build_steps, order_pairs
from syncdsl.analysis.tables import check_rows_used, lower_table
from syncdsl.analysis.trials import check_tests
from syncdsl.analysis.triggers import lower_record, lower_trigger, record_scope
from syncdsl.diagnostics import Severity
from syncdsl.diagnostics.codes.names import OTHER_ADAPTER
from syncdsl.plan.pairs import ConnectionPlan
from syncdsl.plan.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.analysis.landmarks import Landmark
    from syncdsl.analysis.rehearsals import Rehearsal
    from syncdsl.diagnostics import Diagnostic, SourceFile
    from syncdsl.plan.pairs import Pair
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.syntax.nodes import Program

__all__ = ["Analysis", "Library", "UsedFile", "analyse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What the rules come to: a plan, unless there is an error or something that is not built yet."""

    plan: Plan | None
    diagnostics: tuple[Diagnostic, ...]
    tests: tuple[Rehearsal, ...] = ()
    """The rules' own tests as they are run, where they were asked for."""
    landmarks: tuple[Landmark, ...] = ()
    """The places whose use by tests is counted, where tests were asked for."""


def analyse(
    programs: Sequence[tuple[SourceFile, Program]],
    schemas: Mapping[str, SchemaSnapshot],
    *,
    used: Sequence[UsedFile] = (),
    library: Library | None = None,
    unread_uses: bool = False,
    tests: bool = False,
) -> Analysis:
    """Check rule files, which form one program, against the schemas of their connections, and compile them.

    `used` are the files that `use` statements include, each after the one that uses it; `unread_uses` when one of them
    could not be read. `library` holds the shipped sets that statements may be `like`. With `tests` the tests are made
    ready to run. Findings are values: every mistake is reported once, and none hides another.
    """
    checker = Checker(names=Declarations(opaque=unread_uses, incomplete=unread_uses), schemas=schemas)
    for file in used:
        if file.shipped:
            checker.foreign(file.source, file.at)
    declare(checker.names, bound(programs, used, checker))
    names = checker.names
    Likeness(checker, library or Library()).expand()
    _check_adapters(checker)
    checker.tables = {name: lower_table(table, checker) for name, table in names.tables.items()}
    pairs = [pair for node in names.modules.values() for pair in lower_module(node, checker)]
    scopes = {name: scope for name, node in names.records.items() if (scope := record_scope(node, checker)) is not None}
    records = {name: lower_record(names.records[name], scope, checker) for name, scope in scopes.items()}
    documents = {
        name: document
        for name, node in names.documents.items()
        if (document := lower_document(node, scopes, checker)) is not None
    }
    triggers = tuple(
        trigger for node in names.triggers for trigger in lower_trigger(node, scopes, names.documents, checker)
    )
    check_rows_used(checker)
    limits = lower_guards(checker)
    transactions = lower_transactions(checker)
    access = lower_access(checker)
    moved = lower_moved(checker)
    check_tests(checker, scopes, documents, pairs)
    exchanged = exchanged_pairs(transactions, checker)
    prove(checker, pairs, records, documents, triggers)
    diagnostics = tuple(sorted(checker.settled(), key=lambda item: item.sort_key))
    failed = names.incomplete or any(item.level is Severity.ERROR for item in diagnostics)
    if failed or names.connections.keys() - schemas.keys():
        return Analysis(plan=None, diagnostics=diagnostics)
    ordered: list[Pair] = order_pairs([*pairs, *exchanged])
    plan = Plan(
        connections={
            name: ConnectionPlan(
                adapter=node.adapter.text,
                base_currency=schemas[name].base_currency,
                schema_digest=schemas[name].digest,
            )
            for name, node in names.connections.items()
        },
        tables=checker.tables,
        pairs={pair.name: pair for pair in ordered},
        records=records,
        documents=documents,
        triggers=triggers,
        transactions=transactions,
        access=access,
        moved=moved,
        steps=build_steps(schemas, ordered, records, documents, triggers, limits),
    )
    if not tests:
        return Analysis(plan=plan, diagnostics=diagnostics)
    return Analysis(
        plan=plan,
        diagnostics=diagnostics,
        tests=lower_tests(checker, scopes, documents, pairs),
        landmarks=landmarks(plan, checker),
    )


def _check_adapters(checker: Checker) -> None:
    for name, node in checker.names.connections.items():
        schema = checker.schemas.get(name)
        if schema is not None and node.adapter.text and schema.adapter != node.adapter.text:
            checker.report(
                OTHER_ADAPTER,
                f"the snapshot of `{name}` was written by the adapter `{schema.adapter}`, not `{node.adapter.text}`",
                node.adapter.span,
                help=f"write `connection {name}: {schema.adapter}`, or pull the schema again",
            )
