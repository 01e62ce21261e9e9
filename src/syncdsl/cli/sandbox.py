"""`syncdsl sandbox`: stand-ins for Zoho CRM and Zoho Books on the loopback interface."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncdsl.cli.options import Command
from syncdsl.cli.terminal import style_of, write
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from syncdsl.sandbox import Started

EXTRA = ("faker", "python_multipart", "starlette", "uvicorn")
"""The packages of the extra `sandbox`, as they are imported."""

PORT = click.IntRange(0, 65535)


@click.command(cls=Command)
@click.option("--crm-port", type=PORT, default=0, show_default="a free one", help="Port of the CRM.")
@click.option("--books-port", type=PORT, default=0, show_default="a free one", help="Port of Books.")
@click.option("--seed", type=int, default=1, show_default=True, help="Which made-up data; same seed, same data.")
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
    metavar="FILE",
    help="SQLite file that keeps the records; without it they end with the sandbox.",
)
@click.option("--crm-org", metavar="ID", help="Organisation id of the CRM, in place of the usual one.")
@click.option("--books-org", metavar="ID", help="Organisation id of Books, in place of the usual one.")
@click.option(
    "--key-fields/--no-key-fields",
    default=True,
    show_default=True,
    help="Start with the custom fields for keys, as after `syncdsl setup`, or without them.",
)
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the start is reported: to read, or one line of JSON.",
)
@click.option(
    "--limits",
    type=click.Choice(["off", "zoho"]),
    default="off",
    show_default=True,
    help="Rate limits and quotas: none, or those Zoho documents.",
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
    key_fields: bool,
    output: str,
    limits: str,
    exit_with_parent: bool,
) -> None:
    """Run stand-ins for Zoho CRM and Zoho Books on this machine, with believable data, until stopped.

    \b
    Examples:
      syncdsl sandbox
      syncdsl sandbox --records 1000 --data sandbox.db
      syncdsl sandbox --crm-port 8081 --books-port 8082 --format json
    """  # noqa: D301 - \b keeps click from filling the lines
    if any(find_spec(name) is None for name in EXTRA):
        from syncdsl.diagnostics.codes.project import MISSING_EXTRA  # noqa: PLC0415 - only for mistakes

        raise Fault(MISSING_EXTRA, "the sandbox needs its extra: pip install 'syncdsl[sandbox]'")
    import sqlite3  # noqa: PLC0415 - the help needs none

    from syncdsl.sandbox import SandboxOptions, run  # noqa: PLC0415 - the extra may be missing
    from syncdsl.sandbox.organisation import BOOKS_ORGANISATION, CRM_ORGANISATION  # noqa: PLC0415 - the same

    options = SandboxOptions(
        crm_port=crm_port,
        books_port=books_port,
        seed=seed,
        records=records,
        data=data,
        crm_organisation=crm_org or CRM_ORGANISATION,
        books_organisation=books_org or BOOKS_ORGANISATION,
        exit_with_parent=exit_with_parent,
        key_fields=key_fields,
        documented_limits=limits == "zoho",
    )
    try:
        run(options, _report_json if output == "json" else _report_text)
    except sqlite3.Error as error:
        from syncdsl.diagnostics.codes.project import UNREADABLE_FILE  # noqa: PLC0415 - only for mistakes

        raise Fault(
            UNREADABLE_FILE,
            f"the sandbox cannot keep its records in `{data}`: {error}",
            help="name a file that does not exist yet, or one that an earlier sandbox made",
        ) from error
    except OSError as error:
        from syncdsl.diagnostics.codes.project import USAGE  # noqa: PLC0415 - only for mistakes

        raise Fault(
            USAGE,
            f"the sandbox cannot listen on ports {crm_port} and {books_port}: {error.strerror}",
            help="choose other ports, or 0 for free ones",
        ) from error


def _report_json(started: Started) -> None:
    line = {
        "crm_url": started.crm_url,
        "books_url": started.books_url,
        "crm_organization": started.crm_organisation,
        "books_organization": started.books_organisation,
        "pid": started.pid,
    }
    write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _report_text(started: Started) -> None:
    from syncdsl.sandbox.organisation import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN  # noqa: PLC0415 - see above

    style = style_of(sys.stdout)
    secrets = (("CLIENT_ID", CLIENT_ID), ("CLIENT_SECRET", CLIENT_SECRET), ("REFRESH_TOKEN", REFRESH_TOKEN))
    lines = [
        style("bold", "Zoho CRM and Zoho Books, emulated on this machine"),
        "",
        f"  CRM    {started.crm_url}   organisation {started.crm_organisation}",
        f"  Books  {started.books_url}   organisation {started.books_organisation}",
        f"  Look   {started.crm_url}/_sandbox   clock, faults, limits and the last calls",
        "",
        style("bold", "Credentials") + " (public, good for the sandbox alone)",
        "",
        *(f"  export SYNCDSL_{system}_{name}={value}" for system in ("CRM", "BOOKS") for name, value in secrets),
        "",
        f"Stop it with Ctrl-C, or: kill {started.pid}",
    ]
    write("\n".join(lines) + "\n")
    sys.stdout.flush()
