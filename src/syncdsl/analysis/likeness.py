"""`like`: a statement takes from another what it does not state itself."""

from __future__ import annotations

from collections import ChainMap
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from syncdsl.analysis.binding import rename_connections, rename_record
from syncdsl.analysis.clauses import clauses_of
from syncdsl.analysis.inheriting import document_clauses, module_clauses, narrowed, targets_of
from syncdsl.diagnostics.codes.composition import LIKE_ITSELF, NOTHING_LEFT_OUT, UNKNOWN_BASE
from syncdsl.syntax import nodes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.analysis.program import Checker
    from syncdsl.diagnostics import SourceFile, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The shipped rule sets that these rules draw on, by name, and the names of all that there are."""

    sets: Mapping[str, tuple[SourceFile, nodes.Program]] = field(default_factory=dict)
    names: tuple[str, ...] = ()


Body: TypeAlias = "nodes.Module | nodes.Document"


_MOST_OPEN = 50


class Likeness:
    """Works out what every statement takes from others.

    A `like` that leads nowhere stays where it is, and in what is like that: nobody complains of what it would bring.
    """

    def __init__(self, checker: Checker, library: Library) -> None:
        self._checker = checker
        self._library = library
        self._done: dict[int, Body] = {}
        self._open: list[int] = []

    def expand(self) -> None:
        """Replace all declared modules and documents by what they come to."""
        names = self._checker.names
        for module in list(names.modules.values()):
            self._from_the_base(module)
        for document in list(names.documents.values()):
            self._from_the_base(document)
        for name, module in list(names.modules.items()):
            names.modules[name] = self._module(module)
        for name, document in list(names.documents.items()):
            names.documents[name] = self._document(document)

    def _from_the_base(self, node: Body) -> None:
        """Expand what a statement is like, what that is like and so on, the last first: no chain is too long."""
        chain: list[Body] = []
        seen: set[int] = set()
        body: Body | None = node
        while body is not None and id(body) not in seen and id(body) not in self._done:
            seen.add(id(body))
            chain.append(body)
            like = next(iter(clauses_of(body.clauses, nodes.Like)), None)
            body = self._local(like.path.parts) or self._shipped(like.path.parts) if like is not None else None
        if body is not None and id(body) in seen:
            return  # it leads back, which is reported where it is expanded
        for item in reversed(chain[1:]):
            if isinstance(item, nodes.Module):
                self._module(item)
            else:
                self._document(item)

    def _module(self, node: nodes.Module) -> nodes.Module:
        if id(node) in self._done:
            found = self._done[id(node)]
            return found if isinstance(found, nodes.Module) else node
        self._open.append(id(node))
        expanded = replace(
            node,
            clauses=tuple(
                replace(clause, module=self._module(clause.module)) if isinstance(clause, nodes.With) else clause
                for clause in node.clauses
            ),
        )
        for like in clauses_of(node.clauses, nodes.Like)[:1]:
            base = self._base(like, node)
            if isinstance(base, nodes.Module):
                base = self._module(base)
                connections = {
                    base.left.connection.text: node.left.connection.text,
                    base.right.connection.text: node.right.connection.text,
                }
                base = narrowed(rename_connections(base, connections), node.arrow)
                clauses, unused = module_clauses(expanded, base)
                expanded = replace(expanded, clauses=(*clauses, *clauses_of(base.clauses, nodes.Like)))
                self._site(expanded, like, base)
                self._report_unused(like, unused, base)
        self._open.pop()
        self._done[id(node)] = expanded
        return expanded

    def _document(self, node: nodes.Document) -> nodes.Document:
        if id(node) in self._done:
            found = self._done[id(node)]
            return found if isinstance(found, nodes.Document) else node
        self._open.append(id(node))
        expanded = node
        for like in clauses_of(node.clauses, nodes.Like)[:1]:
            base = self._base(like, node)
            if isinstance(base, nodes.Document):
                base = self._document(base)
                base = rename_record(base, base.record.text, node.record.text)
                clauses, unused = document_clauses(expanded, base)
                expanded = replace(expanded, clauses=(*clauses, *clauses_of(base.clauses, nodes.Like)))
                self._site(expanded, like, base)
                self._report_unused(like, unused, base)
        self._open.pop()
        self._done[id(node)] = expanded
        return expanded

    def _site(self, node: Body, like: nodes.Like, base: Body) -> None:
        self._checker.sites[node.header] = like.span
        self._checker.bases[node.header] = base.header

    def _base(self, like: nodes.Like, node: Body) -> Body | None:
        """Return what a statement is like; what is wrong with the name is reported."""
        parts = like.path.parts
        if any(not part for part in parts):
            return None
        found = self._local(parts) or self._shipped(parts)
        what = "module" if isinstance(node, nodes.Module) else "document"
        if found is None or isinstance(found, nodes.Module) is not isinstance(node, nodes.Module):
            if not self._checker.names.may_declare(parts[0]):
                self._report_unknown(like, what, found)
            return None
        if id(found) not in self._open and len(self._open) > _MOST_OPEN:
            self._checker.report(
                LIKE_ITSELF,
                f"more than {_MOST_OPEN} statements are like one another here",
                like.span,
                help=f"name the {what} that states the rest, or state everything here",
            )
            return None
        if id(found) in self._open:
            self._checker.report(
                LIKE_ITSELF,
                f"`{node.name.text}` is like itself" + ("" if found is node else f", through `{like.path.text}`"),
                like.span,
                help=f"name another {what}, or state everything here",
            )
            return None
        return found

    def _local(self, parts: tuple[str, ...]) -> Body | None:
        names = self._checker.names
        if len(parts) == 1 and parts[0] in names.documents:
            return names.documents[parts[0]]
        return _nested(names.modules.get(parts[0]), parts[1:])

    def _shipped(self, parts: tuple[str, ...]) -> Body | None:
        """Return a statement of a shipped set: the one with the set's own name, or one nested in it."""
        entry = self._library.sets.get(".".join(parts[:2]))
        if entry is None:
            return None
        source, program = entry
        self._checker.foreign(source)
        for item in program.statements:
            if isinstance(item, nodes.Table):
                self._checker.names.tables.setdefault(item.name.text, item)
        for item in program.statements:
            if isinstance(item, nodes.Module | nodes.Document) and item.name.text == parts[1]:
                return item if isinstance(item, nodes.Document) else _nested(item, parts[2:])
        return None

    def _report_unknown(self, like: nodes.Like, what: str, found: Body | None) -> None:
        names = self._checker.names
        wanted = like.path.text
        if found is not None:
            other = "document" if what == "module" else "module"
            self._checker.report(
                UNKNOWN_BASE,
                f"`{wanted}` is a {other}, and a {what} is like a {what}",
                like.path.span,
                help=f"name a {what}",
            )
            return
        own = names.modules if what == "module" else names.documents
        known = ChainMap[str, Any](dict.fromkeys(self._library.names), own)
        self._checker.unknown(UNKNOWN_BASE, f"there is no {what}", wanted, like.path.span, known, after="to be like")

    def _report_unused(self, like: nodes.Like, unused: Sequence[tuple[str, Span]], base: Body) -> None:
        """Report what `without` names and the base does not have."""
        known = sorted(targets_of(base)) if unused else []
        for name, span in unused:
            near = self._checker.nearest(name, known)
            shown = ", ".join(f"`{item}`" for item in known[:12]) + (" …" if len(known) > 12 else "")
            self._checker.report(
                NOTHING_LEFT_OUT,
                f"`{like.path.text}` has no line that writes `{name}`",
                span,
                help=f"did you mean `{near}`?" if near else f"it writes {shown}",
            )


def _nested(module: nodes.Module | None, names: tuple[str, ...]) -> nodes.Module | None:
    """Return a module nested in another, step by step."""
    for name in names:
        if module is None:
            return None
        module = next(
            (item.module for item in clauses_of(module.clauses, nodes.With) if item.module.name.text == name), None
        )
    return module
