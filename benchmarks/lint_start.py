"""`syncdsl lint` of one unchanged file against `yamllint` of a file of the same size, both sides in one run.

The figure is the ratio of the medians; below 1 means faster. Rounds alternate, so that noise meets both sides alike.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 15
WARM_UP = 2
RULES = Path(__file__).parent / "data" / "customers.sync"


def yaml_of(lines: int) -> str:
    """Return a YAML file of as many lines, nested like a rule file."""
    body = ["---"]
    while len(body) < lines:
        number = len(body)
        body += [f"module_{number}:", '  view: "All Accounts"', "  map:", f"    Account_Name: contact_name_{number}"]
    return "\n".join(body[:lines]) + "\n"


def seconds(command: list[str], folder: Path) -> float:
    """Return the wall time of a command that must succeed."""
    begin = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - begin


def main() -> int:
    """Print the table."""
    binaries = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        text = RULES.read_text(encoding="utf-8")
        lines = text.count("\n")
        (folder / "customers.sync").write_text(text, encoding="utf-8")
        (folder / "customers.yaml").write_text(yaml_of(lines), encoding="utf-8")
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "yamllint": [str(binaries / "yamllint"), "-d", "relaxed", "customers.yaml"],
            "syncdsl lint, unchanged file": [str(binaries / "syncdsl"), "lint", "customers.sync"],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for number in range(ROUNDS + WARM_UP):
            for name, command in commands.items():
                taken = seconds(command, folder)
                if number >= WARM_UP:
                    times[name].append(taken)
    medians = {name: statistics.median(values) for name, values in times.items()}
    print(f"one file of {lines} lines, median of {ROUNDS} rounds")
    for name, median in medians.items():
        print(f"  {name:<30} {median * 1000:7.1f} ms  (best {min(times[name]) * 1000:.1f})")
    ratio = medians["syncdsl lint, unchanged file"] / medians["yamllint"]
    print(f"  ratio to yamllint: {ratio:.2f} (goal: not above 1)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
