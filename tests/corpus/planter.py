"""Plants known faults into valid programs, and writes down which one stands where: the manifest of the corpus.

The lines in which faults have to be found come from what was planted where, never from what the tool says. The
manifest is written by `python -m tests.corpus.planter` and read by the tests; each case shows what it changes:

    case 007: zoho/accounts
    fault: a colon is missing, line 10, expected 10
    -     view: "All Accounts"
    +     view "All Accounts"
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests.corpus.kinds import Kind, Line
from tests.corpus.meaning_kinds import MEANING
from tests.corpus.syntax_kinds import SYNTAX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ROOT = Path(__file__).parents[2]
MANIFEST = Path(__file__).with_name("manifest.txt")
SEED = 20261125
SINGLES = 100
PAIRS = 35
"""Cases with one and with two faults, for shipped sets and for other programs each."""

KINDS = {kind.name: kind for kind in (*SYNTAX, *MEANING)}
_HEAD = "language 1\n\nconnection crm: zoho_crm\nconnection books: zoho_books\n\n"
_GUARD = "guard: creates <= 500, amount <= 100_000 EUR per day\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A valid program: the file that faults are planted into, and the files that it needs to be one."""

    name: str
    path: str
    beside: str = ""

    @property
    def shipped(self) -> bool:
        """Whether it is a shipped set."""
        return self.name.startswith("zoho/")

    @property
    def text(self) -> str:
        """Its text."""
        return (ROOT / self.path).read_text(encoding="utf-8")

    def files(self, text: str) -> dict[str, str]:
        """Return the program, by file name, with this text in its place."""
        return {self.file: text} | ({"beside.sync": self.beside} if self.beside else {})

    @property
    def file(self) -> str:
        """The name of its file in the program."""
        return f"{Path(self.name).name}.sync"


def _document(name: str) -> Base:
    beside = f"{_HEAD}use zoho.customers\n\nwhen deal.stage == won: create {name}\n\n{_GUARD}"
    return Base(name=f"zoho/{name}", path=f"rules/zoho/{name}.sync", beside=beside)


BASES = {
    base.name: base
    for base in (
        *(
            Base(name=f"zoho/{name}", path=f"rules/zoho/{name}.sync")
            for name in ("accounts", "contacts", "customers", "items", "unassociated_contacts", "vendors")
        ),
        _document("quote"),
        _document("invoice"),
        _document("sales_order"),
        Base(name="zoho/deals", path="rules/zoho/deals.sync", beside=f"{_HEAD}use zoho.customers\n\n{_GUARD}"),
        Base(name="template", path="rules/zoho/template/customers.sync"),
        Base(name="reference", path="tests/golden/parse/reference.sync"),
        Base(name="every_clause", path="tests/unit/analysis/every_clause.sync"),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of a case; `line` is that of the base, `expected` that of the broken text."""

    kind: Kind
    line: int
    old: str
    new: tuple[str, ...]
    expected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A base with its faults, in the order of their lines."""

    number: int
    base: Base
    faults: tuple[Fault, ...]

    def text(self) -> str:
        """Return the broken text; raises ValueError when the base has changed since the faults were planted."""
        lines = self.base.text.split("\n")
        for fault in reversed(self.faults):
            if lines[fault.line - 1] != fault.old:
                raise ValueError(f"{self.base.name}, line {fault.line} is no longer `{fault.old}`")
            lines[fault.line - 1 : fault.line] = fault.new
        return "\n".join(lines)

    def files(self) -> dict[str, str]:
        """Return the broken program by file name."""
        return self.base.files(self.text())


# ------------------------------------------------------------------------------------------------------- planting


def lines_of(text: str) -> list[Line]:
    """Return the lines of a program that hold more than comments, with the headers around them."""
    found: list[Line] = []
    headers: list[tuple[int, int, str]] = []
    for number, raw in enumerate(text.split("\n"), 1):
        comment = re.search(r"\s+#.*$|^#.*$", raw)
        code = raw[: comment.start()] if comment else raw
        if not code.strip():
            continue
        indent = len(code) - len(code.lstrip())
        headers = [item for item in headers if item[0] < indent]
        found.append(
            Line(
                number=number,
                code=code,
                comment=comment.group() if comment else "",
                headers=tuple((at, header) for _, at, header in headers),
            )
        )
        headers.append((indent, number, code.strip()))
    return found


@cache
def known_words() -> frozenset[str]:
    """Return the words of all programs and schemas, in small letters: none of them is a misspelling."""
    words: set[str] = set()
    for base in BASES.values():
        words.update(re.findall(r"\w+", base.text))
    for path in (ROOT / "rules" / "zoho" / "schema").glob("*.json"):
        words.update(re.findall(r"\w+", json.dumps(json.loads(path.read_text(encoding="utf-8")))))
    return frozenset(word.casefold() for word in words)


def plant(kind: Kind, line: Line, lines: Sequence[Line], random: Random) -> Fault:
    """Plant a fault in a line of a text that has no other."""
    written = kind.written(line, random, known_words())
    return Fault(
        kind=kind,
        line=line.number,
        old=line.code + line.comment,
        new=tuple(written),
        expected=kind.expected(line, written, lines),
    )


def _places(shipped: bool) -> dict[str, list[tuple[Base, Line, list[Line]]]]:  # noqa: FBT001 - which half of the corpus
    found: dict[str, list[tuple[Base, Line, list[Line]]]] = {name: [] for name in KINDS}
    for base in BASES.values():
        if base.shipped is shipped:
            lines = lines_of(base.text)
            for kind in KINDS.values():
                found[kind.name] += [(base, line, lines) for line in lines if kind.fits(line)]
    return found


def generate(seed: int = SEED) -> list[Case]:
    """Return the corpus: for shipped sets and for other programs as many cases of one fault and of two each."""
    random = Random(seed)
    cases: list[tuple[Base, tuple[Fault, ...]]] = []
    for shipped in (True, False):
        places = _places(shipped)
        cases += _singles(places, random)
        cases += _pairs(places, random)
    return [Case(number=number, base=base, faults=faults) for number, (base, faults) in enumerate(cases, 1)]


def _singles(
    places: dict[str, list[tuple[Base, Line, list[Line]]]], random: Random
) -> Iterator[tuple[Base, tuple[Fault, ...]]]:
    """Yield every kind once, in a place drawn from all that it fits, then kinds drawn anew until there are enough."""
    kinds = [name for name in KINDS if places[name]]
    drawn = [*kinds, *random.choices(kinds, k=max(0, SINGLES - len(kinds)))][: max(SINGLES, len(kinds))]
    for name in drawn:
        base, line, lines = random.choice(places[name])
        yield base, (plant(KINDS[name], line, lines, random),)


def _pairs(
    places: dict[str, list[tuple[Base, Line, list[Line]]]], random: Random
) -> Iterator[tuple[Base, tuple[Fault, ...]]]:
    by_base: dict[str, list[tuple[Kind, Line, list[Line]]]] = {}
    for name, found in places.items():
        for base, line, lines in found:
            by_base.setdefault(base.name, []).append((KINDS[name], line, lines))
    made = 0
    names = sorted(by_base)
    while made < PAIRS:
        name = names[made % len(names)]
        kinds = sorted({kind.name for kind, _, _ in by_base[name]})
        chosen = [
            random.choice([item for item in by_base[name] if item[0].name == kind])
            for kind in random.sample(kinds, k=min(2, len(kinds)))
        ]
        chosen.sort(key=lambda item: item[1].number)
        if len(chosen) < 2 or not _apart(chosen[0][0], chosen[0][1], chosen[1][0], chosen[1][1]):
            continue
        yield BASES[name], _both([plant(kind, line, lines, random) for kind, line, lines in chosen])
        made += 1


def _apart(one: Kind, first: Line, other: Kind, second: Line) -> bool:
    """Whether two faults can both be seen: neither blinds for the other, and a line lies between them."""
    if "program" in {one.blinds, other.blinds} or second.number - first.number < 3:
        return False
    if first.statement == second.statement:
        return "statement" not in {one.blinds, other.blinds}
    return True


def _both(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Move what is expected below a fault by the lines that it adds or takes away."""
    moved = []
    for fault in faults:
        more = sum(
            len(other.new) - 1
            for other in faults
            if other is not fault and other.line < min(fault.line, fault.expected)
        )
        moved.append(
            Fault(kind=fault.kind, line=fault.line, old=fault.old, new=fault.new, expected=fault.expected + more)
        )
    return tuple(moved)


# ------------------------------------------------------------------------------------------------------- manifest

_CASE = re.compile(r"case (\d+): (\S+)")
_FAULT = re.compile(r"fault: (.+), line (\d+), expected (\d+)")


def written(cases: Iterable[Case]) -> str:
    """Return the manifest of cases."""
    blocks = ["# Written by `python -m tests.corpus.planter`; what is expected comes from what was planted.\n"]
    for case in cases:
        lines = [f"case {case.number:03}: {case.base.name}"]
        for fault in case.faults:
            lines.append(f"fault: {fault.kind.name}, line {fault.line}, expected {fault.expected}")
            lines.append(f"- {fault.old}")
            lines += [f"+ {line}" for line in fault.new]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def read(text: str) -> list[Case]:
    """Return the cases of a manifest; raises ValueError for what is none."""
    cases: list[Case] = []
    for block in text.split("\n\n")[1:]:
        first, *rest = block.strip("\n").split("\n")
        head = _CASE.fullmatch(first)
        if head is None:
            raise ValueError(first)
        faults: list[Fault] = []
        for line in rest:
            if (found := _FAULT.fullmatch(line)) is not None:
                faults.append(Fault(kind=KINDS[found[1]], line=int(found[2]), old="", new=(), expected=int(found[3])))
                continue
            last = faults.pop()
            old = line[2:] if line.startswith("- ") else last.old
            new = (*last.new, line[2:]) if line.startswith("+ ") else last.new
            faults.append(Fault(kind=last.kind, line=last.line, old=old, new=new, expected=last.expected))
        cases.append(Case(number=int(head[1]), base=BASES[head[2]], faults=tuple(faults)))
    return cases


if __name__ == "__main__":
    MANIFEST.write_text(written(generate()), encoding="utf-8")
