"""Tries one fault: runs in a process of its own, with the fault put into its module while that is imported."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from typing import TYPE_CHECKING

import pytest
from tests.mutation.fault import PACKAGE, ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection
    from pathlib import Path
    from types import CodeType, ModuleType

    from tests.mutation.fault import Fault

NOTICED, MISSED, UNUSABLE = "noticed", "missed", "unusable"
_NO_SUCH_TEST = 4
"""pytest's answer for a test that is not there any more."""


class _Loader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, source: str) -> None:
        super().__init__(fullname, path)
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        """Return the module's code with the fault in it; nothing is kept."""
        return compile(self._source, self.get_filename(fullname), "exec", dont_inherit=True)


class _Finder(MetaPathFinder):
    def __init__(self, fault: Fault) -> None:
        self._name = fault.module
        self._path = str(PACKAGE / fault.file)
        self._source = fault.planted()
        self._packages = [str(PACKAGE / fault.file.removesuffix("/__init__.py"))]
        self._is_package = fault.file.endswith("/__init__.py")

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where the one module comes from."""
        del path, target
        if fullname != self._name:
            return None
        return spec_from_file_location(
            fullname,
            self._path,
            loader=_Loader(fullname, self._path, self._source),
            submodule_search_locations=self._packages if self._is_package else None,
        )


class _Recorder:
    """Remembers the first test that fails."""

    def __init__(self) -> None:
        self.first: str | None = None
        self.message = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """See a test's outcome."""
        if report.failed and self.first is None:
            self.first = report.nodeid
            crash = getattr(report.longrepr, "reprcrash", None)
            self.message = str(getattr(crash, "message", ""))


def try_fault(
    fault: Fault | None, before: str | None, suites: Sequence[Sequence[str]], log: Path, answer: Connection
) -> None:
    """Run groups of tests until one of them fails; send what came of it: a word, the test that noticed, what it said.

    The test `before` is asked first, if it is still there. Without a fault it tells whether the tests pass as they
    should. What pytest prints goes to the file `log`.
    """
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    with suppress(ImportError, ValueError, OSError):  # a fault may make what it should not
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    os.chdir(ROOT)
    os.environ["PYTHONPATH"] = str(PACKAGE.parent)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # loading them takes longer than most tests
    for folder in (str(PACKAGE.parent), str(ROOT)):
        if folder not in sys.path[:2]:
            sys.path.insert(0, folder)
    if fault is not None:
        if fault.module in sys.modules:
            answer.send((UNUSABLE, f"{fault.module} was imported too early", ""))
            return
        sys.meta_path.insert(0, _Finder(fault))
    for tests in (*([(before,)] if before else []), *suites):
        recorder = _Recorder()
        code = pytest.main(
            ["-x", "-q", "--no-header", "--tb=line", "-p", "no:cacheprovider", *tests],
            plugins=[recorder],
        )
        if code == pytest.ExitCode.TESTS_FAILED and recorder.first is not None:
            answer.send((NOTICED, recorder.first, recorder.message))
            return
        if code != pytest.ExitCode.OK and not (code == _NO_SUCH_TEST and tests == (before,)):
            answer.send((UNUSABLE, f"pytest ended with {int(code)} over {' '.join(tests)}", ""))
            return
    if fault is None or fault.module in sys.modules:
        answer.send((MISSED, "", ""))
    else:
        answer.send((UNUSABLE, f"no test imports {fault.module}", ""))
