"""`syncdsl demo`: the whole way from a rule to an invoice, with the real commands, on this machine."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syncdsl.cli.ending import FINE, INTERRUPTED, PARTLY, ending
from syncdsl.cli.options import Command, Globals
from syncdsl.cli.terminal import is_terminal, style_of, wants_colour, width_of, write
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.internal import INTERNAL
from syncdsl.diagnostics.codes.project import MISSING_EXTRA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from syncdsl.cli.demo_world import Offices, Sandbox
    from syncdsl.render.style import Style

EXTRA = ("faker", "python_multipart", "starlette", "uvicorn")
TEMPLATE_URLS = {"http://127.0.0.1:8085": "crm_url", "http://127.0.0.1:8086": "books_url"}


@click.command(cls=Command)
@click.option("--keep", is_flag=True, help="Keep the project that the demo makes, and say where it is.")
@click.option(
    "--records",
    type=click.IntRange(min=20),
    default=300,
    show_default=True,
    help="How many accounts the made-up CRM holds.",
)
@click.pass_obj
def demo(settings: Globals, *, keep: bool, records: int) -> int:  # noqa: ARG001 - every command gets the settings
    """Show everything at work: two made-up companies' systems on this machine, a rule, its preview, its apply.

    Runs the real commands against a sandbox of Zoho CRM and Zoho Books that speaks their HTTP APIs. Takes half a
    minute, asks nothing, and leaves nothing behind.

    \b
    Examples:
      syncdsl demo
      syncdsl demo --keep
    """  # noqa: D301 - \b keeps click from filling the lines
    if any(find_spec(name) is None for name in EXTRA):
        raise Fault(
            MISSING_EXTRA,
            "the demo needs the sandbox, whose packages are not installed",
            help="install them with `pip install 'syncdsl[sandbox]'`",
        )
    from syncdsl.cli.demo_world import Offices, running_sandbox  # noqa: PLC0415 - needs the extra

    began = time.monotonic()
    with _ended_by_signals(), _temporary_folder(keep=keep) as folder:
        show = Show(folder)
        show.title("A CRM and an accounting system, on this machine, with made-up data")
        with running_sandbox(records) as sandbox, _inside(folder, sandbox.environment()):
            offices = Offices(sandbox)
            try:
                _play(show, sandbox, offices)
            finally:
                offices.close()
        show.farewell(time.monotonic() - began, folder if keep else None)
    return FINE


def _play(show: Show, sandbox: Sandbox, offices: Offices) -> None:
    show.note(f"Zoho CRM at {sandbox.crm_url}, Zoho Books at {sandbox.books_url}: nothing leaves this machine.")
    show.chapter("A project: one rule file, and what both systems look like")
    show.run("init", ".", "--quiet")
    _point_to(show.folder / "syncdsl.toml", sandbox)
    show.excerpt(show.folder / "rules" / "customers.sync", "module customers", "Website")
    show.excerpt(show.folder / "rules" / "customers.sync", "when deal", "when deal")
    show.chapter("The rules are read, then checked against both schemas")
    show.run("lint")
    show.run("check")
    show.chapter("A preview: every change, before it happens")
    show.run("plan", "--out", "first.changes.json")
    show.chapter("Exactly that is applied, each change once")
    show.run("apply", "first.changes.json", allowed=(FINE, PARTLY))
    show.chapter("Again: there is nothing left to do")
    show.run("plan", "--quiet")
    deal = offices.open_deal()
    show.chapter("In the CRM, a salesperson wins a deal")
    offices.win(deal)
    show.fact(
        ("Deal", deal.name), ("Account", deal.account), ("Amount", deal.amount), ("Stage", f"{deal.stage} → Closed Won")
    )
    show.chapter("The rule says: a deal that is won becomes one invoice")
    show.run("plan", "--out", "second.changes.json")
    show.run("apply", "second.changes.json", allowed=(FINE, PARTLY))
    show.chapter("The invoice, as the accounting system holds it")
    show.invoice(offices.newest_invoice())


def _point_to(configuration: Path, sandbox: Sandbox) -> None:
    text = configuration.read_text(encoding="utf-8")
    for address, name in TEMPLATE_URLS.items():
        text = text.replace(address, getattr(sandbox, name))
    configuration.write_text(text, encoding="utf-8")


class Show:
    """Writes what the audience sees."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._style: Style = style_of(sys.stdout)
        self._number = 0

    def title(self, text: str) -> None:
        """Begin."""
        write(f"{self._style('bold', text)}\n")
        sys.stdout.flush()

    def chapter(self, text: str) -> None:
        """Say what comes next."""
        self._number += 1
        room = max(min(width_of(sys.stdout), 100) - len(text) - 6, 3)
        write(f"\n{self._style('frame', f'── {self._number}')} {self._style('bold', text)} ")
        write(f"{self._style('frame', '─' * room)}\n")

    def note(self, text: str) -> None:
        """Say something beside."""
        write(f"{self._style('dim', text)}\n")

    def run(self, *arguments: str, allowed: tuple[int, ...] = (FINE,)) -> None:
        """Type a command and run it, as a user would."""
        write(f"\n{self._style('help', '$')} {self._style('bold', shlex.join(['syncdsl', *arguments]))}\n")
        sys.stdout.flush()
        # In this process: the audience need not wait for the same libraries to be loaded by every command.
        from syncdsl.cli import main  # noqa: PLC0415 - it imports this module

        chosen = Globals()
        code = ending(partial(main.main, arguments, "syncdsl", standalone_mode=False, obj=chosen), chosen)
        if code == INTERRUPTED:
            raise click.exceptions.Exit(code)
        if code not in allowed:
            raise Fault(
                INTERNAL,
                f"the demo ends here: `syncdsl {shlex.join(arguments)}` ended with {code}",
                help="its message stands above; please report it",
            )

    def excerpt(self, path: Path, first: str, last: str) -> None:
        """Show some lines of a rule file."""
        lines = path.read_text(encoding="utf-8").splitlines()
        start = next(number for number, line in enumerate(lines) if line.lstrip().startswith(first))
        end = next(number for number, line in enumerate(lines) if number >= start and line.lstrip().startswith(last))
        write("\n")
        for line in lines[start : end + 1]:
            code, hash_sign, comment = line.partition("#")
            write(f"    {self._style('code', code.rstrip())}{self._comment(code, hash_sign + comment)}\n")

    def _comment(self, code: str, comment: str) -> str:
        return " " * (len(code) - len(code.rstrip())) + self._style("dim", comment) if comment else ""

    def fact(self, *rows: tuple[str, str]) -> None:
        """Show a few labelled values."""
        from syncdsl.render.neutral import neutral  # noqa: PLC0415 - needed only now

        width = max(len(label) for label, _ in rows)
        write("\n")
        for label, value in rows:
            write(f"    {self._style('dim', label.ljust(width))}  {neutral(value)}\n")

    def invoice(self, invoice: dict[str, Any]) -> None:
        """Show an invoice as a table."""
        from rich.console import Console  # noqa: PLC0415 - the last thing shown
        from rich.table import Table  # noqa: PLC0415 - the same
        from rich.text import Text  # noqa: PLC0415 - the same

        from syncdsl.render.neutral import neutral  # noqa: PLC0415 - the same

        def cell(value: object) -> Text:
            return Text(neutral(str(value)))

        def money(value: float) -> Text:
            return cell(f"{value:,.2f} {invoice['currency_code']}")

        self.fact(
            ("Invoice", invoice["invoice_number"]),
            ("Customer", invoice["customer_name"]),
            ("Date", invoice["date"]),
            ("Status", invoice["status"]),
            ("Salesperson", invoice["salesperson_name"] or "none"),
        )
        table = Table(show_footer=True)
        table.add_column("Line")
        table.add_column("Quantity", justify="right")
        table.add_column("Rate", justify="right", footer="Total")
        table.add_column("Amount", justify="right", footer=money(invoice["total"]))
        for line in invoice["line_items"]:
            table.add_row(
                cell(line["name"]), cell(f"{line['quantity']:g}"), money(line["rate"]), money(line["item_total"])
            )
        write("\n")
        sys.stdout.flush()
        colour = wants_colour(sys.stdout)
        console = Console(
            no_color=not colour,
            force_terminal=colour,
            width=None if is_terminal(sys.stdout) else width_of(sys.stdout),
            highlight=False,
        )
        console.print(table)

    def farewell(self, seconds: float, kept: Path | None) -> None:
        """End."""
        style = self._style
        write(f"\n{style('good', 'That was it')}, in {seconds:.0f} seconds; the sandbox has stopped")
        if kept is None:
            write(" and nothing is left behind.\n")
        else:
            write(f". The project is in {style('bold', str(kept))}.\n")
        write(f"{style.prose('`syncdsl init my-sync` makes a project of your own.')}\n")


@contextmanager
def _temporary_folder(*, keep: bool) -> Iterator[Path]:
    parent = Path(tempfile.mkdtemp(prefix="syncdsl-demo-"))
    folder = parent / "my-sync"
    folder.mkdir()
    try:
        yield folder
    finally:
        if not keep:
            shutil.rmtree(parent, ignore_errors=True)


@contextmanager
def _inside(folder: Path, variables: dict[str, str]) -> Iterator[None]:
    """Work in the project, with the sandbox's credentials and nothing of the user's own settings."""
    before, environment = Path.cwd(), dict(os.environ)
    for name in [name for name in os.environ if name.startswith("SYNCDSL_") and name != "SYNCDSL_CACHE_DIR"]:
        del os.environ[name]
    os.environ.update(variables)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(environment)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let a polite request to end clean up like Ctrl-C does."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            with suppress(ValueError):
                signal.signal(number, handler)
