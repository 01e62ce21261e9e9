"""Log output on stderr: warnings as a rule, more with `-v`; as text, or a JSON object a line.

A line says what it is about where that is known: the environment, the run, the connection, the record. Times are UTC.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
from typing import TYPE_CHECKING

from syncdsl.diagnostics.log_fields import LogFields, fields_of
from syncdsl.render.neutral import neutral_json, neutral_lines

if TYPE_CHECKING:
    from syncdsl.cli.options import Globals


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        about = " ".join(value for name, value in fields_of(record).items() if name != "record")
        where = f"[{about}] " if about else ""
        return neutral_lines(f"{record.levelname.lower()}: {where}{record.getMessage()}")


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = dt.datetime.fromtimestamp(record.created, dt.UTC)
        data = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            **fields_of(record),
            "message": record.getMessage(),
        }
        return neutral_json(json.dumps(data, ensure_ascii=False))


def start_logging(settings: Globals) -> None:
    """Send what syncdsl logs to stderr; other libraries are heard only with `-vv`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if settings.log_format == "json" else _Text())
    handler.addFilter(LogFields())
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(settings.verbose, 2)]
    if settings.quiet:
        level = logging.ERROR
    ours = logging.getLogger("syncdsl")
    ours.handlers = [handler]
    ours.setLevel(level)
    ours.propagate = False
