"""What stops a command: one clear message with a code, never a traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncdsl.diagnostics.codes import Code


class Fault(Exception):  # noqa: N818 - the glossary's word; it is shown to people, not caught by name outside
    """A condition outside the rules (configuration, network, state) that ends the command.

    `message` says what is wrong and `help` what to do about it; neither may hold a secret. The code decides the exit
    status and has an `explain` page.
    """

    def __init__(self, code: Code, message: str, *, help: str | None = None) -> None:  # noqa: A002 - the label users see
        super().__init__(message)
        self.code = code
        self.message = message
        self.help = help

    def __str__(self) -> str:
        return f"{self.code.id}: {self.message}"
