"""SD1: the text of a rule file."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code
from syncdsl.diagnostics.diagnostic import Severity

_GUESS = "unsafe: where one edit makes the line readable, writes that, a guess of what was meant"

UNEXPECTED = Code(
    id="SD101",
    name="unexpected-text",
    title="something stands where it does not belong",
    explanation=(
        "A statement is complete without this word or sign, or has no place for it. Names with spaces or signs in "
        "them are written in backticks. The rest of the file was read and checked as usual."
    ),
    example="map:\n    Account Name -> contact_name",
    instead="map:\n    Account_Name -> contact_name\n    `Odd name` -> notes",
    fix=_GUESS,
)
MISSING_ARROW = Code(
    id="SD102",
    name="missing-arrow",
    title="an arrow is missing",
    explanation=(
        "Map lines, table rows and module headers have two sides with an arrow between them: `->` writes from left "
        "to right, `<-` from right to left, `<->` both ways. Left is always the connection that the header names on "
        "the left."
    ),
    example="map:\n    Salutation salutation",
    instead="map:\n    Salutation -> salutation",
    fix=_GUESS,
)
WRONG_ARROW = Code(
    id="SD103",
    name="wrong-arrow",
    title="not an arrow of this language",
    explanation="There are three arrows: `->`, `<-` and `<->`. `=` and `==` are no arrows: one sets, one compares.",
    example="map:\n    Phone => phone",
    instead="map:\n    Phone -> phone",
    fix=_GUESS,
)
MISSING_COLON = Code(
    id="SD104",
    name="missing-colon",
    title="a colon is missing",
    explanation=(
        "A statement's words end with a colon. After it stands a value, or indented lines, or both. Headers with an "
        "entity (`module`, `record`, `document`) have it after the name."
    ),
    example="map\n    Phone -> phone",
    instead="map:\n    Phone -> phone",
    fix=_GUESS,
)
MISSING_WORD = Code(
    id="SD105",
    name="missing-word",
    title="a word, name or value is missing",
    explanation="The statement breaks off or skips something it needs. The message says what was expected and where.",
    example="document invoice: books.invoices deal",
    instead="document invoice: books.invoices for deal",
    fix=_GUESS,
)
UNKNOWN_STATEMENT = Code(
    id="SD106",
    name="unknown-statement",
    title="no statement begins like this here",
    explanation=(
        "The first words of a line say what it is. Which ones fit depends on the block the line stands in: `module` "
        "stands at the left margin, `view` and `map` inside a module, map lines inside `map:`. A misspelt statement "
        "word is read as the one it was meant to be, so that the lines below it are checked too."
    ),
    example="modul customers: crm.Accounts <-> books.customers",
    instead="module customers: crm.Accounts <-> books.customers",
    fix=_GUESS,
)
UNCLOSED_TEXT = Code(
    id="SD107",
    name="unclosed-text",
    title="a quotation mark is missing",
    explanation=(
        'Texts stand between two `"` on one line. Inside, `\\"` is a quotation mark, `\\n` a line end and `\\\\` a '
        "backslash. Names in backticks likewise end on the line where they begin."
    ),
    example='view: "All Accounts',
    instead='view: "All Accounts"',
    fix=_GUESS,
)
WRONG_QUOTES = Code(
    id="SD108",
    name="wrong-quotes",
    title="texts take straight double quotation marks",
    explanation="Single and typographic quotation marks come from other languages or from a word processor.",
    example="view: 'All Accounts'",
    instead='view: "All Accounts"',
    fix=_GUESS,
)
UNCLOSED_PARENTHESIS = Code(
    id="SD109",
    name="unclosed-parenthesis",
    title="parentheses do not match",
    explanation="Every `(` needs its `)`. Between them lines may break freely.",
    example='where crm: Region in ("EU", "UK"',
    instead='where crm: Region in ("EU", "UK")',
    fix=_GUESS,
)
BAD_CHARACTER = Code(
    id="SD110",
    name="bad-character",
    title="a sign that the language does not use",
    explanation="Comments begin with `#`, statements end with their line, and lists are separated by commas.",
    example='view: "All Accounts";',
    instead='view: "All Accounts"',
    fix=_GUESS,
)
UNQUOTED_NAME = Code(
    id="SD111",
    name="unquoted-name",
    title="an odd name needs backticks",
    explanation=(
        "Names consist of the letters A to Z in either case, digits and `_`, and do not begin with a digit. Any other "
        "name of a field stands between backticks."
    ),
    example="map:\n    Téléphone -> phone",
    instead="map:\n    `Téléphone` -> phone",
    fix=_GUESS,
)
RESERVED_WORD = Code(
    id="SD112",
    name="reserved-word",
    title="a word of the language stands where a name is expected",
    explanation=(
        "`and or not in is if then else empty true false won lost open` mean something wherever they stand. A field "
        "with such a name is written in backticks. All other statement words can be used as names as they are."
    ),
    example="map:\n    open -> is_open",
    instead="map:\n    `open` -> is_open",
    fix=_GUESS,
)
WRONG_OPERATOR = Code(
    id="SD113",
    name="wrong-operator",
    title="not an operator of this language",
    explanation=(
        "`==` and `!=` compare, `and`, `or` and `not` combine conditions, `??` gives a default for an empty value. "
        "`<-` is always the arrow, so a comparison with a negative number takes a space: `< -5`."
    ),
    example='where books: status = "active"',
    instead='where books: status == "active"',
    fix=_GUESS,
)
MISSING_SEPARATOR = Code(
    id="SD114",
    name="missing-separator",
    title="a comma or another separator is missing",
    explanation=(
        "Modifiers follow a map line after a comma, further dedupe keys after `, then`, list items after commas."
    ),
    example="Website <-> website prefer crm",
    instead="Website <-> website, prefer crm",
    fix=_GUESS,
)
BAD_INDENTATION = Code(
    id="SD115",
    name="bad-indentation",
    title="a line is indented wrongly",
    explanation=(
        "What belongs to a statement stands below it, four spaces deeper. The line was read as belonging to the "
        "nearest block in which it makes sense."
    ),
    example='module customers: crm.Accounts <-> books.customers\n      view: "All Accounts"\n    map:',
    instead='module customers: crm.Accounts <-> books.customers\n    view: "All Accounts"\n    map:',
    fix=_GUESS,
)
INDENTATION_WIDTH = Code(
    id="SD116",
    name="indentation-width",
    title="indentation is not by four spaces",
    severity=Severity.WARNING,
    explanation="The file means the same with any regular indentation; all rule files use four spaces.",
    example="map:\n  Phone -> phone",
    instead="map:\n    Phone -> phone",
)
TAB = Code(
    id="SD117",
    name="tab-indentation",
    title="a line is indented with a tab",
    explanation=(
        "How far a tab reaches depends on the editor, so indentation takes spaces only. The file was read as if each "
        "tab reached the next multiple of four. Reported once for a file."
    ),
    example="map:\n\tPhone -> phone",
    instead="map:\n    Phone -> phone",
)
EMPTY_BLOCK = Code(
    id="SD118",
    name="empty-block",
    title="nothing stands after a colon",
    explanation="After a colon stands a value, or indented lines, or both; one of them has to be there.",
    example="map:",
    instead="map:\n    Phone -> phone",
)
BAD_VALUE = Code(
    id="SD119",
    name="bad-value",
    title="a number or date that does not exist",
    explanation="Dates are written year-month-day and have to exist. Underscores in numbers stand between digits.",
    example="when deal.Closing_Date > 2026-02-30: create invoice",
    instead="when deal.Closing_Date > 2026-02-28: create invoice",
)
BAD_ESCAPE = Code(
    id="SD120",
    name="bad-escape",
    title="a backslash before a letter that means nothing",
    explanation=(
        'In texts `\\"`, `\\\\` and `\\n` mean a quotation mark, a backslash and a line end. There are no others.'
    ),
    example='view: "C:\\Temp"',
    instead='view: "C:\\\\Temp"',
)
BAD_PLACEHOLDER = Code(
    id="SD121",
    name="bad-placeholder",
    title="a placeholder in a text that cannot be read",
    explanation=(
        "`{` in a text begins a placeholder with an expression, which `}` ends; `{{` is a plain brace. Quotation "
        'marks inside a placeholder are written `\\"`.'
    ),
    example='"{First_Name Last_Name" -> contact_name',
    instead='"{First_Name} {Last_Name}" -> contact_name',
)
MISSING_LANGUAGE = Code(
    id="SD122",
    name="missing-language",
    title="the language version is missing",
    explanation=(
        "A rule file says first for which version of the language it was written, so that old files keep their meaning."
    ),
    example="connection crm: zoho_crm",
    instead="language 1\n\nconnection crm: zoho_crm",
    fix="safe: writes `language 1` at the top, the version that everything else is read by anyway",
)
UNSUPPORTED_VERSION = Code(
    id="SD123",
    name="unsupported-version",
    title="this version of the language is not known",
    explanation="This syncdsl reads language 1. A file for a later version needs a later syncdsl.",
    example="language 2",
    instead="language 1",
)
MISPLACED_LANGUAGE = Code(
    id="SD124",
    name="misplaced-language",
    title="the language version stands once, at the top",
    explanation="`language 1` is the first statement of a file; before it only comments and blank lines may stand.",
    example="connection crm: zoho_crm\nlanguage 1",
    instead="language 1\n\nconnection crm: zoho_crm",
)
TOO_LARGE = Code(
    id="SD125",
    name="file-too-large",
    title="the file is too large",
    explanation="A rule file may have 1 MiB. Split it into several.",
    example="rules/everything.sync  # 1.4 MiB",
    instead="rules/customers.sync, rules/items.sync",
)
TOO_DEEP = Code(
    id="SD126",
    name="nested-too-deeply",
    title="something is nested too deeply",
    explanation=(
        "Expressions may be nested 200 levels deep; every operator of a chain counts as one. A long chain of `or` is "
        'better written as `in ("a", "b")`.'
    ),
    example='where crm: Region == "EU" or Region == "UK"',
    instead='where crm: Region in ("EU", "UK")',
)
BAD_CREATED = Code(
    id="SD127",
    name="misplaced-created",
    title="`is created` is asked of a record only",
    explanation="`is created` is the whole condition of a `when`; before it stands the name of a record.",
    example="when deal.Amount + 1 is created: create quote",
    instead="when deal is created: create quote",
)
TOO_MANY = Code(
    id="SD128",
    name="too-many-mistakes",
    title="there are too many mistakes to report all",
    explanation="After a hundred syntax errors in one file the rest is passed over. It may not be a rule file at all.",
)
RULE_AMONG_TESTS = Code(
    id="SD129",
    name="rule-among-tests",
    title="a file of tests holds a rule",
    explanation=(
        "A file whose name ends in `_test.sync` holds tests of the project's rules and nothing else: whoever changes "
        "it cannot change what is synced. It needs no `language` and no connections, because the rules have them."
    ),
    example="# rules/deals_test.sync\nwhen deal.stage == won: create invoice",
    instead="# rules/deals.sync\nwhen deal.stage == won: create invoice",
)
# SD190 meant a statement that was not built yet; the number is not used again.
CODES: tuple[Code, ...] = (
    UNEXPECTED,
    MISSING_ARROW,
    WRONG_ARROW,
    MISSING_COLON,
    MISSING_WORD,
    UNKNOWN_STATEMENT,
    UNCLOSED_TEXT,
    WRONG_QUOTES,
    UNCLOSED_PARENTHESIS,
    BAD_CHARACTER,
    UNQUOTED_NAME,
    RESERVED_WORD,
    WRONG_OPERATOR,
    MISSING_SEPARATOR,
    BAD_INDENTATION,
    INDENTATION_WIDTH,
    TAB,
    EMPTY_BLOCK,
    BAD_VALUE,
    BAD_ESCAPE,
    BAD_PLACEHOLDER,
    MISSING_LANGUAGE,
    UNSUPPORTED_VERSION,
    MISPLACED_LANGUAGE,
    TOO_LARGE,
    TOO_DEEP,
    BAD_CREATED,
    TOO_MANY,
    RULE_AMONG_TESTS,
)
