"""What a PostgreSQL server complains about, in the words of the program: damage is told from trouble around it.

Of an error only its own first line is repeated: details may hold values of records, and none holds a password.
"""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.runs import DAMAGED_STATE, NO_STATE

_UNIQUE = "23505"
_WAITING = {"55P03", "40P01", "40001"}
_DAMAGE = ("22", "23", "42", "XX")
"""Classes of errors that come of tables or values that are not as they should be; 42501 (permission) is none."""
_ADVICE = {
    "28": "check the user, and give the password in `PGPASSWORD`, in `~/.pgpass`, or in the variable of `env:NAME`",
    "3D": "make the database once, for example with `createdb NAME`, or correct its name in the environment's `state`",
    "42501": "let the user in: the schema has to be theirs, and they need `GRANT TEMPORARY ON DATABASE …` to preview",
    "53100": "make room on the disk of the server and run again: nothing of the transaction is kept",
    "53300": "the server has no connection left; run again later, or raise its `max_connections`",
    "25006": "this server lets itself only be read, as a standby does; name the primary one in `state`",
    "57P": "the server is being stopped or started; run again when it is back",
    "25P03": "the program was stopped in the middle of a transaction, of which nothing is kept; run again",
}
_WORDS = (
    ("password", "28"),
    ("authentication", "28"),
    ("pg_hba.conf", "28"),
    ("role ", "28"),
    ("database ", "3D"),
    ("too many", "53300"),
    ("starting up", "57P"),
    ("shutting down", "57P"),
)
_UNREACHABLE = "check that the server runs, and host and port in the environment's `state`"


def damaged(place: str, reason: str) -> Fault:
    """Return the fault of a schema that is not what it should be."""
    schema = place.rpartition("schema=")[2]
    return Fault(
        DAMAGED_STATE,
        f"the state `{place}` cannot be read: {reason}",
        help="restore a copy with `syncdsl state restore FILE`; or put it aside "
        f'(`ALTER SCHEMA "{schema}" RENAME TO "{schema}_old"`) and run again: links are rebuilt from the keys on the '
        "records",
    )


def unusable(place: str, reason: str, advice: str | None = None) -> Fault:
    """Return the fault of a schema that nothing is known to be wrong with."""
    return Fault(NO_STATE, f"the state `{place}` cannot be used: {reason}", help=advice)


def broken_promise(error: BaseException) -> bool:
    """Return whether an error means that a row is not unique."""
    return code_of(error) == _UNIQUE


def fault_of(place: str, error: BaseException, password: str | None = None) -> Fault:
    """Return the fault an error of the server or its driver stands for."""
    code = code_of(error)
    reason = _words(error)
    if password:
        reason = reason.replace(password, "…")
    if code is None:
        return unusable(place, reason, _on_connecting(reason))
    if code in _WAITING:
        return unusable(place, "another program keeps it locked", "wait for it to end, and run again")
    advice = next((text for start, text in _ADVICE.items() if code.startswith(start)), None)
    if advice is None and code.startswith(_DAMAGE):
        return damaged(place, reason)
    return unusable(place, reason, advice)


def code_of(error: BaseException) -> str | None:
    """Return the server's code of an error, SQLSTATE; None when the server was not reached."""
    code = getattr(_original(error), "sqlstate", None)
    return code if isinstance(code, str) else None


def _on_connecting(reason: str) -> str:
    """Return what to do when no connection came about: then there is no code, only words."""
    return next((_ADVICE[code] for words, code in _WORDS if words in reason), _UNREACHABLE)


def _original(error: BaseException) -> BaseException:
    return error.orig or error if isinstance(error, DBAPIError) else error


def _words(error: BaseException) -> str:
    original = _original(error)
    said = getattr(getattr(original, "diag", None), "message_primary", None)
    lines = [line.strip() for line in str(said or original).splitlines() if line.strip()]
    first = lines[0] if lines else type(original).__name__
    return first.removeprefix("connection failed: ").replace("FATAL:  ", "").rstrip(".:")
