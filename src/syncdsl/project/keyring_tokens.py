"""Access tokens in the keyring, where the credentials that they were made from are."""

from __future__ import annotations

from contextlib import suppress

from syncdsl.project.keyrings import SERVICE

PREFIX = "access_token_"


class KeyringTokens:
    """The access tokens in one entry of the keyring, beside its credentials."""

    def __init__(self, entry: str) -> None:
        self._entry = entry

    def load(self, name: str) -> str | None:
        """Return what was saved under a name; None when nothing was or the keyring does not answer."""
        import keyring  # noqa: PLC0415 - an optional extra, there when the credentials came from it
        from keyring.errors import KeyringError  # noqa: PLC0415 - the same

        try:
            return keyring.get_password(self._entry, PREFIX + name)
        except KeyringError:
            return None

    def save(self, name: str, text: str) -> None:
        """Save a text; a keyring that does not answer is no error."""
        import keyring  # noqa: PLC0415 - the same
        from keyring.errors import KeyringError  # noqa: PLC0415 - the same

        with suppress(KeyringError):
            keyring.set_password(self._entry, PREFIX + name, text)

    def drop(self, name: str) -> None:
        """Remove what was saved under a name; nothing there, or a keyring that does not answer, is no error."""
        import keyring  # noqa: PLC0415 - the same
        from keyring.errors import KeyringError  # noqa: PLC0415 - the same

        with suppress(KeyringError):
            keyring.delete_password(self._entry, PREFIX + name)


def keyring_tokens(reference: str | None) -> KeyringTokens | None:
    """Return where the access tokens of credentials lie: in the keyring when these do, else None."""
    kind, _, name = (reference or "").partition(":")
    return KeyringTokens(f"{SERVICE}:{name}") if kind == "keyring" else None
