"""A keyring in a file, for processes under test: `PYTHON_KEYRING_BACKEND=file_keyring.FileKeyring`.

`KEYRING_FILE` names the file; a file that holds `locked` is a keyring that nobody has unlocked.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError


class FileKeyring(KeyringBackend):
    """Keeps passwords as JSON, by service and name."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        """Return a password."""
        return self._entries().get(service, {}).get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a password."""
        entries = self._entries()
        entries.setdefault(service, {})[username] = password
        self._file().write_text(json.dumps(entries), encoding="utf-8")

    def delete_password(self, service: str, username: str) -> None:
        """Remove a password."""
        entries = self._entries()
        if username not in entries.get(service, {}):
            raise PasswordDeleteError(username)
        del entries[service][username]
        self._file().write_text(json.dumps(entries), encoding="utf-8")

    def _entries(self) -> dict[str, dict[str, str]]:
        file = self._file()
        text = file.read_text(encoding="utf-8") if file.exists() else "{}"
        if text == "locked":
            raise KeyringLocked
        entries: dict[str, dict[str, str]] = json.loads(text)
        return entries

    def _file(self) -> Path:
        return Path(os.environ["KEYRING_FILE"])
