"""Faults of the text: what slips in while typing, or comes from other languages."""

from __future__ import annotations

from tests.corpus.kinds import Kind

_HEADER = r"module|table|record|document|with|group"
_ENTITY = r"\w+\.\w+"
_PLAIN = r"(?P<left>[A-Za-z]\w*(?:\.\w+)*)"
_TARGET = r"(?P<right>[a-z]\w*(?:\.\w+)*)"
_MAP = r"map:|group \w+:|line:"

SYNTAX = (
    # colons
    Kind(
        "a colon is missing",
        "syntax",
        r"(?P<a>(?:view|dedupe|adopt|stage|guard|like|parent|map|line|on duplicate|on conflict|(?:table|group) \w+))"
        r":(?P<b>.*)",
        (r"\g<a>\g<b>",),
    ),
    Kind(
        "a header's colon is missing",
        "syntax",
        r"(?P<a>(?:module|record|document|connection|with) \w+):(?P<b>.*)",
        (r"\g<a>\g<b>",),
    ),
    Kind("a trigger's colon is missing", "syntax", r"(?P<a>when .+): (?P<b>\w+ \w+)", (r"\g<a> \g<b>",)),
    Kind("a condition's colon is missing", "syntax", r"(?P<a>where \w+): (?P<b>.+)", (r"\g<a> \g<b>",)),
    Kind(
        "another sign for the colon",
        "syntax",
        r"(?P<a>view|dedupe|stage|like|on conflict|parent): (?P<b>.+)",
        (r"\g<a> = \g<b>", r"\g<a>; \g<b>", r"\g<a> -> \g<b>", r"\g<a> := \g<b>", r"\g<a>:: \g<b>"),
    ),
    # arrows
    Kind(
        "no arrow of the language",
        "syntax",
        rf"{_PLAIN} (?:->|<->|<-) {_TARGET}(?P<rest>.*)",
        (
            r"\g<left> => \g<right>\g<rest>",
            r"\g<left> --> \g<right>\g<rest>",
            r"\g<left> → \g<right>\g<rest>",
            r"\g<left> <=> \g<right>\g<rest>",
            r"\g<left> = \g<right>\g<rest>",
            r"\g<left> - > \g<right>\g<rest>",
            r"\g<left> >> \g<right>\g<rest>",
            r"\g<left> <- > \g<right>\g<rest>",
        ),
        within=_MAP,
    ),
    Kind(
        "an arrow is missing",
        "syntax",
        rf"{_PLAIN} (?:->|<->|<-) {_TARGET}(?P<rest>.*)",
        (r"\g<left> \g<right>\g<rest>", r"\g<left>: \g<right>\g<rest>", r"\g<left>, \g<right>\g<rest>"),
        within=_MAP,
    ),
    Kind(
        "a header's arrow is missing",
        "syntax",
        rf"(?P<a>(?:module|with) \w+: {_ENTITY}) \S+ (?P<b>{_ENTITY})",
        (r"\g<a> \g<b>", r"\g<a> => \g<b>", r"\g<a> and \g<b>"),
    ),
    Kind(
        "two arrows",
        "syntax",
        rf"{_PLAIN} (?P<arrow>->|<->) {_TARGET}(?P<rest>.*)",
        (r"\g<left> \g<arrow> \g<arrow> \g<right>\g<rest>", r"\g<left> \g<arrow> \g<left> \g<arrow> \g<right>\g<rest>"),
        within=_MAP,
    ),
    Kind(
        "a table row without an arrow",
        "syntax",
        r'(?P<a>"[^"]+") (?:->|<->|<-) (?P<b>"[^"]+")',
        (r"\g<a> \g<b>", r"\g<a>: \g<b>", r"\g<a> = \g<b>", r"\g<a>, \g<b>"),
        within="table",
    ),
    # words
    Kind(
        "a misspelt statement",
        "syntax",
        r"(?P<word>module|table|record|document|when|guard|connection|transactions|access|test)\b.+",
        misspelt="word",
    ),
    Kind(
        "a misspelt clause",
        "syntax",
        r"(?P<word>view|map|dedupe|adopt|where|stage|like|parent|group|with|associate|users|given|change|expect)\b.*",
        misspelt="word",
        within=".",
    ),
    Kind(
        "a misspelt second word",
        "syntax",
        r"(?:on (?P<word>duplicate|conflict|delete)\b.+)",
        misspelt="word",
    ),
    Kind(
        "a misspelt choice",
        "syntax",
        r"on (?:duplicate|delete in \w+): (?P<word>overwrite|clone|skip|keep)\b.*",
        misspelt="word",
    ),
    Kind("a misspelt action", "syntax", r"when .+: (?P<word>create|accept|decline|void) \w+", misspelt="word"),
    Kind("a misspelt modifier", "syntax", r".+, (?P<word>prefer|when)\b.+", misspelt="word", within=_MAP),
    Kind("a misspelt `then`", "syntax", r"dedupe: .+, (?P<word>then) .+", misspelt="word"),
    Kind("a misspelt `empty`", "syntax", r".+ (?:is|when) (?P<word>empty)\b.*", misspelt="word"),
    Kind("a misspelt `for`", "syntax", r"document .+ (?P<word>for) \w+", misspelt="word"),
    Kind(
        "a statement in capitals",
        "syntax",
        r"when (?P<rest>.+)",
        (r"When \g<rest>", r"WHEN \g<rest>"),
    ),
    Kind("a header in capitals", "syntax", r"module (?P<rest>.+)", (r"Module \g<rest>", r"MODULE \g<rest>")),
    Kind("another word for a statement", "syntax", r"view: (?P<b>.+)", (r"filter: \g<b>", r"views: \g<b>")),
    Kind("another word for `map`", "syntax", r"map:", ("maps:", "fields:", "mapping:", "mapp:")),
    Kind("a word is missing", "syntax", r"(?P<a>document .+) for (?P<b>\w+)", (r"\g<a> \g<b>",)),
    Kind(
        "a word is missing in a clause",
        "syntax",
        r"(?P<a>on duplicate: \w+) in (?P<b>\w+)",
        (r"\g<a> \g<b>", r"\g<a> on \g<b>"),
    ),
    Kind(
        "the action is missing",
        "syntax",
        r"(?P<a>when .+:) (?P<verb>\w+) (?P<b>\w+)",
        (r"\g<a>", r"\g<a> \g<verb>", r"\g<a> \g<b>"),
        blinds="program",
        reason="a document that nothing creates any more is not reported besides",
    ),
    # texts
    Kind(
        "a quotation mark is missing",
        "syntax",
        r'(?P<a>view: )"(?P<b>[^"]+)"',
        (r'\g<a>"\g<b>', r'\g<a>\g<b>"', r"\g<a>\g<b>"),
    ),
    Kind(
        "a quotation mark is missing in a line",
        "syntax",
        r'(?P<a>[^"]*)"(?P<b>[^"{]+)"(?P<c> (?:->|<->|<-) .+|, .+|: .+)',
        (r'\g<a>"\g<b>\g<c>', r'\g<a>\g<b>"\g<c>'),
    ),
    Kind(
        "a quotation mark is missing at the end",
        "syntax",
        r'(?P<a>where .+ == )"(?P<b>[^"]+)"',
        (r'\g<a>"\g<b>', r'\g<a>\g<b>"'),
    ),
    Kind(
        "other quotation marks",
        "syntax",
        r'(?P<a>[^"]*)"(?P<b>[^"{]+)"(?P<c>[^"]*)',
        (r"\g<a>'\g<b>'\g<c>", r"\g<a>“\g<b>”\g<c>", r"\g<a>„\g<b>“\g<c>"),
    ),
    Kind(
        "a broken placeholder",
        "syntax",
        r'"\{(?P<a>\w+)\}(?P<b>.+)',
        (r'"{\g<a>\g<b>', r'"{\g<a> \g<a>}\g<b>', r'"{}\g<b>', r'"{\g<a> ??}\g<b>'),
    ),
    # parentheses
    Kind(
        "a parenthesis is missing",
        "syntax",
        r"(?P<a>[^()\"]*)\((?P<b>[^()]*)\)(?P<c>[^()]*)",
        (r"\g<a>(\g<b>\g<c>", r"\g<a>\g<b>)\g<c>"),
    ),
    Kind(
        "a parenthesis too many",
        "syntax",
        rf"{_PLAIN} (?P<c>(?:->|<->) .+)",
        (r"\g<left>) \g<c>", r"(\g<left> \g<c>"),
        within=_MAP,
    ),
    Kind("square brackets", "syntax", r"(?P<a>.+ in )\((?P<b>[^()]*)\)(?P<c>.*)", (r"\g<a>[\g<b>]\g<c>",)),
    # indentation
    Kind(
        "a line is indented wrongly",
        "syntax",
        rf"(?P<all>{_PLAIN} (?:->|<->) .+)",
        (r"  \g<all>", r" \g<all>", r"    \g<all>"),
        within=_MAP,
    ),
    Kind(
        "a map line at the level of its map",
        "syntax",
        r"(?P<all>[A-Z]\w+ (?:->|<->) .+)",
        (r"    \g<all>",),
        within=r"^module .+\nmap:$",
        raw=True,
    ),
    Kind(
        "a map line at the margin", "syntax", r"(?P<all>[A-Z]\w+ (?:->|<->) .+)", (r"\g<all>",), within="map:", raw=True
    ),
    Kind(
        "a clause is indented wrongly",
        "syntax",
        r"(?P<all>(?:view|where|dedupe|adopt|on duplicate|on conflict|stage|like)\b.+)",
        (r"  \g<all>", r"    \g<all>"),
    ),
    Kind(
        "a clause at the margin",
        "syntax",
        r"(?P<all>(?:view|dedupe|adopt|on conflict|where \w+): .+)",
        (r"\g<all>",),
        within="^module",
        raw=True,
    ),
    Kind("`map:` at the wrong level", "syntax", r"map:", ("map:", "        map:"), within="^module .+$", raw=True),
    Kind(
        "a tab before a clause",
        "syntax",
        r"(?P<all>view: .+|dedupe: .+|adopt: .+|stage: .+)",
        ("\t\\g<all>",),
        raw=True,
        within="^(?:module|record) .+$",
    ),
    Kind(
        "a tab before a line",
        "syntax",
        r"(?P<all>.+ (?:->|<->) .+)",
        ("    \t\\g<all>", "\t\t\\g<all>"),
        within=r"^module .+\nmap:$",
        raw=True,
    ),
    # operators
    Kind(
        "`=` compares",
        "syntax",
        r"(?P<a>(?:where|when|dedupe|adopt).+?) == (?P<b>.+)",
        (r"\g<a> = \g<b>", r"\g<a> === \g<b>", r"\g<a> := \g<b>"),
    ),
    Kind("`==` sets", "syntax", r"(?P<a>(?:given|change) .+: \w+) = (?P<b>.+)", (r"\g<a> == \g<b>",)),
    Kind("another sign for `and`", "syntax", r"(?P<a>.+) and (?P<b>.+)", (r"\g<a> && \g<b>", r"\g<a> & \g<b>")),
    Kind("another sign for `or`", "syntax", r"(?P<a>.+) or (?P<b>.+)", (r"\g<a> || \g<b>", r"\g<a> | \g<b>")),
    Kind("another sign for `??`", "syntax", r"(?P<a>.+) \?\? (?P<b>.+)", (r"\g<a> ? \g<b>",)),
    Kind(
        "another limit",
        "syntax",
        r"(?P<a>guard: \w+) <= (?P<b>.+)",
        (r"\g<a> < \g<b>", r"\g<a> =< \g<b>", r"\g<a>: \g<b>", r"\g<a> = \g<b>", r"\g<a> \g<b>", r"\g<a> => \g<b>"),
    ),
    # operands
    Kind(
        "the right side is missing",
        "syntax",
        rf"(?P<a>.+ (?:->|<->)) {_TARGET}(?P<rest>.*)",
        (r"\g<a>\g<rest>",),
        within=_MAP,
    ),
    Kind("the left side is missing", "syntax", rf"{_PLAIN} (?P<b>(?:->|<->) .+)", (r"\g<b>",), within=_MAP),
    Kind("an operand is missing", "syntax", r"(?P<a>.+ \?\?) (?P<b>\S+)(?P<c> .+)", (r"\g<a>\g<c>",)),
    Kind("a comparison's right side is missing", "syntax", r"(?P<a>(?:where|dedupe|adopt)[^,]* ==) \S+", (r"\g<a>",)),
    Kind("a condition breaks off", "syntax", r"(?P<a>when .+ ==) \S+(?P<b>: .+)", (r"\g<a>\g<b>",)),
    Kind("a value is missing", "syntax", r"(?P<a>(?:view|on conflict|stage|like|parent|dedupe):) .+", (r"\g<a>",)),
    Kind("a limit's number is missing", "syntax", r"(?P<a>guard: \w+ <=) [\d_]+(?P<b>.*)", (r"\g<a>\g<b>",)),
    Kind("two operators", "syntax", r"(?P<a>(?:where|dedupe|adopt|when).+ ==) (?P<b>.+)", (r"\g<a> == \g<b>",)),
    # signs
    Kind(
        "a comma too many",
        "syntax",
        rf"(?P<a>{_PLAIN} (?:->|<->) [\w.]+)(?P<b>(?:, .+)?)",
        (r"\g<a>,\g<b>",),
        within=_MAP,
    ),
    Kind(
        "a comma is missing",
        "syntax",
        r"(?P<a>.+ (?:->|<->) [\w.]+), (?P<b>(?:prefer|when) .+)",
        (r"\g<a> \g<b>",),
        within=_MAP,
    ),
    Kind(
        "a list's comma is missing",
        "syntax",
        r"(?P<a>(?:guard|transactions \w+|may \w+|users): [^,]+), (?P<b>.+)",
        (r"\g<a> \g<b>", r"\g<a>; \g<b>"),
    ),
    Kind(
        "a key's separator is missing",
        "syntax",
        r"(?P<a>dedupe: .+), then (?P<b>.+)",
        (r"\g<a>, \g<b>", r"\g<a> then \g<b>", r"\g<a>; then \g<b>"),
    ),
    Kind(
        "a stray sign at the end",
        "syntax",
        r"(?P<a>.+ (?:->|<->) [\w.]+|view: .+|dedupe: .+|stage: .+)",
        (r"\g<a>;", r"\g<a> @", r"\g<a> $", r"\g<a> !", r"\g<a> ~", r"\g<a>.", r"\g<a>:"),
        within=".",
    ),
    Kind(
        "a stray sign in front",
        "syntax",
        rf"(?P<all>{_PLAIN} (?:->|<->) .+)",
        (r"- \g<all>", r"* \g<all>", r"@\g<all>", r"$\g<all>", r"+ \g<all>"),
        within=_MAP,
    ),
    Kind(
        "a stray line",
        "syntax",
        rf"(?P<all>{_PLAIN} (?:->|<->) .+)",
        ("\\g<all>\nend", "\\g<all>\n}", "\\g<all>\n// the rest", "\\g<all>\n-- the rest", "\\g<all>\n/* the rest */"),
        within=_MAP,
        found="last",
    ),
    Kind(
        "a dot is missing",
        "syntax",
        r"(?P<a>(?:module|record|document) \w+: \w+)\.(?P<b>\w+.*)",
        (r"\g<a> \g<b>", r"\g<a>/\g<b>", r"\g<a>:\g<b>"),
    ),
    # names and numbers
    Kind(
        "a word of the language as a name",
        "syntax",
        rf"{_PLAIN} (?P<b>(?:->|<->) .+)",
        (r"open \g<b>", r"lost \g<b>", r"in \g<b>", r"then \g<b>"),
        within=r"map:$|group \w+:$",
    ),
    Kind(
        "an odd name",
        "syntax",
        rf"{_PLAIN} (?P<b>(?:->|<->) .+)",
        (r"Téléphone \g<b>", r"Account Name \g<b>", r"Account-Name \g<b>", r"1st_Name \g<b>", r"Name% \g<b>"),
        within=r"^module .+\n(?:.+\n)?map:",
    ),
    Kind(
        "a written target that is odd",
        "syntax",
        rf"(?P<a>.+ ->) {_TARGET}",
        (r"\g<a> e-mail address", r"\g<a> straße", r"\g<a> and"),
        within=r"^module .+\n(?:.+\n)?map:",
    ),
    Kind("no such version", "syntax", r"language 1", ("language 2", "language one", 'language "1"', "langage 1")),
)
"""All of them."""
