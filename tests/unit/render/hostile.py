"""One finding in which every text of a stranger attacks whoever reads it."""

from __future__ import annotations

from syncdsl.diagnostics import Code, Diagnostic, Fix, Related, Severity, SourceFile

ATTACKS = {
    "clears the screen": "\x1b[2J",
    "sets the title": "\x1b]0;owned\x07",
    "8-bit control": "\x9b31m",
    "turns the direction": "\u202eevil\u2066",
    "hides": "\u200b\ufeff\u00ad\U000e0041",
    "breaks the line": "\r\n\u2028\x85",
    "nothing": "\x00\x08",
    "GitHub command": "::error file=a::owned",
    "old GitHub command": "##[add-mask]owned",
    "Azure command": "##vso[task.setvariable variable=x]owned",
    "TeamCity command": "##teamcity[buildProblem]",
    "ends a property": ",line=1,title=owned::owned%0A::set-output name=x::y",
    "ends CDATA": "]]><failure/><!--",
    "markup": '<img src=x onerror="alert(1)">&amp;&#27;',
    "Markdown": "[click](https://example.com) ![x](x) `` ` ``",
    "placeholder": "{0}{x}",
    "no character": "\ufffe\uffff\ud800",
}
"""What each does where it is obeyed."""

ALL = "".join(ATTACKS.values())
PATH = "::set-output name=x::y\x1b[2J" + ALL.replace("/", "").replace("\ud800", "\udcff") + ".sync"
CODE = Code(id="SD201", name="unknown-connection", title="t", explanation="e")


def hostile() -> tuple[list[Diagnostic], dict[str, SourceFile]]:
    """Return findings in a file whose name and lines attack, with messages, help, places and fixes that do."""
    lines = [f"{attack}\n" for attack in ATTACKS.values()]
    lines += [f"\n::error::{name}\n  {attack} here\n" for name, attack in ATTACKS.items()]
    source = SourceFile(PATH, "".join(lines))
    middle = len(source.text) // 2
    whole = source.span(0, len(source.text))
    findings = [
        Diagnostic(
            code=CODE,
            message=attack + ALL,
            span=source.span(at := source.text.index(attack), at + len(attack)),
            help=f"{attack}\n::error::second line {attack}\n  ::warning::{ALL}",
            related=(
                Related(span=source.span(middle, middle + 2), message=attack),
                Related(span=SourceFile("a" + PATH, "").span(0, 0), message="\n::error::" + attack),
            ),
            fixes=(Fix(title=attack, span=whole, replacement=ALL),),
            severity=severity,
        )
        for attack, severity in zip(ATTACKS.values(), [*Severity] * len(ATTACKS), strict=False)
    ]
    findings.append(Diagnostic(code=CODE, message=ALL, span=whole))
    return findings, {source.path: source}
