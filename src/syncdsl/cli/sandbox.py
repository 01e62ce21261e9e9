"""`syncdsl sandbox`: both emulated systems on the loopback interface."""

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from syncdsl.sandbox import Started

EXTRA = ("faker", "python_multipart", "starlette", "uvicorn")
MISSING_EXTRA = "the sandbox needs its extra: pip install 'syncdsl[sandbox]'"

PORT = click.IntRange(0, 65535)


@click.command("sandbox")
@click.option("--crm-port", type=PORT, default=0, show_default="a free one", help="Port of the CRM.")
@click.option("--books-port", type=PORT, default=0, show_default="a free one", help="Port of Books.")
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Which made-up data; same seed, same data."
)
@click.option(
    "--records",
    type=click.IntRange(min=0),
    default=300,
    show_default=True,
    help="How many accounts; contacts, deals and customers follow. 0 is empty.",
)
@click.option(
    "--data",
    type=click.Path(dir_okay=False, path_type=Path),
    help="SQLite file that keeps the records; without it they end with the sandbox.",
)
@click.option("--crm-org", show_default="a fixed one", help="Organisation id of the CRM.")
@click.option("--books-org", show_default="a fixed one", help="Organisation id of Books.")
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How the start is reported.",
)
@click.option("--exit-with-parent", is_flag=True, help="End when the process that started the sandbox ends.")
def sandbox(
    *,
    crm_port: int,
    books_port: int,
    seed: int,
    records: int,
    data: Path | None,
    crm_org: str | None,
    books_org: str | None,
    output: str,
    exit_with_parent: bool,
) -> None:
    """Run local stand-ins for Zoho CRM and Zoho Books, with believable data, until stopped."""
    if any(find_spec(name) is None for name in EXTRA):
        _stop(MISSING_EXTRA)
    import sqlite3  # noqa: PLC0415 - only this command needs it

    from syncdsl.sandbox import SandboxOptions, run  # noqa: PLC0415 - the extra may be missing
    from syncdsl.sandbox.organisation import BOOKS_ORGANISATION, CRM_ORGANISATION  # noqa: PLC0415 - see above

    options = SandboxOptions(
        crm_port=crm_port,
        books_port=books_port,
        seed=seed,
        records=records,
        data=data,
        crm_organisation=crm_org or CRM_ORGANISATION,
        books_organisation=books_org or BOOKS_ORGANISATION,
        exit_with_parent=exit_with_parent,
    )
    report = _report_json if output == "json" else _report_text
    try:
        run(options, report)
    except OSError as error:
        _stop(f"the sandbox cannot listen: {error.strerror}")
    except sqlite3.Error as error:
        _stop(f"the sandbox cannot use `{data}`: {error}")


def _stop(message: str) -> None:
    """End with the exit code of usage and configuration errors."""
    click.echo(message, err=True)
    sys.exit(3)


def _report_json(started: "Started") -> None:
    line = {
        "crm_url": started.crm_url,
        "books_url": started.books_url,
        "crm_organization": started.crm_organisation,
        "books_organization": started.books_organisation,
        "pid": started.pid,
    }
    click.echo(json.dumps(line))
    sys.stdout.flush()


def _report_text(started: "Started") -> None:
    from syncdsl.sandbox.organisation import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN  # noqa: PLC0415 - see above

    secrets = (("CLIENT_ID", CLIENT_ID), ("CLIENT_SECRET", CLIENT_SECRET), ("REFRESH_TOKEN", REFRESH_TOKEN))
    click.echo("Zoho CRM and Zoho Books, emulated on this machine")
    click.echo()
    click.echo(f"  CRM    {started.crm_url}   organisation {started.crm_organisation}")
    click.echo(f"  Books  {started.books_url}   organisation {started.books_organisation}")
    click.echo()
    click.echo("Credentials (public, good for the sandbox alone):")
    click.echo()
    for system in ("CRM", "BOOKS"):
        for name, value in secrets:
            click.echo(f"  export SYNCDSL_{system}_{name}={value}")
    click.echo()
    click.echo(f"Stop it with Ctrl-C, or: kill {started.pid}")
    sys.stdout.flush()
