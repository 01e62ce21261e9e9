"""The project as it was at a commit: read with the program `git`, into a folder of its own.

Nothing of the repository or of the work tree changes, and nothing that the repository configures is run.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault, did_you_mean
from syncdsl.diagnostics.codes.project import NO_PROJECT
from syncdsl.diagnostics.codes.snapshots import NO_REPOSITORY, UNKNOWN_REF
from syncdsl.project.discovery import CONFIGURATION

if TYPE_CHECKING:
    from collections.abc import Iterator

WANTED = (".sync", ".json", ".toml")
"""What rules are compiled from: rule files, schema snapshots, settings."""

MOST_BYTES = 64 * 1024 * 1024
"""Most bytes of all files together, as for the files of a project."""

SECONDS = 60
_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
_PLAIN = frozenset({"100644", "100755"})
_FOLDER = "name a folder that holds a project instead: `syncdsl plan --compare DIR`"


class Repository:
    """The repository that a folder lies in. Raises Fault SD614 when there is none, or no `git`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        top = self._ask("rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n")
        self._prefix = PurePosixPath(os.path.relpath(os.path.realpath(folder), os.path.realpath(top))).as_posix()

    def commit(self, ref: str) -> str:
        """Return the id of the commit that a ref names. Raises Fault SD613 when there is none."""
        found = None
        # What begins like an option is none of a ref, and must never be taken for one.
        if ref and not ref.startswith("-"):
            found = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        if found is None or found.returncode != 0:
            near = did_you_mean(ref, self._refs())
            deeper = "in a shallow clone of a CI fetch it first (`git fetch origin NAME`, or `fetch-depth: 0`)"
            raise Fault(
                UNKNOWN_REF,
                f"`{ref}` is no commit, branch or tag of this repository, and no folder",
                help=f"did you mean `{near}`?" if near else deeper,
            )
        return found.stdout.decode("ascii").strip()

    def extract(self, commit: str, ref: str, folder: Path) -> None:
        """Write what rules are compiled from, as it was at a commit, into a folder.

        Raises Fault: SD601 when there was no project then, SD614 when git fails or there is too much.
        """
        there = False
        total = 0
        for name, blob, size in self._files(commit):
            total += size
            if total > MOST_BYTES:
                raise Fault(NO_REPOSITORY, f"the project at `{ref}` has more than 64 MiB of rules", help=_FOLDER)
            target = folder.joinpath(*PurePosixPath(name).parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self._ask("cat-file", "blob", blob))
            there |= name == CONFIGURATION
        if not there:
            where = f"{self._prefix}/{CONFIGURATION}" if self._prefix != "." else CONFIGURATION
            raise Fault(
                NO_PROJECT,
                f"there is no `{where}` at `{ref}`",
                help="name a commit at which the project was there, in the folder that it is in now",
            )

    def _files(self, commit: str) -> Iterator[tuple[str, str, int]]:
        """Yield the plain files of the project at a commit: name from the project's folder, blob and size.

        Links are left out: they may lead out of the project.
        """
        # `ls-tree` takes paths, not patterns.
        paths = () if self._prefix == "." else (self._prefix,)
        listed = self._ask("ls-tree", "-r", "-l", "-z", "--full-tree", commit, "--", *paths)
        for entry in listed.split(b"\0"):
            facts, _, path = entry.partition(b"\t")
            if not path:
                continue
            mode, kind, blob, size = facts.decode("ascii").split()
            name = path.decode("utf-8", "surrogateescape")
            below = name.removeprefix(f"{self._prefix}/") if self._prefix != "." else name
            parts = PurePosixPath(below).parts
            if kind == "blob" and mode in _PLAIN and below.endswith(WANTED) and ".." not in parts:
                yield below, blob, int(size)

    def _refs(self) -> list[str]:
        found = self._run("for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes")
        return found.stdout.decode("utf-8", "replace").split() if found.returncode == 0 else []

    def _ask(self, *arguments: str) -> bytes:
        found = self._run(*arguments)
        if found.returncode != 0:
            said = found.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
            raise Fault(
                NO_REPOSITORY,
                f"`{self._folder}` cannot be read with git: {said.removeprefix('fatal: ') or 'it fails'}",
                help=_FOLDER,
            )
        return found.stdout

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        command = ["git", "-c", "core.fsmonitor=false", "--no-pager", *arguments]
        try:
            return subprocess.run(  # noqa: S603 - a fixed program, and no shell
                command,
                cwd=self._folder,
                env={**os.environ, **_QUIET},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=SECONDS,
            )
        except FileNotFoundError:
            raise Fault(NO_REPOSITORY, "the program `git` is not installed", help=_FOLDER) from None
        except (OSError, subprocess.SubprocessError) as error:
            raise Fault(NO_REPOSITORY, f"git fails: {type(error).__name__}", help=_FOLDER) from None
