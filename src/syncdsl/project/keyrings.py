"""The machine's keyring: secrets of a connection under one service name each, read, kept and forgotten."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.onboarding import KEYRING_UNAVAILABLE
from syncdsl.diagnostics.codes.project import MISSING_EXTRA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SERVICE = "syncdsl"
_ELSEWHERE = (
    'environment variables work everywhere: `credentials = "env:PREFIX"`; `syncdsl login CONNECTION --env-file FILE` '
    "writes them into a private file"
)


def entry_of(name: str) -> str:
    """Return the service name under which the secrets of `keyring:NAME` are."""
    return f"{SERVICE}:{name}"


def read(connection: str, name: str, wanted: Iterable[str]) -> dict[str, str]:
    """Return those of the wanted secrets that are kept.

    Raises Fault SD612 without the keyring's package, SD620 when the keyring cannot be used.
    """
    with _keyring(connection) as keyring:
        found = {secret: (keyring.get_password(entry_of(name), secret) or "").strip() for secret in wanted}
    return {secret: value for secret, value in found.items() if value}


def keep(connection: str, name: str, secrets: Mapping[str, str]) -> None:
    """Keep secrets, replacing earlier ones; raises as `read` does."""
    with _keyring(connection) as keyring:
        for secret, value in secrets.items():
            keyring.set_password(entry_of(name), secret, value)
            if keyring.get_password(entry_of(name), secret) != value:
                raise _unavailable("it did not keep what it was given")


def forget(connection: str, name: str, secrets: Iterable[str]) -> tuple[str, ...]:
    """Remove secrets and return those that were there; raises as `read` does."""
    removed = []
    with _keyring(connection) as keyring:
        for secret in secrets:
            if keyring.get_password(entry_of(name), secret) is not None:
                keyring.delete_password(entry_of(name), secret)
                removed.append(secret)
    return tuple(removed)


def usable(connection: str) -> None:
    """Raise Fault SD612 or SD620 when secrets could not be kept, before anything is asked of anybody."""
    read(connection, "probe", ("probe",))


@contextmanager
def _keyring(connection: str) -> Iterator[Any]:
    try:
        import keyring  # noqa: PLC0415 - an optional extra
        from keyring.errors import KeyringError  # noqa: PLC0415 - the same
    except ImportError:
        raise Fault(
            MISSING_EXTRA,
            f"the connection `{connection}` reads its credentials from the keyring, whose package is not installed",
            help="install it with `pip install 'syncdsl[keyring]'`",
        ) from None
    try:
        yield keyring
    except KeyringError as error:
        # The library's own words may quote what it was given.
        raise _unavailable(_REASONS.get(type(error).__name__, f"it does not answer ({type(error).__name__})")) from None


_REASONS = {
    "NoKeyringError": "this machine has none",
    "KeyringLocked": "it is locked; unlock it, and run this again",
    "InitError": "it cannot be opened; unlock it, and run this again",
    "PasswordSetError": "it refuses to keep the secret",
    "PasswordDeleteError": "it refuses to remove the secret",
}


def _unavailable(reason: str) -> Fault:
    return Fault(KEYRING_UNAVAILABLE, f"the keyring cannot be used: {reason}", help=_ELSEWHERE)
