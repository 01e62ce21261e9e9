"""The URL of a state on a PostgreSQL server: which options it may have, and how it is shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault, did_you_mean
from syncdsl.diagnostics.codes.runs import NO_STATE

if TYPE_CHECKING:
    from sqlalchemy import URL

SCHEMA = "syncdsl"
"""The schema of a state whose URL names none. Not `public`, where tables of other programs would mix with ours."""

OPTIONS = (
    "schema",
    "host",
    "port",
    "connect_timeout",
    "passfile",
    "service",
    "sslcert",
    "sslcrl",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "target_session_attrs",
)
"""What may stand behind the `?`: `schema`, and what of libpq says where the server is and how to trust it."""

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,39}")
_EXAMPLE = "such as `postgresql://user@host/database?schema=acme`"


def schema_of(url: URL) -> str:
    """Return the schema that a URL names.

    Raises Fault SD808 when the URL has options that it may not have, or names no schema that can be one.
    """
    if url.drivername not in {"postgresql", "postgresql+psycopg"}:
        raise Fault(NO_STATE, f"the state's URL names the driver `{url.drivername}`", help=f"write it {_EXAMPLE}")
    for option, value in url.query.items():
        if option not in OPTIONS:
            near = did_you_mean(option, OPTIONS)
            known = ", ".join(f"`{name}`" for name in OPTIONS)
            raise Fault(
                NO_STATE,
                f"the state's URL has an option `{option}` that it may not have",
                help=f"did you mean `{near}`?" if near else f"allowed are {known}",
            )
        if not isinstance(value, str):
            raise Fault(NO_STATE, f"the state's URL has `{option}` more than once", help=f"write it {_EXAMPLE}")
    if not url.database and "service" not in url.query:
        raise Fault(NO_STATE, "the state's URL names no database", help=f"write it {_EXAMPLE}")
    schema = str(url.query.get("schema", SCHEMA))
    if not _NAME.fullmatch(schema) or schema.startswith("pg_") or schema == "information_schema":
        raise Fault(
            NO_STATE,
            f"`{schema}` cannot be the schema of a state",
            help="use up to 40 small letters, digits and `_`, not beginning with a digit or `pg_`",
        )
    return schema


def shown(url: URL, schema: str) -> str:
    """Return how a state is named in messages: where it is, never its password."""
    bare = url._replace(drivername="postgresql", password=None)
    bare = bare.set(query={name: value for name, value in url.query.items() if name in {"host", "port", "service"}})
    return bare.update_query_dict({"schema": schema}).render_as_string(hide_password=True).replace("%2F", "/")
