"""One change set in which every text of a stranger attacks whoever looks at it, in whatever format."""

from __future__ import annotations

from typing import Any

from tests.unit.render.change_sets import change_set
from tests.unit.render.hostile import ATTACKS

from syncdsl.changes.change_set import ChangeSet, Estimate, GuardVerdict, Unpreviewed, Unreadable
from syncdsl.changes.effects import Act, Create, Deactivate, Delete, FieldChange, Hold, Link, RecordName, Skip, Update

MARKDOWN = {
    "mention": "@octocat and @github/security",
    "reference": "#1 !2 $3 ~4 %5 &6 GH-7 octo/repo#8 owner/repo@da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "link": "[click](https://evil.example/x) [ref][1] [[wiki]] [^1] <https://evil.example/auto>",
    "address": "https://evil.example/bare www.evil.example ftp://evil.example mailto:a@evil.example a@evil.example",
    "image": "![i](https://evil.example/pixel.png) ![r][1]",
    "definition": "\n\n[1]: https://evil.example/defined\n\n",
    "HTML": "<img src=https://evil.example/i.png onerror=alert(1)><script>alert(2)</script><a href=javascript:x>x</a>",
    "ends ours": "</code></summary></details></td></table></sub><!-- --> --> <!-- syncdsl preview other -->",
    "heading": "\n# Approved by everybody\n\nApproved\n===\n",
    "table": " | cell | cell |\n| --- | --- |\n",
    "code": "`` ` `` ```\nfence\n``` ~~~\n",
    "quote and lists": "\n> quote\n\n- item\n1. item\n\n---\n",
    "emphasis": "**bold** __bold__ *it* _it_ ~~gone~~ $x^2$ $$y$$ :tada:",
    "entities": "&lt;b&gt; &#60;b&#62; &amp;#64;octocat",
    "escapes": "\\[x\\](y) \\`x\\` \\",
}
"""What Markdown, or a site that shows it, would make more of."""

PAGE = {
    "ends the data": '</script><script>window.owned=1</script>"]}',
    "ends the data, otherwise": "</ScRiPt ><svg onload=window.owned=2>",
    "comments the data": "<!--<script>",
    "ends an attribute": '" onmouseover="window.owned=3" x=\'',
    "loads": "<link rel=stylesheet href=https://evil.example/x.css><iframe src=https://evil.example></iframe>",
    "template": "{{ 7*7 }} {% raw %} ${7*7} {# x",
    "style": "</style><style>*{display:none}</style>",
    "form": '<form action="https://evil.example"><input name=x autofocus onfocus=window.owned=4></form>',
    "base": "<base href=https://evil.example/><meta http-equiv=refresh content='0;url=https://evil.example'>",
    "line ends of scripts": "\u2028\u2029",
}
"""What a browser would make more of."""

FORMULAS = {"formula": '=HYPERLINK("https://evil.example","x")', "command": "@SUM(1+1)*cmd|' /C calc'!A0"}
"""What a spreadsheet would compute."""

EVERY = {**ATTACKS, **MARKDOWN, **PAGE, **FORMULAS}
ALL = " ".join(EVERY.values())


def hostile_changes() -> ChangeSet:
    """Return the change set: each attack as each text, and all of them together."""
    effects = [effect for text in (*EVERY.values(), ALL) for effect in _effects(text)]
    return change_set(
        *effects,
        environment=ALL,
        author=ALL,
        today=ALL,
        reported=[*EVERY.values(), ALL],
        baseline={name_of(ALL): 3},
        guards=tuple(
            GuardVerdict(text=text, location=text, value=text, limit=text, exceeded=True)
            for text in (ALL, PAGE["ends the data"], MARKDOWN["HTML"])
        ),
        estimates=[Estimate(connection=ALL, calls=1, cost=2, seconds=3).model_dump()],
        unreadable=[
            Unreadable(connection=text, module=text, code=text, message=text, help=text, holds=(text,)).model_dump()
            for text in (ALL, "\x1b[2J\n# Applied")
        ],
        unpreviewed=[Unpreviewed(rule=ALL, location=ALL, text=ALL, count=1).model_dump()],
    )


def name_of(text: str) -> str:
    """Return a text as the name of something: names come from schemas, which hold no half characters."""
    return text.replace("\ud800", "")


def _effects(text: str) -> list[Any]:
    record = RecordName(connection="books", module=text, id=text, label=text)
    told: dict[str, Any] = {"rule": "customers", "location": text, "reason": text}
    changed = (FieldChange(field=text, old=text, new=text, location=text),)
    odd = tuple(
        FieldChange(field=f"{name}{text}", old={name_of(name): text}, new=value, location=text)
        for name, value in (
            ("rows", {"rows": [{name_of(text): text}]}),
            ("decimal", {"decimal": text}),
            ("huge", {"decimal": "1E+999999999"}),
            ("choices", {"choices": [text, text]}),
            ("ref", {"ref": [text, text]}),
            ("partner_of", {"partner_of": [text] * 4}),
            ("hidden", {"hidden": text}),
            ("nothing of ours", {name_of(text): [text]}),
        )
    )
    return [
        Create(
            **told,
            record=record,
            source=record,
            source_side="left",
            key="k",
            fields=(*changed, *odd),
            document=True,
            amount="1",
            currency=text,
        ),
        Create(
            **told, record=record, source=record, source_side="left", key="k", fields=(), document=True, amount=text
        ),
        Update(**{**told, "rule": text}, record=record, side="right", partner=record, fields=(*changed, *odd)),
        Link(**told, left=record, right=record, key="k", key_side="right", write_key=True),
        Delete(**told, record=record, side="right", partner=record),
        Deactivate(**told, record=record, side="right", partner=record),
        Act(kind="void", **told, record=record, source=record),
        Skip(**told, record=record, candidates=(record,)),
        Hold(**told, why="conflict", record=record, candidates=(record,), field=text, left=text, right=text),
        Hold(**told, why="match", record=record, candidates=(record,) * 9),
    ]
