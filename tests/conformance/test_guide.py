"""The adapter that docs/writing-an-adapter.md builds works as it stands on the page."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from syncdsl.adapters.conformance import ConformanceSuite, run_kit
from syncdsl.adapters.protocol import Adapter, Connection, ConnectionSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGE = Path(__file__).parents[2] / "docs" / "writing-an-adapter.md"


@pytest.fixture(scope="module")
def notebook() -> Iterator[Any]:
    """Return the module that the page's Python blocks make, put together in order."""
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    module = types.ModuleType("notebook")
    sys.modules["notebook"] = module
    exec(compile("\n\n".join(blocks), str(PAGE), "exec"), module.__dict__)  # noqa: S102 - the page is ours
    yield module
    del sys.modules["notebook"]


def kit_tests() -> list[str]:
    """Return the names of the kit's tests."""
    return [name for name in dir(ConformanceSuite) if name.startswith("test_")]


@pytest.mark.parametrize("name", kit_tests())
def test_the_adapter_of_the_page_conforms(notebook: Any, tmp_path: Path, name: str) -> None:
    """Every test of the kit holds for the suite that the page writes."""
    suite = notebook.TestNotebook()
    suite.path = str(tmp_path / "notebook.db")
    test: Callable[[], None] = getattr(suite, name)
    test()


def test_the_adapter_of_the_page_keeps_what_it_declares(notebook: Any, tmp_path: Path) -> None:
    """Its measurements fall behind nothing it declares, races of two creates among them, and nothing is left."""
    adapter: Adapter = notebook.adapter
    settings = ConnectionSettings(
        name="n", adapter="notebook", data_centre=None, organization=str(tmp_path / "n.db"), url=None, secrets={}
    )
    connection: Connection = adapter.connect(settings, None)
    suite = notebook.TestNotebook()
    report = run_kit(connection, suite.subject())
    assert [item.otherwise for item in report.failed] == []
    assert report.worse == ()
    assert report.kept == ()


def test_the_page_names_every_method_of_the_protocol() -> None:
    """The table of methods is complete."""
    page = PAGE.read_text(encoding="utf-8")
    methods = [name for name in vars(Connection) if not name.startswith("_")]
    assert [name for name in methods if f"| `{name}" not in page] == []
