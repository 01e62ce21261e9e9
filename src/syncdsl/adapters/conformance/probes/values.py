"""Values: what the system makes of what it is sent."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING

from syncdsl.adapters.conformance.measurement import compared, found
from syncdsl.adapters.protocol import Rejected, Written
from syncdsl.schema.types import EmailType, MoneyType, PhoneType, TextType

if TYPE_CHECKING:
    from syncdsl.adapters.conformance.bench import Bench
    from syncdsl.adapters.conformance.measurement import Measurement
    from syncdsl.schema.values import Value

GROUP = "values"

TEXTS = {
    "spaces around": "  a b  ",
    "spaces inside": "a   b",
    "a line break": "a\nb",
    "capitals": "aB Cd",
    "a composed letter": unicodedata.normalize("NFD", "é"),
    "beyond the first plane": "😀 𐍈",
}


def texts(bench: Bench) -> list[Measurement]:
    """Write texts that systems like to change, and say what came back."""
    rows = []
    for name, text in TEXTS.items():
        held = bench.read(bench.make(**{bench.subject.label: text}), bench.subject.label)
        rows.append(found(GROUP, name, _compared(text, held.fields.get(bench.subject.label))))
    return rows


def typed(bench: Bench) -> list[Measurement]:
    """Do the same with mail addresses, phone numbers and amounts, where the module has them."""
    rows: list[Measurement] = []
    for name, field in bench.schema.fields.items():
        if field.read_only or field.create_only or field.unique:
            continue
        sent: Value
        match field.value:
            case EmailType():
                sent, what = "Some.One@Example.COM", "a mail address in capitals"
            case PhoneType():
                sent, what = "+49 (221) 12-34", "a phone number with signs"
            case MoneyType():
                sent, what = Decimal("1.005"), "an amount of three digits"
            case _:
                continue
        if any(row.name == what for row in rows):
            continue
        [outcome] = bench.connection.create(bench.module, [bench.new(None, **{name: sent})], safe=False)
        if isinstance(outcome, Written):
            rows.append(found(GROUP, what, _compared(sent, bench.read(outcome.id, name).fields.get(name))))
        elif isinstance(outcome, Rejected):
            rows.append(found(GROUP, what, f"refused ({outcome.code})"))
    return rows


def lengths(bench: Bench) -> list[Measurement]:
    """Fill the text field to its declared length, and one character further."""
    kind = bench.schema.fields[bench.subject.label].value
    length = kind.length if isinstance(kind, TextType) else None
    if length is None:
        return [found(GROUP, "length", f"`{bench.subject.label}` declares none")]
    full = bench.read(bench.make(**{bench.subject.label: "x" * length}), bench.subject.label)
    fits = len(str(full.fields.get(bench.subject.label) or "")) == length
    [over] = bench.connection.create(bench.module, [bench.new(**{bench.subject.label: "x" * (length + 1)})], safe=False)
    match over:
        case Rejected():
            beyond = "one more is refused"
        case Written():
            held = len(str(bench.read(over.id, bench.subject.label).fields.get(bench.subject.label) or ""))
            beyond = "one more is cut off" if held == length else "one more fits too"
        case _:
            beyond = "one more has no clear answer"
    measured = f"{length:,} fit, {beyond}" if fits else f"not even {length:,} fit"
    return [compared(GROUP, f"length of `{bench.subject.label}`", declared=f"{length:,}", measured=measured, fits=fits)]


def _compared(sent: Value, held: Value) -> str:
    if held == sent and type(held) is type(sent):
        return "kept"
    if isinstance(sent, Decimal) and isinstance(held, Decimal):
        return f"rounded to {held}"
    if isinstance(sent, str) and isinstance(held, str):
        for how, form in (
            ("trimmed", sent.strip()),
            ("folded to one space", " ".join(sent.split())),
            ("lower case", sent.lower()),
            ("upper case", sent.upper()),
            ("composed", unicodedata.normalize("NFC", sent)),
            ("with CR LF", sent.replace("\n", "\r\n")),
        ):
            if held == form:
                return how
    return f"{sent!r} reads {held!r}"


VALUES = (texts, typed, lengths)
