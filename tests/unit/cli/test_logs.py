"""What the log says a line is about, and in which form."""

from __future__ import annotations

import contextlib
import contextvars
import io
import json
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from syncdsl.cli.logs import start_logging
from syncdsl.cli.options import Globals
from syncdsl.diagnostics.log_fields import logging_context

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger("syncdsl.test")


@pytest.fixture(params=["text", "json"])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Return what is logged, in a form."""
    ours = logging.getLogger("syncdsl")
    before = (ours.handlers, ours.level, ours.propagate)
    stream = io.StringIO()
    with contextlib.redirect_stderr(stream):
        start_logging(Globals(verbose=1, log_format=request.param))
        yield stream
    ours.handlers, ours.propagate = before[0], before[2]
    ours.setLevel(before[1])


TEXT = pytest.mark.parametrize("written", ["text"], indirect=True)
JSON = pytest.mark.parametrize("written", ["json"], indirect=True)


@JSON
def test_json_lines(written: io.StringIO) -> None:
    """A line has its time in UTC with milliseconds, and what it is about, in one order; what is unknown is left out."""
    log.info("alone")
    with logging_context(environment="live"), logging_context(run="r1"):
        log.info("%s refused", "x", extra={"connection": "crm", "record": "crm.Accounts/7"})
        with logging_context(connection="books"):
            log.warning("inner")
    log.info("after")
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time")) for line in lines)
    plain = {"level": "info", "logger": "syncdsl.test"}
    assert lines == [
        {**plain, "message": "alone"},
        {**plain, "environment": "live", "run": "r1", "connection": "crm", "record": "crm.Accounts/7"}
        | {"message": "x refused"},
        {**plain, "level": "warning", "environment": "live", "run": "r1", "connection": "books", "message": "inner"},
        {**plain, "message": "after"},
    ]
    assert list(lines[1]) == ["level", "logger", "environment", "run", "connection", "record", "message"]


@TEXT
def test_text_lines(written: io.StringIO) -> None:
    """People see it in brackets, without the record, which the message names; control characters do nothing."""
    log.info("alone")
    with logging_context(environment="live", run="r1"):
        log.info("refused: \x1b[2J", extra={"record": "crm.Accounts/7"})
    assert written.getvalue() == "info: alone\ninfo: [live r1] refused: ␛[2J\n"


@TEXT
def test_threads(written: io.StringIO) -> None:
    """A thread that was started with a copy of the context says the same; others do not."""
    with logging_context(environment="live"), ThreadPoolExecutor(1) as pool:
        pool.submit(contextvars.copy_context().run, log.info, "copied").result()
        pool.submit(log.info, "own").result()
    assert written.getvalue() == "info: [live] copied\ninfo: own\n"
