"""What a credential reference resolves to: environment variables or the keyring, never a file of the project."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.project import BAD_CONFIGURATION, MISSING_CREDENTIALS
from syncdsl.project import keyrings

if TYPE_CHECKING:
    from collections.abc import Sequence

ENVIRONMENT, KEYRING = "env", "keyring"
WEBHOOK_SECRET = "webhook_secret"  # noqa: S105 - the name of a secret
"""What signs the calls of a connection's webhooks; kept beside the secrets of its sign-in."""


def resolve_secrets(connection: str, reference: str | None, wanted: Sequence[str]) -> dict[str, str]:
    """Return the wanted secrets of a connection by name, such as `client_id`.

    Raises Fault SD606 that names exactly what is not set, SD612 when the keyring's package is missing, SD620 when the
    keyring cannot be used.
    """
    if not wanted:
        return {}
    if reference is None:
        prefix = f"SYNCDSL_{connection.upper()}"
        raise Fault(
            MISSING_CREDENTIALS,
            f"the connection `{connection}` names no credentials",
            help=f"sign in with `syncdsl login {connection}`, or add "
            f'`credentials = "env:{prefix}"` to it in syncdsl.toml and set {_listed(prefix, wanted)}',
        )
    found = configured_secrets(connection, reference, wanted)
    missing = [secret for secret in wanted if secret not in found]
    if missing:
        raise _missing(connection, reference, missing)
    return found


def configured_secrets(connection: str, reference: str | None, wanted: Sequence[str]) -> dict[str, str]:
    """Return those of the wanted secrets that are set; raises as `resolve_secrets` does, but not for missing ones."""
    if reference is None:
        return {}
    kind, name = parts_of(reference)
    if kind == KEYRING:
        return keyrings.read(connection, name, wanted)
    found = {secret: os.environ.get(variable(name, secret), "").strip() for secret in wanted}
    return {secret: value for secret, value in found.items() if value}


def parts_of(reference: str) -> tuple[str, str]:
    """Return kind and name of a reference: `keyring:crm` is the entry `crm` of the keyring."""
    kind, _, name = reference.partition(":")
    return kind, name


def variable(prefix: str, secret: str) -> str:
    """Return the environment variable of a secret."""
    return f"{prefix}_{secret.upper()}"


def secrets_hint(reference: str | None, wanted: Sequence[str]) -> str:
    """Return where the secrets come from, in words for messages."""
    if reference is None:
        return ""
    kind, name = parts_of(reference)
    if kind == ENVIRONMENT:
        return _listed(name, wanted)
    return f"the keyring entry `{keyrings.entry_of(name)}`"


def resolve_address(connection: str, url: str | None) -> str | None:
    """Return the address of a connection, read from the environment where it says `env:NAME`.

    Raises Fault SD602 when that variable is not set.
    """
    if url is None:
        return None
    return variable_of(f"address of the connection `{connection}`", url, "http://127.0.0.1:8085")


def variable_of(what: str, setting: str, example: str) -> str:
    """Return a setting, read from the environment where it says `env:NAME`. Raises Fault SD602 when that is not set."""
    if not setting.startswith("env:"):
        return setting
    name = setting.removeprefix("env:")
    value = os.environ.get(name, "").strip()
    if not value:
        raise Fault(
            BAD_CONFIGURATION,
            f"the {what} is not set: `{name}`",
            help=f"set it, for example `export {name}={example}`",
        )
    return value


def _listed(prefix: str, wanted: Sequence[str]) -> str:
    names = [f"`{variable(prefix, secret)}`" for secret in wanted]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def _missing(connection: str, reference: str, missing: Sequence[str]) -> Fault:
    kind, name = parts_of(reference)
    if kind == ENVIRONMENT:
        verb = "is" if len(missing) == 1 else "are"
        return Fault(
            MISSING_CREDENTIALS,
            f"the connection `{connection}` needs {_listed(name, missing)}, which {verb} not set",
            help="set them in the environment of this command (`syncdsl sandbox` prints those of the sandbox), or get "
            f"them with `syncdsl login {connection}`",
        )
    entry = keyrings.entry_of(name)
    listed = ", ".join(f"`{secret}`" for secret in missing)
    return Fault(
        MISSING_CREDENTIALS,
        f"the keyring entry `{entry}` of the connection `{connection}` lacks {listed}",
        help=f"sign in with `syncdsl login {connection}`, or set it by hand:\n"
        + "\n".join(f"`keyring set {entry} {secret}`" for secret in missing),
    )
