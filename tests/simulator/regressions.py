"""Cases that once broke an invariant: saved as a rule file with a world beside it, and replayed for ever."""

from __future__ import annotations

import importlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.simulator.cases import Case
from tests.simulator.shrinking import shrink

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

INVARIANTS = Path(__file__).parents[1] / "invariants"
FOLDER = INVARIANTS / "regressions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """A saved case. `open` says why it still fails; an empty text: it does not."""

    name: str
    invariant: str
    case: Case
    open: str


def check_of(invariant: str) -> Callable[[Case], None]:
    """Return the check of an invariant, such as `I11`: what its test file calls `check`."""
    check: Callable[[Case], None] = module_of(invariant).check
    return check


def module_of(invariant: str) -> ModuleType:
    """Return the test file of an invariant; its `RULES` and `SHAPE` say what cases it is about."""
    (file,) = INVARIANTS.glob(f"test_{invariant}_*.py")
    return importlib.import_module(f"tests.invariants.{file.stem}")


def verify(invariant: str, case: Case, check: Callable[[Case], None]) -> None:
    """Check a case. One that fails is shrunk and saved, and fails then as the small one it has become.

    With `SYNCDSL_SHRINK=no` it fails as it is: where faults are seeded into the engine, to find one is enough.
    """
    try:
        check(case)
    except Exception as failure:
        if type(failure).__module__.startswith("hypothesis") or os.environ.get("SYNCDSL_SHRINK") == "no":
            raise
        small = _SMALLEST.setdefault(repr((invariant, case)), shrink(case, _fails_alike(check, failure)))
        save(f"{invariant}_found", invariant, small, open_because="", found=f"{type(failure).__name__}: {failure}")
        check(small)
        raise


_SMALLEST: dict[str, Case] = {}


def _fails_alike(check: Callable[[Case], None], failure: Exception) -> Callable[[Case], bool]:
    def fails(case: Case) -> bool:
        try:
            check(case)
        except type(failure):
            return True
        except Exception:  # noqa: BLE001 - another failure is not the one that is looked for
            return False
        return False

    return fails


def save(name: str, invariant: str, case: Case, *, open_because: str, found: str = "") -> None:
    """Write a case as `NAME.sync` and `NAME.json`; where the folder cannot be written, nowhere."""
    folder = Path(os.environ.get("SYNCDSL_REGRESSIONS", FOLDER))
    data = {"invariant": invariant, "open": open_because, "found": found.splitlines()[0][:300] if found else ""}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.sync").write_text(case.rules.text, encoding="utf-8")
        text = json.dumps({**data, "case": case.to_json()}, indent=1, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    except OSError:
        pass  # the failure itself is what counts


def saved() -> list[Regression]:
    """Return every saved case."""
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        found.append(
            Regression(
                name=path.stem, invariant=data["invariant"], case=Case.from_json(data["case"]), open=data["open"]
            )
        )
    return found


def rule_file(name: str) -> str:
    """Return the rule file of a saved case."""
    return (FOLDER / f"{name}.sync").read_text(encoding="utf-8")
