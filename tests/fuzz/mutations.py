"""A mutation fuzzer over the corpus: whatever stands in rule files, parse, lint and analysis answer.

`python -m tests.fuzz.mutations --minutes 5 --seed 1` runs as long as it is told and prints the seed and, for a text
that is not answered, the text and what was raised.
"""

from __future__ import annotations

import argparse
import time
import traceback
from functools import cache
from random import Random

from tests.corpus.measure import check
from tests.corpus.planter import MANIFEST, read

PIECES = (
    *' \n\t"`(){}[],.:;=<>-+*/%?!#\\_\u00e9x7\r\0\u2028', "->", "<-", "<->", "=>", "==", "??", '"{', '}"', "{{",
    "\n    ", "\n        ", " and ", " or ", " not ", " is ", " if ", " then ", " else ", " in (", "map:", "when ",
    "\nmodule a: crm.Accounts <-> books.customers\n", "    with c: crm.Contacts -> books.contact_persons\n",
    "\nline:\n", "group g:\n", "2026-02-31", "1__", "created", "empty", "like: zoho.accounts\n", "like: invoice\n",
    "without: fax\n", "\nuse zoho.deals\n", "\nmoved module a to b\n", "cases a, b:\n", "expect create invoice",
    "parent: Account_Name\n", "# allow SD301: it is so\n", "deal.stage == won", "today()", "(((((", ")))))", "1e400",
    "9" * 400,
)  # fmt: skip
"""What is put in."""


@cache
def texts() -> tuple[str, ...]:
    """Return the texts that are mutated: the broken files of the corpus, each once."""
    return tuple(dict.fromkeys(case.text() for case in read(MANIFEST.read_text(encoding="utf-8"))))


def mutated(random: Random) -> str:
    """Return a text of the corpus after some cuts, repetitions, moves and pieces of itself, others or `PIECES`."""
    text = random.choice(texts())
    for _ in range(random.randint(1, 6)):
        at = random.randint(0, len(text))
        match random.randrange(6):
            case 0:
                text = text[:at] + random.choice(PIECES) + text[at:]
            case 1:
                text = text[:at] + text[at + random.randint(1, 40) :]
            case 2:
                lines = text.split("\n")
                first, second = random.randrange(len(lines)), random.randrange(len(lines))
                lines[first], lines[second] = lines[second], lines[first]
                text = "\n".join(lines)
            case 3:
                lines = text.split("\n")
                del lines[random.randrange(len(lines))]
                text = "\n".join(lines)
            case 4:
                other = random.choice(texts()).split("\n")
                start = random.randrange(len(other))
                piece = "\n".join(other[start : start + random.randint(1, 5)])
                text = text[:at] + piece + text[at:]
            case _:
                stop = at + random.randint(1, 30)
                text = text[:stop] + text[at:stop] * random.randint(1, 3) + text[stop:]
    return text


def checked(text: str) -> None:
    """Check a text and see that all that is said about it lies within it."""
    for found in check({"fuzzed.sync": text}):
        assert found.message
        if found.span.file == "fuzzed.sync":
            assert 0 <= found.span.start <= found.span.end <= len(text)


def main() -> None:
    """Run for some minutes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random = Random(given.seed)
    until = time.monotonic() + given.minutes * 60
    count = failed = 0
    while time.monotonic() < until:
        text = mutated(random)
        count += 1
        try:
            checked(text)
        except Exception:  # noqa: BLE001 - whatever is raised is what is looked for
            failed += 1
            print(f"--- seed {given.seed}, text {count}\n{text}\n{traceback.format_exc()}", flush=True)  # noqa: T201
    print(f"seed {given.seed}: {count} texts, {failed} not answered")  # noqa: T201 - what the command is for
    if failed:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
