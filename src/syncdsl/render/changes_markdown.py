"""A preview as a comment on a pull request, on GitHub or GitLab: what fits in 60,000 bytes, and what was left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from syncdsl.render.changes_samples import SIGNS
from syncdsl.render.markdown_samples import fold_blocks, hold_table
from syncdsl.render.markdown_text import inert, inert_code, inert_prose, more, table
from syncdsl.render.preview.facts import (
    TITLES,
    estimate_texts,
    headline,
    kind_count,
    limits,
    noted_text,
    privacy_text,
    unpreviewed_text,
)
from syncdsl.render.preview.outline import outline
from syncdsl.render.preview.verdict import BETWEEN, verdict_parts
from syncdsl.render.style import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.changes.approvals import Judged
    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.render.preview.outline import Group, Held, Outline, RuleGroup

LIMIT = 60_000
"""Bytes of UTF-8: GitHub takes 65,536 characters in a comment."""

ROWS = 30
"""How many lines each table has at most."""

SAMPLES = 5
"""How many changes of a fold are shown; of the ones in groups that hardly fit, one."""

_END = 900
"""Bytes kept free for saying what was left out."""


def render_changes_markdown(
    changes: ChangeSet,
    approvals: Sequence[Judged] | None = None,
    *,
    title: str | None = None,
    name: str | None = None,
    level: int = 2,
    most: int = LIMIT,
) -> str:
    """Return the preview as Markdown of at most `most` bytes (2,000 at least).

    It begins with a comment that is not shown, `<!-- syncdsl preview NAME -->`, by which a CI finds its earlier comment
    again; `name` is that of the environment where none is given. `level` is that of its heading, 1 to 5. `approvals`
    are as they were judged, None where nothing was judged.
    """
    whole = outline(changes, samples=SAMPLES)
    page = _Page(most - _END)
    heading = inert_prose(title) if title is not None else f"Preview of {inert_code(changes.environment)}"
    page.add(f"{marker(name or changes.environment)}\n{'#' * level} {heading}\n")
    page.add(f"**{BETWEEN.join(inert(part.text, 400) for part in verdict_parts(changes, whole.totals, approvals))}**\n")
    page.add(f"{inert(headline(changes, whole.totals), 600)}\n")
    for block in (*_unknown(changes), *_limits(changes), *_estimates(changes), *_overview(whole)):
        page.add(block)
    left: list[tuple[str, int]] = []
    for rule in whole.rules:
        left += _rule(page, rule, level + 1)
    left += _holds(page, whole.held, level + 1)
    for block in _reported(changes):
        if not page.add(block):
            left.append(("what is left alone", len(changes.reported)))
    return page.text + _ending(changes, left)


def marker(name: str) -> str:
    """Return the hidden comment that a preview begins with; other characters than letters and digits become `-`."""
    safe = re.sub(r"-{2,}", "-", re.sub(r"[^A-Za-z0-9_.]", "-", name[:100])).strip("-") or "preview"
    return f"<!-- syncdsl preview {safe} -->"


class _Page:
    """Blocks that follow each other while there is room for a whole one."""

    def __init__(self, most: int) -> None:
        self._blocks: list[str] = []
        self.left = most

    def add(self, block: str) -> bool:
        """Add a block with an empty line behind it; return False where it has no room."""
        size = len(block.encode("utf-8", "replace")) + 1
        if size > self.left:
            return False
        self.left -= size
        self._blocks.append(block + "\n")
        return True

    @property
    def text(self) -> str:
        """Return what there is so far."""
        return "".join(self._blocks)


def _unknown(changes: ChangeSet) -> Iterator[str]:
    lines = []
    for item in changes.unreadable[:ROWS]:
        held = ", ".join(inert_code(name, 60) for name in item.holds[:10])
        others = f" and {len(item.holds) - 10} more" if len(item.holds) > 10 else ""
        help_line = f" Help: {inert_prose(item.help)}." if item.help else ""
        lines.append(
            f"- ⚠️ {inert_code(f'{item.connection}.{item.module}', 80)} could not be read: {inert(item.code, 12)}: "
            f"{inert_prose(item.message, 300)}.{help_line}" + (f" Held until it is: {held}{others}." if held else "")
        )
    lines += [
        f"- ⚠️ {inert_code(item.rule, 80)}: {inert_prose(unpreviewed_text(item), 300)} "
        f"({inert_code(item.location, 100)})"
        for item in changes.unpreviewed[:ROWS]
    ]
    if lines:
        yield "**Not known**, and not counted as nothing:\n\n" + "\n".join(lines) + "\n"


def _limits(changes: ChangeSet) -> Iterator[str]:
    found = limits(changes)
    if found:
        rows = [
            ("❌ over" if limit.exceeded else "✅ ok", limit.kind, inert_code(limit.text), inert(limit.value))
            for limit in found[:ROWS]
        ]
        yield table(("", "limit", "says", "this comes to"), rows) + more(len(found) - ROWS)


def _estimates(changes: ChangeSet) -> Iterator[str]:
    if changes.estimates:
        rows = [
            (inert_code(one.connection, 60), BETWEEN.join(inert(text) for text in estimate_texts(one)))
            for one in changes.estimates[:ROWS]
        ]
        yield table(("system", "takes"), rows)


def _overview(whole: Outline) -> Iterator[str]:
    rows = [
        (
            inert(rule.rule, 60),
            inert_code(module.name, 80),
            f"{inert(SIGNS[kind])} {kind}",
            f"{count:,}",
            "<br>".join(inert(text, 60) for text in money),
        )
        for rule in whole.rules
        for module in rule.modules
        for kind, count, money in module.kinds()
    ]
    if rows:
        yield table(("rule", "in", "kind", "changes", "amount"), rows[:ROWS], (3, 4)) + more(len(rows) - ROWS)


def _rule(page: _Page, rule: RuleGroup, level: int) -> list[tuple[str, int]]:
    """Add the changes of a rule; return those that had no room, by what they are called."""
    left: list[tuple[str, int]] = []
    begun = False
    money = f", **{inert(rule.money.text)}**" if rule.money.text else ""
    head = (
        f"{'#' * min(level, 6)} {inert(rule.rule, 80)}\n\n"
        f"{counted(rule.count, 'change')}{money} ({inert_code(rule.location, 100)})\n\n"
    )
    for module in rule.modules:
        for group in module.groups:
            for samples in (SAMPLES, 1):
                block = ("" if begun else head) + _group(group, module.name, samples)
                if page.add(block):
                    begun = True
                    break
            else:
                left.append((f"rule {rule.rule}", group.count))
    return left


def _group(group: Group, module: str, samples: int) -> str:
    money = f", {inert(group.money.text)}" if group.money.text else ""
    summary = (
        f"<b>{inert(SIGNS[group.kind])} {kind_count(group.kind, group.count)}</b> "
        f"in {inert_code(module, 80)}{money}: {inert_prose(group.reason)}"
    )
    body = "\n".join(fold_blocks(group, samples))
    return f"<details><summary>{summary}</summary>\n\n{body}\n</details>\n"


def _holds(page: _Page, held: Sequence[Held], level: int) -> list[tuple[str, int]]:
    left: list[tuple[str, int]] = []
    head = f"{'#' * min(level, 6)} Held\n\nEverything else goes on without these.\n\n"
    begun = False
    for kind in held:
        body = "\n".join(hold_table(group, SAMPLES) for group in kind.groups[:SAMPLES])
        rest = sum(group.count for group in kind.groups[SAMPLES:])
        block = (
            f"<details><summary><b>{kind.count:,}</b> {TITLES[kind.why]}</summary>\n\n{body}{more(rest)}\n</details>\n"
        )
        if page.add(("" if begun else head) + block):
            begun = True
        else:
            left.append(("held", kind.count))
    return left


def _reported(changes: ChangeSet) -> Iterator[str]:
    if changes.reported:
        lines = "\n".join(f"- {inert_prose(text, 300)}" for text in changes.reported[:ROWS])
        rest = more(len(changes.reported) - ROWS)
        head = f"<b>Left alone</b> by the rules: {counted(len(changes.reported), 'difference')}"
        yield f"<details><summary>{head}</summary>\n\n{lines}\n{rest}\n</details>\n"
    for text in (noted_text(changes), privacy_text(changes) if changes.privacy == "pseudonyms" else ""):
        if text:
            yield f"{inert(text, 300)}\n"


def _ending(changes: ChangeSet, left: list[tuple[str, int]]) -> str:
    lines = ""
    if left:
        sums: dict[str, int] = {}
        for what, count in left:
            sums[what] = sums.get(what, 0) + count
        named = ", ".join(f"{inert(what, 40)} {count:,}" for what, count in list(sums.items())[:6])
        rest = f" and {len(sums) - 6} more" if len(sums) > 6 else ""
        lines = (
            f"**Left out here** for want of room: {named}{rest}. All of it is in `syncdsl plan --format html` and "
            f"`--format json`.\n\n"
        )
    return f"{lines}<sub>Change set <code>{changes.digest}</code></sub>\n"
