"""What a credential reference resolves to: environment variables or the keyring, never a file of the project."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import BAD_CONFIGURATION, MISSING_CREDENTIALS, MISSING_EXTRA

if TYPE_CHECKING:
    from collections.abc import Sequence

SERVICE = "syncdsl"


def resolve_secrets(connection: str, reference: str | None, wanted: Sequence[str]) -> dict[str, str]:
    """Return the wanted secrets of a connection by name, such as `client_id`.

    Raises Fault SD606 that names exactly what is not set, SD612 when the keyring's package is missing.
    """
    if not wanted:
        return {}
    if reference is None:
        prefix = f"SYNCDSL_{connection.upper()}"
        raise Fault(
            MISSING_CREDENTIALS,
            f"the connection `{connection}` names no credentials",
            help=f'add `credentials = "env:{prefix}"` to it in syncdsl.toml and set {_listed(prefix, wanted)}',
        )
    kind, _, name = reference.partition(":")
    if kind == "env":
        return _from_environment(connection, name, wanted)
    return _from_keyring(connection, name, wanted)


def secrets_hint(reference: str | None, wanted: Sequence[str]) -> str:
    """Return where the secrets come from, in words for messages."""
    kind, _, name = (reference or "").partition(":")
    if kind == "env":
        return _listed(name, wanted)
    return f"the keyring entry `{SERVICE}:{name}`" if kind == "keyring" else ""


def resolve_address(connection: str, url: str | None) -> str | None:
    """Return the address of a connection, read from the environment where it says `env:NAME`.

    Raises Fault SD602 when that variable is not set.
    """
    if url is None or not url.startswith("env:"):
        return url
    name = url.removeprefix("env:")
    value = os.environ.get(name, "").strip()
    if not value:
        raise Fault(
            BAD_CONFIGURATION,
            f"the address of the connection `{connection}` is not set: `{name}`",
            help=f"set it, for example `export {name}=http://127.0.0.1:8085`",
        )
    return value


def _variable(prefix: str, secret: str) -> str:
    return f"{prefix}_{secret.upper()}"


def _listed(prefix: str, wanted: Sequence[str]) -> str:
    names = [f"`{_variable(prefix, secret)}`" for secret in wanted]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def _from_environment(connection: str, prefix: str, wanted: Sequence[str]) -> dict[str, str]:
    found = {secret: os.environ.get(_variable(prefix, secret), "").strip() for secret in wanted}
    missing = [secret for secret in wanted if not found[secret]]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise Fault(
            MISSING_CREDENTIALS,
            f"the connection `{connection}` needs {_listed(prefix, missing)}, which {verb} not set",
            help="set them in the environment of this command; `syncdsl sandbox` prints those of the sandbox",
        )
    return found


def _from_keyring(connection: str, name: str, wanted: Sequence[str]) -> dict[str, str]:
    try:
        import keyring  # noqa: PLC0415 - an optional extra
        from keyring.errors import KeyringError  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise Fault(
            MISSING_EXTRA,
            f"the connection `{connection}` reads its credentials from the keyring, whose package is not installed",
            help="install it with `pip install 'syncdsl[keyring]'`",
        ) from None
    entry = f"{SERVICE}:{name}"
    try:
        found = {secret: (keyring.get_password(entry, secret) or "").strip() for secret in wanted}
    except KeyringError as error:
        raise Fault(
            MISSING_CREDENTIALS,
            f"the keyring does not answer: {type(error).__name__}",
            help='unlock it, or use environment variables: `credentials = "env:PREFIX"`',
        ) from None
    missing = [secret for secret in wanted if not found[secret]]
    if missing:
        listed = ", ".join(f"`{secret}`" for secret in missing)
        raise Fault(
            MISSING_CREDENTIALS,
            f"the keyring entry `{entry}` of the connection `{connection}` lacks {listed}",
            help="\n".join(f"`keyring set {entry} {secret}`" for secret in missing),
        )
    return found
