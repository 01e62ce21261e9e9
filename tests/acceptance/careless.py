"""The command with everything switched off that makes creates safe to repeat: the control of the crash tests."""

from __future__ import annotations

from syncdsl.cli import main
from syncdsl.engine.recovery import Recovery

Recovery.safe_create = False
Recovery.resolve = lambda self, context: []  # type: ignore[method-assign]  # noqa: ARG005 - the point is to do nothing
Recovery.match_by_key = lambda self, *arguments: None  # type: ignore[method-assign]  # noqa: ARG005 - the same
Recovery.adopt_instances = lambda self, *arguments: None  # type: ignore[method-assign]  # noqa: ARG005 - the same

if __name__ == "__main__":
    main()
