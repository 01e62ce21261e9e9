"""Rule files of any size, each of one shape: what a checker may take too long for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = "language 1\n\nconnection crm: zoho_crm\nconnection books: zoho_books\n\n"
_MODULE = """module m{i}: crm.Accounts -> books.customers
    where crm: Account_Number == {i}
    dedupe: Account_Name == contact_name
    map:
        Account_Name -> contact_name
        Phone -> phone

"""
_ONE = "module m: crm.Accounts <-> books.customers\n    map:\n        Account_Name <-> contact_name\n"
_DEAL = "record deal: crm.Deals\n    stage: Stage\n\n"
_CUSTOMERS = "module m: crm.Accounts <-> books.customers\n    map:\n        Account_Name <-> contact_name\n\n"
_DOCUMENT = """document d{i}: books.invoices for deal
    map:
        deal.Account_Name -> customer_id
        line:
            deal.Amount -> rate

"""


def _each(template: str, n: int) -> str:
    return "".join(template.replace("{i}", str(i)) for i in range(n))


def _lines(template: str) -> Callable[[int], str]:
    return lambda n: HEAD + _ONE + _each(f"        {template}\n", n)


def _condition(condition: Callable[[int], str]) -> Callable[[int], str]:
    return lambda n: HEAD + _ONE.replace("    map:", f"    where crm: {condition(n)}\n    map:")


def _deeper(n: int) -> str:
    return HEAD + "".join("    " * i + f"module m{i}:\n" for i in range(n))


def _nested(n: int) -> str:
    with_ = "with c{i}: crm.Contacts -> books.contact_persons\n"
    return HEAD + _ONE + "".join("    " * (i + 1) + with_.replace("{i}", str(i)) for i in range(n))


SHAPES: dict[str, Callable[[int], str]] = {
    "many modules": lambda n: HEAD + _each(_MODULE, n),
    "modules of unknown modules": lambda n: HEAD + _each(_MODULE.replace("crm.Accounts", "crm.Acounts{i}"), n),
    "modules of unknown connections": lambda n: HEAD + _each(_MODULE.replace("crm.Acc", "crm{i}.Acc"), n),
    "modules like one another": lambda n: HEAD + _ONE + _each(
        "module n{i}: crm.Accounts <-> books.customers\n    like: m\n", n
    ),
    "modules each like the one before": lambda n: HEAD + _ONE.replace("module m:", "module m0:") + "".join(
        f"module m{i}: crm.Accounts <-> books.customers\n    like: m{i - 1}\n" for i in range(1, n)
    ),
    "modules each like the next": lambda n: HEAD + "".join(
        f"module m{i}: crm.Accounts <-> books.customers\n    like: m{i + 1}\n" for i in range(n)
    ) + _ONE.replace("module m:", f"module m{n}:"),
    "modules like unknown ones": lambda n: HEAD + _each(
        "module m{i}: crm.Accounts <-> books.customers\n    like: x{i}\n", n
    ),
    "many lines into one field": _lines("Phone -> phone"),
    "many lines both ways": _lines("Phone <-> phone"),
    "lines and their ways back": _lines("Phone ?? Fax -> phone\n        Phone <- phone"),
    "many unknown fields": _lines("Field_{i} -> field_{i}"),
    "many groups": lambda n: HEAD + _ONE + _each("        group g{i}:\n            Phone <-> phone\n", n),
    "many clauses": lambda n: HEAD + "module m: crm.Accounts <-> books.customers\n" + _each(
        '    view: "All Accounts"\n', n
    ),
    "many tables": lambda n: HEAD + _each('table t{i}:\n    "a" -> "b"\n', n),
    "calls of unknown tables": lambda n: HEAD + _each('table t{i}:\n    "a" -> "b"\n', n) + _ONE + _each(
        "        u{i}(Phone) -> phone\n", n
    ),
    "many rows": lambda n: HEAD + "table t:\n" + _each('    "a{i}" <-> "b{i}"\n', n),
    "many equal rows": lambda n: HEAD + "table t:\n" + _each('    "a" <-> "b"\n', n),
    "many documents": lambda n: HEAD + _CUSTOMERS + _DEAL + _each(_DOCUMENT, n),
    "documents of unknown records": lambda n: HEAD + _CUSTOMERS + _DEAL + _each(
        _DOCUMENT.replace("for deal", "for deal{i}"), n
    ),
    "many triggers": lambda n: HEAD + _CUSTOMERS + _DEAL + _DOCUMENT + _each(
        "when deal.Amount > {i}: create d{i}\n", n
    ),
    "many equal triggers": lambda n: HEAD + _CUSTOMERS + _DEAL + _DOCUMENT.replace("{i}", "") + _each(
        "when deal.stage == won: create d\n", n
    ),
    "many records": lambda n: HEAD + _each("record r{i}: crm.Deals\n    stage: Stage\n\n", n),
    "many guards": lambda n: HEAD + _each("guard: creates <= {i}\n", n),
    "one long guard": lambda n: HEAD + "guard: " + ", ".join(f"creates <= {i}" for i in range(n)) + "\n",
    "many connections": lambda n: "language 1\n" + _each("connection c{i}: zoho_crm\n", n),
    "many languages": lambda n: HEAD + "language 1\n" * n,
    "many renames": lambda n: HEAD + _each("moved module a{i} to b{i}\n", n),
    "a chain of renames": lambda n: HEAD + "".join(f"moved module a{i} to a{i + 1}\n" for i in range(n)),
    "many used sets": lambda n: HEAD + "use zoho.customers\n" * n,
    "many unknown sets": lambda n: HEAD + _each("use zoho.customer{i}\n", n),
    "many exchanges": lambda n: HEAD + "transactions books: quotes, invoices\n" * n,
    "many exchanges and roles": lambda n: HEAD + "transactions books: quotes, invoices\n" * n + _each(
        'access books "r{i}":\n    users: "a@example.com"\n    may view: quotes\n', n
    ),
    "many users": lambda n: HEAD + 'access books "r":\n    users: ' + ", ".join(
        f'"u{i}@example.com"' for i in range(n)
    ) + "\n",
    "many tests": lambda n: HEAD + _CUSTOMERS + _DEAL + _DOCUMENT.replace("{i}", "") + _each(
        'test "t{i}":\n    given deal "D": Amount = 1\n    expect create d: line.rate == 1\n', n
    ),
    "one long test": lambda n: HEAD + _CUSTOMERS + _DEAL + 'test "t":\n' + _each(
        '    given deal "D{i}": Amount = 1, Account_Name = "A{i}"\n', n
    ),
    "many cases": lambda n: HEAD + _CUSTOMERS + _DEAL + (
        'test "t":\n    cases a, b:\n' + _each("        {i}, {i}\n", n) + '    given deal "D": Amount = a\n'
    ),
    "a test that expects much": lambda n: HEAD + _CUSTOMERS + _DEAL + _DOCUMENT.replace("{i}", "") + (
        'test "t":\n    given deal "D": Amount = 1\n' + _each("    expect create d: line.rate == {i}\n", n)
    ),
    "many comments": lambda n: HEAD + "# a comment\n" * n + _ONE,
    "many empty lines": lambda n: HEAD + "\n" * n + _ONE,
    # long and deep expressions
    "a long sum": _condition(lambda n: " + ".join(["Employees"] * n) + " > 1"),
    "a long chain of `or`": _condition(lambda n: " or ".join(f"Employees == {i}" for i in range(n))),
    "a long list": _condition(lambda n: "Employees in (" + ", ".join(map(str, range(n))) + ")"),
    "a long chain of `??`": _condition(lambda n: " ?? ".join(["Employees"] * n) + " > 1"),
    "a long path": _condition(lambda n: ".".join(["Parent_Account"] * n) + " is empty"),
    "a long text": _condition(lambda n: 'Phone == "' + "x" * n + '"'),
    "many placeholders": _condition(lambda n: 'Phone == "' + "{Phone}" * n + '"'),
    "a long name": _condition(lambda n: "x" * n + " is empty"),
    "deep parentheses": _condition(lambda n: "(" * n + "Employees > 1" + ")" * n),
    "deep negation": _condition(lambda n: "not " * n + "Employees > 1"),
    "deep calls": _condition(lambda n: "trim(" * n + "Phone" + ")" * n + " is empty"),
    "deep conditions": _condition(lambda n: "if Employees > 1 then " * n + "true" + " else false" * n),
    "deeper conditions": _condition(lambda n: "if true then true else " * n + "true"),
    # broken
    "every line is broken": lambda n: HEAD + _ONE + "        Phone phone\n" * n,
    "every line is unreadable": lambda n: HEAD + _ONE + "        @ $ % phone\n" * n,
    "every statement is broken": lambda n: HEAD + _each("modul m{i} crm.Accounts books.customers\n    map\n", n),
    "every statement is unreadable": lambda n: HEAD + _each("@@ 12 m{i} ;;\n    Phone -> phone\n", n),
    "nothing but words": lambda n: "a b c d e f g h i j\n" * n,
    "nothing but numbers": lambda n: "1 2 3 4 5 6 7 8 9\n" * n,
    "nothing but opening parentheses": lambda n: "(\n" * n,
    "nothing but closing parentheses": lambda n: ")\n" * n,
    "nothing but quotation marks": lambda n: '"\n' * n,
    "an unclosed parenthesis at the top": lambda n: HEAD.replace("zoho_crm", "zoho_crm (") + _each(_MODULE, n),
    "an unclosed parenthesis in each line": lambda n: HEAD + _ONE + "        trim(Phone -> phone\n" * n,
    "an unclosed text at the top": lambda n: 'language "1\n' + HEAD + _each(_MODULE, n),
    "an unclosed text in each line": lambda n: HEAD + _ONE + '        "Phone -> phone\n' * n,
    "unclosed parentheses, one inside the other": lambda n: HEAD + _ONE + "".join(
        "    " * (i + 2) + "trim(\n" for i in range(n)
    ),
    "ever deeper": _deeper,
    "ever deeper modules": _nested,
    "every other line is deeper": lambda n: HEAD + _ONE + "        Phone -> phone\n            Fax -> phone\n" * n,
    "columns that go up and down": lambda n: HEAD + _ONE + "".join(
        " " * (i * 7 % 23) + "Phone -> phone\n" for i in range(n)
    ),
    "tabs": lambda n: HEAD + _ONE + "\t\tPhone -> phone\n" * n,
    "a long broken line": _condition(lambda n: "Employees " * n),
    "a long line of signs": _condition(lambda n: "$" * n),
    "a long line of arrows": _condition(lambda n: "-> " * n),
    "a long line of opening parentheses": _condition(lambda n: "(" * n),
    "a long line of closing parentheses": _condition(lambda n: ")" * n),
    "a long line of quotation marks": _condition(lambda n: '" ' * n + '"' * (1 - n % 2)),
    "a long line of commas": _condition(lambda n: "," * n),
    "a long line of backslashes": _condition(lambda n: 'Phone == "' + "\\" * n + "x"),
    "a long line of braces": _condition(lambda n: 'Phone == "' + "{" * n + '"'),
    "carriage returns": lambda n: "\r" * n,
    "one character again and again": lambda n: "\u00e9" * n,
}  # fmt: skip
"""Texts by what they are; `n` says how many, or how deep."""
