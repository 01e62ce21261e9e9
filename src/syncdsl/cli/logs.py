"""Log output on stderr: warnings as a rule, more with `-v`; as text, or a JSON object a line."""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING

from syncdsl.render.neutral import neutral_json, neutral_lines

if TYPE_CHECKING:
    from syncdsl.cli.options import Globals


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return neutral_lines(f"{record.levelname.lower()}: {record.getMessage()}")


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        data = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        return neutral_json(json.dumps(data, ensure_ascii=False))


def start_logging(settings: Globals) -> None:
    """Send what syncdsl logs to stderr; other libraries are heard only with `-vv`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if settings.log_format == "json" else _Text())
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(settings.verbose, 2)]
    if settings.quiet:
        level = logging.ERROR
    ours = logging.getLogger("syncdsl")
    ours.handlers = [handler]
    ours.setLevel(level)
    ours.propagate = False
