"""SD515: a list that has something twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic, Related
from syncdsl.diagnostics.codes.lint_rules import REPEATED_ITEM
from syncdsl.lint.check import Check, RuleFile, whole
from syncdsl.lint.rewriting import removed
from syncdsl.syntax.accords import May, Transactions, Users
from syncdsl.syntax.expressions import Membership, TextLiteral
from syncdsl.syntax.nodes import Dedupe, Key, MapLine, When, Without
from syncdsl.syntax.trials import Cases

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.syntax.expressions import _Node


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    for file in files:
        for node, items, separator in _lists(file):
            yield from _judge(file, node, items, separator)


def _lists(file: RuleFile) -> Iterator[tuple[_Node, Sequence[_Node], str]]:
    """Return what has a list, the list, and what stands between its items; nothing for items on lines of their own."""
    yield from ((node, node.options, ",") for node in file.nodes(Membership))
    yield from ((node, node.keys, ", then") for node in file.nodes(Dedupe))
    yield from ((node, node.equalities, "and") for node in file.nodes(Key))
    yield from ((node, node.paths, ",") for node in file.nodes(Without))
    yield from ((node, node.modifiers, ",") for node in file.nodes(MapLine))
    yield from ((node, node.actions, "") for node in file.nodes(When))
    yield from ((node, node.kinds, ",") for node in file.nodes(Transactions))
    yield from ((node, node.kinds, ",") for node in file.nodes(May))
    yield from ((node, node.addresses, ",") for node in file.nodes(Users))
    yield from ((node, node.rows, "") for node in file.nodes(Cases))


def _judge(file: RuleFile, node: _Node, items: Sequence[_Node], separator: str) -> Iterator[Diagnostic]:
    seen: dict[object, _Node] = {}
    for before, item in zip((None, *items), items, strict=False):
        first = seen.setdefault(_key(node, item), item)
        if first is item or before is None or not whole(item):
            continue
        text = " ".join(file.text(item.span).split())
        yield Diagnostic(
            code=REPEATED_ITEM,
            message=f"`{text}` is in the list already",
            span=item.span,
            help="name what was meant instead, or leave it out",
            related=(Related(span=first.span, message="it stands here first"),),
            fixes=removed(file, before, item, separator) if separator else (),
        )


def _key(node: _Node, item: _Node) -> object:
    """Return what two items of a list share that are the same; addresses are so in any case of letters."""
    return item.value.casefold() if isinstance(node, Users) and isinstance(item, TextLiteral) else item


CHECK = Check(code=REPEATED_ITEM, run=_run)
