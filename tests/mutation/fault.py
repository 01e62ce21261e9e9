"""A fault: one small change of the checker's code that makes it wrong, and that its tests have to notice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "syncdsl"


@dataclass(frozen=True, slots=True)
class Fault:
    """In `file` (below `src/syncdsl`) the text `old`, which stands there once, becomes `new`; `wrong` says what breaks.

    `equivalent` gives the reason why no test can tell: such a fault is listed and not tried.
    """

    file: str
    old: str
    new: str
    wrong: str
    equivalent: str | None = None

    @property
    def name(self) -> str:
        """What a fault is known by."""
        return f"{self.file}: {self.wrong}"

    @property
    def module(self) -> str:
        """The dotted name of the module that has the fault."""
        path = Path(self.file).with_suffix("")
        parts = path.parts[:-1] if path.name == "__init__" else path.parts
        return ".".join(("syncdsl", *parts))

    def planted(self) -> str:
        """Return the source of the module with the fault in it.

        Raises ValueError when the old text does not stand there exactly once, or the result is no Python.
        """
        source = (PACKAGE / self.file).read_text(encoding="utf-8")
        count = source.count(self.old)
        if count != 1:
            raise ValueError(f"the old text stands {count or 'no'} times in {self.file}: {self.old!r}")
        changed = source.replace(self.old, self.new)
        if changed == source:
            raise ValueError(f"nothing changes in {self.file}: {self.old!r}")
        try:
            compile(changed, self.file, "exec")
        except SyntaxError as error:
            raise ValueError(f"{self.name} is no Python: {error}") from None
        return changed

    @property
    def line(self) -> int:
        """The line that the fault begins in; 0 where it does not apply."""
        source = (PACKAGE / self.file).read_text(encoding="utf-8")
        at = source.find(self.old)
        return source.count("\n", 0, at) + 1 if at >= 0 else 0
